"""Mail threads: who joins which conversation, what an answer goes on with, and what comes back."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from msgspec import structs

from conversations.events import CustomerSaid
from conversations.model import Author, AuthorKind, Direction, State
from conversations.reply import Reply
from hub.ingest import RECEIVE, Arrival
from hub.model import Address, Receipt, Sender, Status
from tests.conversations.channels import heard, mail, of
from tests.conversations.floor import LI, SENT, codes, texts, words
from tests.conversations.test_race import won

if TYPE_CHECKING:
    from conversations.model import Conversation, Message
    from tests.conversations.floor import Floor

ANN = "ann@example.cn"


async def ann(floor: Floor, user: str = ANN) -> Conversation:
    return await of(floor, user, "email")


async def all_of(floor: Floor, user: str = ANN) -> list[Conversation]:
    return await floor.conversations(user, "email")


async def answered(floor: Floor, conversation: Conversation, text: str = "Here you are", **more: object) -> Message:
    """Let a colleague answer and the mail leave; return it as stored."""
    reply = Reply(author=LI, parts=words(text), client_id=f"c{text}{len(floor.told)}", **more)  # type: ignore[arg-type]
    message = (await floor.replies.reply(conversation.id, reply)).message
    await floor.engine.settle()
    return (await floor.messages(conversation))[message.seq - 1]


async def test_every_mail_that_refers_to_nothing_is_a_conversation_of_its_own(channels: Floor) -> None:
    await channels.arrive(
        mail("one", id="a@x", subject="Order"), mail("two", id="b@x", refs=("",)), mail("three", id="c@x", refs=("<>",))
    )
    conversations = await all_of(channels)
    assert {conversation.thread for conversation in conversations} == {"a@x", "b@x", "c@x"}
    assert all(conversation.live for conversation in conversations)


async def test_an_answer_joins_by_the_id_of_our_mail_and_by_theirs(channels: Floor) -> None:
    await channels.arrive(mail("one", id="a@x", subject="Order"))
    conversation = await ann(channels)
    ours = await answered(channels, conversation)
    assert ours.ref == f"p-{ours.id}"
    await channels.arrive(mail("two", id="b@x", refs=("a@x",)))
    await channels.arrive(mail("three", id="c@x", refs=(f"<p-{ours.id}>",)))
    await channels.arrive(mail("other", id="d@x"))
    messages = await channels.messages(conversation)
    assert texts(messages) == ["one", "Here you are", "two", "three"]
    assert messages[2].reply_to == messages[0].id
    assert messages[3].reply_to == ours.id
    assert len(await all_of(channels)) == 2


async def test_a_stranger_who_quotes_an_id_begins_a_conversation_of_their_own(channels: Floor) -> None:
    await channels.arrive(mail("one", id="a@x"))
    conversation = await ann(channels)
    ours = await answered(channels, conversation)
    refs = ("a@x", f"p-{ours.id}")
    await channels.arrive(mail("let me in", id="m@evil", user="mallory@evil.example", refs=refs))
    theirs = await ann(channels, "mallory@evil.example")
    assert theirs.id != conversation.id
    assert [message.reply_to for message in await channels.messages(theirs)] == [""]
    assert (await channels.again(conversation)).seq == ours.seq
    assert (await channels.again(conversation)).people == ("help@shop.example.cn",)


async def test_our_signature_lets_whoever_holds_it_join_under_their_own_name(channels: Floor) -> None:
    await channels.arrive(mail("one", id="a@x"))
    conversation = await ann(channels)
    await channels.arrive(mail("I do this for Ann", id="b@x", user="bob@example.cn", proven=conversation.id))
    messages = await channels.messages(conversation)
    assert [message.author.id == conversation.profile for message in messages] == [True, False]
    now = await channels.again(conversation)
    assert (now.profile, now.people) == (conversation.profile, ("help@shop.example.cn", "bob@example.cn"))
    await channels.arrive(mail("and more", id="c@x", user="bob@example.cn", refs=("b@x",)))
    assert (await channels.again(conversation)).seq == 3


@pytest.mark.parametrize("proven", ["no-such-conversation", "another inbox"])
async def test_a_proof_of_something_else_proves_nothing(channels: Floor, proven: str) -> None:
    await channels.open_inbox("email2", channel="email")
    if proven == "another inbox":
        await channels.arrive(mail("there", id="z@x", inbox="email2"))
        proven = (await ann(channels)).id
    await channels.arrive(mail("here", id="a@x", user="bob@example.cn", proven=proven))
    assert (await ann(channels, "bob@example.cn")).thread == "a@x"


async def test_who_was_in_copy_takes_part(channels: Floor) -> None:
    await channels.arrive(mail("one", id="a@x", cc=("Bob <BOB@example.cn>", "carl@example.cn")))
    conversation = await ann(channels)
    assert conversation.people == ("help@shop.example.cn", "bob@example.cn", "carl@example.cn")
    await channels.arrive(mail("me too", id="b@x", user="Bob@Example.cn", refs=("a@x",), cc=("dora@example.cn",)))
    await channels.arrive(mail("and me", id="c@x", user="dora@example.cn", refs=("b@x", "a@x")))
    assert texts(await channels.messages(conversation)) == ["one", "me too", "and me"]
    assert (await channels.again(conversation)).people[-2:] == ("carl@example.cn", "dora@example.cn")


async def test_a_hundred_thousand_in_copy_are_no_hundred_thousand_in_the_row(channels: Floor) -> None:
    many = tuple(f"u{number}@example.cn" for number in range(100_000))
    await channels.arrive(mail("to all", id="a@x", cc=many))
    conversation = await ann(channels)
    (message,) = await channels.messages(conversation)
    assert message.envelope is not None
    assert (len(conversation.people), len(message.envelope.cc)) == (100, 100)


async def test_a_mail_that_overtook_the_one_it_answers_and_that_one_are_one_thread(channels: Floor) -> None:
    await channels.arrive(mail("second", id="b@x", refs=("a@x",)))
    await channels.arrive(mail("first", id="a@x"))
    await channels.arrive(mail("another branch", id="c@x", refs=("a@x",)))
    (conversation,) = await all_of(channels)
    assert (conversation.thread, conversation.seq) == ("a@x", 3)


async def test_an_answer_within_the_hours_opens_the_thread_again_and_later_begins_one_that_follows(
    channels: Floor,
) -> None:
    await channels.arrive(mail("one", id="a@x", cc=("bob@example.cn",)))
    first = await ann(channels)
    await answered(channels, first)
    await channels.acts.resolve(first.id, LI)
    await channels.let(timedelta(hours=23))
    await channels.arrive(mail("thanks", id="b@x", refs=("a@x",)))
    assert (await channels.again(first)).state is State.WAITING
    await channels.acts.resolve(first.id, LI)
    await channels.let(timedelta(hours=24))
    await channels.arrive(mail("a year later", id="c@x", refs=("a@x", "b@x")))
    fresh = await ann(channels)
    assert fresh.id != first.id
    assert (fresh.thread, fresh.facts) == ("a@x", {"follows": first.id})
    assert "bob@example.cn" in fresh.people
    assert (await channels.again(first)).state is State.CLOSED
    await channels.arrive(mail("and", id="d@x", refs=("a@x", "b@x")))
    assert (await channels.again(fresh)).seq == 2


async def test_a_participant_who_answers_the_old_thread_joins_the_one_that_follows_it(channels: Floor) -> None:
    await channels.arrive(mail("one", id="a@x", cc=("bob@example.cn",)))
    first = await ann(channels)
    await channels.acts.resolve(first.id, LI)
    await channels.let(timedelta(hours=25))
    await channels.arrive(mail("again", id="b@x", refs=("a@x",), who=Sender(name="Ann")))
    fresh = await ann(channels)
    await channels.arrive(mail("me too", id="c@x", user="bob@example.cn", refs=("a@x",), who=Sender(name="Bob")))
    now = await channels.again(fresh)
    assert (now.seq, now.name) == (2, "Ann")
    assert [message.author.name for message in await channels.messages(fresh)] == ["Ann", "Bob"]


async def test_a_participant_who_writes_to_a_closed_thread_begins_their_own_that_follows(channels: Floor) -> None:
    await channels.arrive(mail("one", id="a@x", cc=("bob@example.cn",)))
    first = await ann(channels)
    await channels.acts.resolve(first.id, LI)
    await channels.let(timedelta(hours=25))
    for number in range(2):
        await channels.arrive(mail("still there?", id=f"b{number}@x", user="bob@example.cn", refs=("a@x",)))
    (bobs,) = await all_of(channels, "bob@example.cn")
    assert (bobs.facts, bobs.seq) == ({"follows": first.id}, 2)


async def test_ten_first_mails_of_one_thread_at_one_instant_are_one_conversation(both: Floor) -> None:
    """All ten read before anybody writes, of a known customer: only the unique index over live threads stands guard."""
    await both.arrive(mail("before", id="z@x"))
    met = asyncio.Barrier(10)

    async def handle(number: int) -> int:
        arrival, at = Arrival(inbound=mail(f"{number}", id=f"b{number}@x", refs=("a@x",))), both.clock.now()
        job = RECEIVE.job(arrival, lane="none", seq=1, at=at).doc
        writes = await both.receive.handle(arrival, job, at)
        await met.wait()
        lost = 0
        while not await won(both, writes):
            lost += 1
            assert lost < 100
            writes = await both.receive.handle(arrival, job, at)
        return lost

    lost = await asyncio.gather(*(handle(number) for number in range(10)))
    assert lost.count(0) == 1, "all but the first must have lost the first round"
    assert {one.thread: one.seq for one in await all_of(both)} == {"z@x": 1, "a@x": 10}


async def test_several_threads_of_one_customer_live_side_by_side(both: Floor) -> None:
    await both.arrive(mail("one", id="a@x"), mail("two", id="b@x"))
    await both.arrive(mail("one more", id="c@x", refs=("a@x",)), mail("two more", id="d@x", refs=("b@x",)))
    conversations = await all_of(both)
    assert {conversation.thread: conversation.seq for conversation in conversations} == {"a@x": 2, "b@x": 2}
    await both.acts.resolve(conversations[0].id, LI)
    assert (await both.acts.reopen(conversations[0].id, LI)).live


async def test_an_answer_goes_on_with_the_latest_subject_and_the_whole_chain(channels: Floor) -> None:
    await channels.arrive(mail("one", id="a@x", subject="Order 7", refs=("z@x", "y@x")))
    conversation = await ann(channels)
    ours = await answered(channels, conversation, cc=("boss@example.cn",), bcc=("log@example.cn",))
    sent = channels.provider.taken[ours.id]
    assert sent.envelope is not None
    assert (sent.subject, sent.envelope.refs) == ("Re: Order 7", ("z@x", "y@x", "a@x"))
    assert (sent.envelope.cc, sent.envelope.bcc) == (("boss@example.cn",), ("log@example.cn",))
    assert (sent.automatic, sent.to.user) == (False, ANN)
    refs = ("z@x", "y@x", "a@x", f"p-{ours.id}")
    await channels.arrive(mail("two", id="b@x", subject="RE: Order 7 and 8", refs=refs))
    again = await answered(channels, conversation, "more")
    sent = channels.provider.taken[again.id]
    assert sent.envelope is not None
    assert (sent.subject, sent.envelope.refs) == ("RE: Order 7 and 8", (*refs, "b@x"))
    named = await answered(channels, conversation, "to the first", subject="New", reply_to=ours.id)
    sent = channels.provider.taken[named.id]
    assert sent.envelope is not None
    assert (sent.subject, sent.envelope.refs[-1]) == ("New", f"p-{ours.id}")


@pytest.mark.parametrize(
    ("subject", "expected"),
    [("Order", "Re: Order"), ("Re: Order", "Re: Order"), ("回复：订单", "回复：订单"), ("答复: 订单", "答复: 订单"),
     ("AW: Bestellung", "AW: Bestellung"), ("RE[2]: Order", "RE[2]: Order"), ("Reply", "Re: Reply"), ("", "Re:")],
)  # fmt: skip
async def test_one_re_and_no_more(channels: Floor, subject: str, expected: str) -> None:
    await channels.arrive(mail("one", id="a@x", subject=subject))
    ours = await answered(channels, await ann(channels))
    assert ours.subject == expected


async def test_a_machine_s_mail_is_a_conversation_for_people_that_no_bot_answers(channels: Floor) -> None:
    inbox = await channels.inboxes.get("email")
    await channels.inboxes.change(inbox, structs.replace(inbox, bot="faq"))
    await channels.arrive(mail("I am away", id="a@x", automatic=True))
    conversation = await ann(channels)
    assert (conversation.state, conversation.bot) == (State.WAITING, None)
    assert [event.quiet for event in channels.told if isinstance(event, CustomerSaid)] == [True]
    (message,) = await channels.messages(conversation)
    assert message.automatic


async def test_an_absence_note_does_not_open_what_was_closed(channels: Floor) -> None:
    await channels.arrive(mail("one", id="a@x"))
    conversation = await ann(channels)
    ours = await answered(channels, conversation)
    await channels.acts.resolve(conversation.id, LI)
    await channels.arrive(mail("I am away", id="b@x", refs=(f"p-{ours.id}",), automatic=True))
    now = await channels.again(conversation)
    assert (now.state, now.waiting_since, now.queued_at) == (State.CLOSED, None, None)
    assert texts(await channels.messages(conversation))[-1] == "I am away"


async def test_what_a_machine_of_ours_writes_says_so(channels: Floor) -> None:
    await channels.arrive(mail("one", id="a@x"))
    conversation = await ann(channels)
    bot = Author(kind=AuthorKind.BOT, id="faq", name="Robot")
    done = await channels.replies.reply(conversation.id, Reply(author=bot, parts=words("auto"), client_id="b"))
    await channels.engine.settle()
    assert done.message.automatic
    assert channels.provider.taken[done.message.id].automatic


async def bounce(floor: Floor, message: Message, reason: str, id: str = "dsn") -> None:
    await floor.arrive(
        Receipt(
            inbox="email", provider_id=id, sender=Address(channel="email", user="mailer-daemon@example.cn"),
            sent_at=SENT, message=f"p-{message.id}", status=Status.FAILED, reason=reason,
        )
    )  # fmt: skip


async def test_a_mail_that_comes_back_is_told_in_the_thread_and_opens_it_again_for_its_agent(both: Floor) -> None:
    await both.arrive(mail("one", id="a@x"))
    conversation = await ann(both)
    ours = await answered(both, conversation)
    await both.acts.resolve(conversation.id, LI)
    await bounce(both, ours, "550 5.1.1 <ann@example.cn>: user unknown")
    now = await both.again(conversation)
    assert (now.state, now.agent) == (State.AGENT, LI.id)
    messages = await both.messages(conversation)
    failed = messages[ours.seq - 1]
    assert (failed.status, failed.reason) == (Status.FAILED, "refused")
    assert failed.detail == "550 5.1.1 <ann@example.cn>: user unknown"
    assert codes(messages)[-1] == "bounced"
    assert messages[-1].direction is Direction.NOTE
    await bounce(both, ours, "550 again", id="dsn2")
    assert len(await both.messages(conversation)) == len(messages)


async def test_a_bounce_into_a_thread_that_goes_on_elsewhere_opens_nothing(channels: Floor) -> None:
    await channels.arrive(mail("one", id="a@x"))
    first = await ann(channels)
    ours = await answered(channels, first)
    await channels.acts.resolve(first.id, LI)
    await channels.let(timedelta(hours=25))
    await channels.arrive(mail("again", id="b@x", refs=("a@x",)))
    await bounce(channels, ours, "5.7.1")
    now = await channels.again(first)
    assert now.state is State.CLOSED
    failed = (await channels.messages(first))[ours.seq - 1]
    assert (failed.reason, failed.detail) == ("5.7.1", "")


async def test_a_mail_is_found_by_its_subject_and_its_answers_are_not(channels: Floor) -> None:
    await channels.arrive(mail("in the text", id="a@x", subject="Zanzibar"))
    await answered(channels, await ann(channels))
    everyone = Everyone()
    hits = await channels.search.find("zanzibar", everyone)
    assert [(hit.message.seq, hit.snippet) for hit in hits.items] == [(1, "Zanzibar\nin the text")]


class Everyone:
    """Somebody who sees every conversation."""

    user = "boss"
    teams = ()
    sees_all = True


async def test_a_machine_s_mail_that_comes_back_is_nobody_s_work(channels: Floor) -> None:
    await channels.arrive(mail("one", id="a@x"))
    conversation = await ann(channels)
    robot = Reply(author=Author(kind=AuthorKind.BOT, id="faq"), parts=words("auto"), client_id="b")
    ours = (await channels.replies.reply(conversation.id, robot)).message
    await channels.engine.settle()
    await channels.acts.resolve(conversation.id, LI)
    await bounce(channels, ours, "5.1.1")
    assert (await channels.again(conversation)).state is State.CLOSED
    assert codes(await channels.messages(conversation))[-1] == "bounced"


async def test_a_chat_message_that_failed_is_shown_there_and_nowhere_else(channels: Floor) -> None:
    await channels.arrive(heard("hi", id="m1", channel="sms"))
    conversation = await of(channels, channel="sms")
    ours = await answered(channels, conversation)
    await channels.acts.resolve(conversation.id, LI)
    failed = Receipt(
        inbox="sms", provider_id="r1", sender=conversation.address, sent_at=SENT, message=f"p-{ours.id}",
        status=Status.FAILED, reason="DELIVRD:30005",
    )  # fmt: skip
    await channels.arrive(failed)
    messages = await channels.messages(conversation)
    assert (messages[ours.seq - 1].status, messages[ours.seq - 1].reason) == (Status.FAILED, "DELIVRD:30005")
    assert codes(messages) == ["resolved"]
    assert (await channels.again(conversation)).state is State.CLOSED


async def test_two_inboxes_that_got_the_same_mail_keep_it_each(channels: Floor) -> None:
    await channels.open_inbox("email2", channel="email")
    await asyncio.gather(channels.ingest.accept([mail("x", id="a@x")]))
    await channels.arrive(mail("x", id="a@x", inbox="email2"))
    assert {conversation.inbox for conversation in await all_of(channels)} == {"email", "email2"}
