"""The one door out: exactly one message and one delivery, whatever is repeated and whoever is quicker."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from msgspec import structs

from conversations.change import Change
from conversations.deliveries import Deliveries
from conversations.finding import NewerConversation
from conversations.limits import ChannelLimits, Limit
from conversations.model import CONVERSATIONS, Direction, State
from conversations.moves import to_queue
from conversations.reply import ColleagueAnswered, Replies, Reply
from conversations.saying import say
from hub.errors import Invalid, NotFound, Refused, TryLater, Unsupported, WrongMove
from hub.model import Image, Notice, Status
from tests.conversations.floor import BOT, LI, WANG, said, texts, words

if TYPE_CHECKING:
    from conversations.model import Message
    from tests.conversations.floor import Floor

PICTURE = Image(blob="a" * 64, name="cat.png", media_type="image/png", size=9)


async def test_a_reply_is_stored_sent_and_answers_the_customer(floor: Floor) -> None:
    conversation = await floor.hear("hi")
    replied = await floor.answer(conversation, "good morning", reply_to="")
    assert (replied.new, replied.message.status, replied.message.seq) == (True, Status.QUEUED, 2)
    await floor.engine.settle()
    now = await floor.again(conversation)
    assert (now.state, now.agent, now.agent_seq) == (State.AGENT, "li", 2)
    assert (now.waiting_since, now.queued_at, now.first_reply_at) == (None, None, floor.clock.now())
    (out,) = floor.provider.taken.values()
    assert (out.id, out.author, out.to, out.parts) == (
        replied.message.id, "Li Na", conversation.address, words("good morning"),
    )  # fmt: skip
    assert (await floor.messages(conversation))[1].status is Status.SENT


async def test_the_same_client_id_again_is_the_same_message(floor: Floor) -> None:
    conversation = await floor.hear()
    first = await floor.answer(conversation, "once", client_id="k")
    again = await floor.answer(conversation, "once", client_id="k")
    assert (again.new, again.message.id) == (False, first.message.id)
    await floor.engine.settle()
    assert floor.provider.calls == 1


async def test_the_same_client_id_at_the_same_instant_is_the_same_message(either: Floor) -> None:
    conversation = await either.hear()
    reply = Reply(author=LI, parts=words("once"), client_id="k")
    replied = await asyncio.gather(*(either.replies.reply(conversation.id, reply) for _ in range(10)))
    assert len({one.message.id for one in replied}) == 1
    assert sum(one.new for one in replied) == 1
    await either.engine.settle()
    assert either.provider.calls == 1
    assert (await either.again(conversation)).seq == 2


async def test_twelve_replies_at_one_instant_all_get_a_number_of_their_own(either: Floor) -> None:
    conversation = await either.hear()
    await asyncio.gather(*(either.answer(conversation, f"line {number}") for number in range(12)))
    await either.engine.settle()
    messages = await either.messages(conversation)
    assert [message.seq for message in messages] == list(range(1, 14))
    assert [out.seq for out in either.provider.taken.values()] == list(range(2, 14))


async def test_a_reply_that_has_not_seen_a_colleague_s_is_refused(floor: Floor) -> None:
    conversation = await floor.hear()
    await floor.answer(conversation, "mine", seen_seq=1)
    with pytest.raises(ColleagueAnswered) as refused:
        await floor.answer(conversation, "late", WANG, seen_seq=1)
    assert (refused.value.code, refused.value.facts["seq"]) == ("colleague_answered", 2)
    assert (await floor.again(conversation)).seq == 2
    assert (await floor.answer(conversation, "later", WANG, seen_seq=2)).new


async def test_own_replies_and_the_customer_s_words_refuse_nobody(floor: Floor) -> None:
    conversation = await floor.hear()
    await floor.answer(conversation, "one", seen_seq=1)
    await floor.hear("and then?")
    assert (await floor.answer(conversation, "two", seen_seq=1)).new
    with pytest.raises(ColleagueAnswered):
        await floor.answer(conversation, "from an old window", WANG, seen_seq=1)


async def test_a_note_never_leaves_and_answers_nobody(floor: Floor) -> None:
    conversation = await floor.hear()
    noted = await floor.answer(conversation, "rude customer", WANG, note=True, mentions=("li",), seen_seq=0)
    await floor.engine.settle()
    now = await floor.again(conversation)
    assert noted.message.direction is Direction.NOTE
    assert (now.state, now.agent, now.waiting_since) == (State.WAITING, None, conversation.waiting_since)
    assert (now.followers, now.last, now.last_at) == (("li",), conversation.last, conversation.last_at)
    assert floor.provider.calls == 0


async def test_a_colleague_who_answers_takes_it_from_the_bot_but_not_from_a_colleague(floor: Floor) -> None:
    inbox = await floor.inboxes.get("web")
    await floor.inboxes.change(inbox, structs.replace(inbox, bot="faq"))
    conversation = await floor.hear()
    assert conversation.state is State.BOT
    await floor.answer(conversation, "a person", LI)
    await floor.answer(conversation, "and another", WANG)
    assert (await floor.again(conversation)).agent == "li"


async def test_a_reply_to_a_closed_conversation_reopens_it(floor: Floor) -> None:
    conversation = await floor.hear()
    await floor.acts.resolve(conversation.id, LI)
    await floor.answer(conversation, "one more thing", WANG)
    now = await floor.again(conversation)
    assert (now.state, now.agent, now.live, now.closed_at) == (State.AGENT, "wang", True, None)


async def test_a_reply_to_a_closed_conversation_with_a_newer_one_names_it(floor: Floor) -> None:
    conversation = await floor.hear()
    await floor.acts.resolve(conversation.id, LI)
    await floor.let(timedelta(days=2))
    newer = await floor.hear("new matter")
    with pytest.raises(NewerConversation) as refused:
        await floor.answer(conversation, "about the old one")
    assert refused.value.facts["newer"] == newer.id


async def test_a_bot_says_several_things_and_hands_over_in_one_commit(floor: Floor) -> None:
    inbox = await floor.inboxes.get("web")
    await floor.inboxes.change(inbox, structs.replace(inbox, bot="faq"))
    conversation = await floor.hear("人工")
    change, at = Change(conversation), floor.clock.now()
    limits = ChannelLimits({})
    for number in range(2):
        say(change, author=BOT, parts=words(f"line {number}"), client_id=f"b{number}", at=at, limits=limits)
    change.now = to_queue(change.now, change.now.team, at=at)
    await floor.store.commit(*change.writes(floor.events, at))
    await floor.engine.settle()
    now = await floor.again(conversation)
    assert (now.version, now.seq, now.state) == (conversation.version + 1, 3, State.WAITING)
    assert (now.first_reply_at, now.waiting_since) == (None, at)
    assert [text for out in floor.provider.taken.values() for text in (out.parts[0],)] == [
        *words("line 0"), *words("line 1"),
    ]  # fmt: skip


async def test_nothing_is_said_by_a_bot_in_a_closed_conversation(floor: Floor) -> None:
    conversation = await floor.hear()
    closed = await floor.acts.resolve(conversation.id, LI)
    change = Change(closed)
    with pytest.raises(WrongMove):
        say(change, author=BOT, parts=words("hi"), client_id="b", at=floor.clock.now(), limits=ChannelLimits({}))


async def test_what_the_channel_cannot_carry_is_refused_before_anything_is_stored(floor: Floor) -> None:
    conversation = await floor.hear()
    limits = ChannelLimits({"webchat": Limit(carries=frozenset({"text"}), max_text=5)})
    replies = Replies(floor.store, floor.events, floor.clock, limits)
    for parts, fact in (((PICTURE,), "part"), (words("too long"), "most")):
        with pytest.raises(Unsupported) as refused:
            await replies.reply(conversation.id, Reply(author=LI, parts=parts, client_id="k"))
        assert fact in refused.value.facts
        assert refused.value.hint
    note = Reply(author=LI, parts=words("a note may be longer"), client_id="k", note=True)
    assert (await replies.reply(conversation.id, note)).new
    assert (await floor.again(conversation)).agent is None


@pytest.mark.parametrize(
    "reply",
    [
        Reply(author=LI, parts=(), client_id="k"),
        Reply(author=LI, parts=words("x"), client_id=""),
        Reply(author=LI, parts=words("x"), client_id="k" * 129),
        Reply(author=LI, parts=(Notice(code="resolved"),), client_id="k"),
    ],
)
async def test_nonsense_is_refused(floor: Floor, reply: Reply) -> None:
    conversation = await floor.hear()
    with pytest.raises(Invalid) as refused:
        await floor.replies.reply(conversation.id, reply)
    assert refused.value.path
    assert (await floor.again(conversation)).version == conversation.version


async def test_a_reply_to_nothing_is_not_found(floor: Floor) -> None:
    with pytest.raises(NotFound):
        await floor.replies.reply("none", Reply(author=LI, parts=words("x"), client_id="k"))


async def test_the_provider_s_id_of_the_answered_message_goes_out(floor: Floor) -> None:
    conversation = await floor.hear("q")
    (question,) = await floor.messages(conversation)
    other = await floor.hear("elsewhere", user="bob")
    (foreign,) = await floor.messages(other)
    await floor.answer(conversation, "a", reply_to=question.id)
    await floor.answer(conversation, "b", reply_to=foreign.id)
    await floor.engine.settle()
    assert [out.reply_to for out in floor.provider.taken.values()] == ["m1", ""]


async def test_the_reply_deletes_its_author_s_draft_and_nobody_else_s(floor: Floor) -> None:
    conversation = await floor.hear()
    await floor.drafts.save(conversation.id, "li", text="good mor")
    await floor.drafts.save(conversation.id, "wang", text="mine")
    await floor.answer(conversation, "a note", LI, note=True)
    assert await floor.drafts.get(conversation.id, "li") is not None
    await floor.answer(conversation, "good morning", LI)
    assert [draft.user for draft in await floor.drafts.of_conversation(conversation.id)] == ["wang"]


async def test_a_refused_message_is_red_with_its_reason_and_retry_really_sends_it(floor: Floor) -> None:
    conversation = await floor.hear()
    floor.provider.faults = [Refused("They said no")]
    message = (await floor.answer(conversation, "hi")).message
    await floor.engine.settle()
    failed = (await floor.messages(conversation))[1]
    assert (failed.status, failed.reason) == (Status.FAILED, "refused")
    retried = await floor.replies.retry(conversation.id, 2)
    assert (retried.status, retried.reason) == (Status.QUEUED, "")
    await floor.engine.settle()
    assert list(floor.provider.taken) == [message.id]
    assert (await floor.messages(conversation))[1].status is Status.SENT
    with pytest.raises(WrongMove):
        await floor.replies.retry(conversation.id, 2)
    with pytest.raises(NotFound):
        await floor.replies.retry(conversation.id, 99)


async def test_messages_leave_in_their_order_through_an_outage(floor: Floor) -> None:
    conversation = await floor.hear()
    floor.provider.faults = [TryLater("Busy")] * 2
    for number in range(4):
        await floor.answer(conversation, f"line {number}")
    for _ in range(8):
        await floor.let(timedelta(minutes=2))
    assert [out.seq for out in floor.provider.taken.values()] == [2, 3, 4, 5]


async def test_the_outbox_s_word_comes_late_and_changes_nothing_that_is_further(floor: Floor) -> None:
    conversation = await floor.hear()
    message = (await floor.answer(conversation, "hi")).message
    deliveries, at = Deliveries(floor.store), floor.clock.now()

    async def outcome(status: Status, provider_id: str | None = "p1", reason: str = "") -> Message:
        writes = await deliveries.outcome(message.id, status, provider_id=provider_id, reason=reason, at=at)
        await floor.store.commit(*writes)
        return (await floor.messages(conversation))[1]

    assert (await outcome(Status.DELIVERED)).status is Status.DELIVERED
    late = await outcome(Status.SENT, None)
    assert (late.status, late.provider_id, late.version) == (Status.DELIVERED, "p1", 1)
    assert (await outcome(Status.FAILED, reason="expired")).reason == ""
    assert await deliveries.outcome("none", Status.SENT, provider_id=None, reason="", at=at) == ()


async def test_a_clock_set_back_does_not_turn_the_thread_around(floor: Floor) -> None:
    conversation = await floor.hear("before")
    floor.clock.jump(-timedelta(minutes=5))
    await floor.answer(conversation, "after")
    first, second = await floor.messages(conversation)
    assert (first.seq, second.seq) == (1, 2)
    assert first.at <= second.at


async def test_a_long_preview_is_cut(floor: Floor) -> None:
    await floor.arrive(said("长" * 1000, id="long"))
    (row,) = await floor.store.get_many(CONVERSATIONS, [(await floor.thread_of()).id])
    assert row.last is not None
    assert row.last.text == "长" * 160
    assert texts(await floor.messages(row)) == ["长" * 1000]
