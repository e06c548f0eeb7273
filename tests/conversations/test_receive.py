"""The first door's handler: one commit makes profile, conversation and message."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from msgspec import structs

from conversations.events import CustomerSaid, Opened, Queued
from conversations.inboxes import INBOXES
from conversations.model import Direction, State
from hub.store.port import Delete
from tests.conversations.floor import LI, SENT, said, texts

if TYPE_CHECKING:
    from tests.conversations.floor import Floor


async def test_a_first_message_opens_a_conversation_that_waits_in_the_inbox_s_team(floor: Floor) -> None:
    conversation = await floor.hear("在吗？", name="安")
    assert (conversation.state, conversation.team, conversation.live) == (State.WAITING, "sales", True)
    assert (conversation.name, conversation.seq, conversation.customer_seq) == ("安", 1, 1)
    assert conversation.waiting_since == conversation.queued_at == floor.clock.now()
    assert conversation.last is not None
    assert conversation.last.text == "在吗？"
    (message,) = await floor.messages(conversation)
    assert (message.direction, message.sent_at, message.key) == (Direction.IN, SENT, "web:m1")
    assert message.author.name == "安"
    assert set(map(type, floor.told)) == {Opened, Queued, CustomerSaid}


async def test_with_a_bot_the_bot_has_the_first_turn_and_nobody_is_queued(floor: Floor) -> None:
    inbox = await floor.inboxes.get("web")
    await floor.inboxes.change(inbox, structs.replace(inbox, bot="faq"))
    conversation = await floor.hear()
    assert (conversation.state, conversation.bot, conversation.queued_at) == (State.BOT, "faq", None)
    assert Queued not in set(map(type, floor.told))
    assert CustomerSaid(conversation=conversation.id, seq=1, state=conversation.state) in floor.told


async def test_later_messages_join_and_the_wait_counts_from_the_first(floor: Floor) -> None:
    first = await floor.hear("one")
    await floor.let(timedelta(minutes=3))
    second = await floor.hear("two")
    assert second.id == first.id
    assert (second.seq, second.waiting_since) == (2, first.waiting_since)
    assert second.last_at == floor.clock.now()


async def test_a_message_soon_after_the_close_comes_back_to_the_same_conversation(floor: Floor) -> None:
    conversation = await floor.hear()
    await floor.answer(conversation, "done")
    await floor.acts.resolve(conversation.id, LI)
    await floor.let(timedelta(hours=23))
    floor.told.clear()
    back = await floor.hear("one more thing")
    assert (back.id, back.state, back.team) == (conversation.id, State.WAITING, "sales")
    assert back.closed_at is None
    assert Opened(conversation=back.id, again=True) in floor.told


async def test_whom_a_colleague_answered_comes_back_to_people_and_not_to_the_bot(floor: Floor) -> None:
    inbox = await floor.inboxes.get("web")
    await floor.inboxes.change(inbox, structs.replace(inbox, bot="faq"))
    for user, state in (("ann", State.BOT), ("bob", State.WAITING)):
        conversation = await floor.hear(user=user)
        if user == "bob":
            await floor.answer(conversation, "done")
        await floor.acts.resolve(conversation.id, LI)
        back = await floor.hear("again", user=user)
        assert (back.state, back.waiting_since) == (state, floor.clock.now())


async def test_a_message_a_day_after_the_close_begins_a_new_conversation(floor: Floor) -> None:
    conversation = await floor.hear()
    await floor.acts.resolve(conversation.id, LI)
    await floor.let(timedelta(hours=24))
    fresh = await floor.hear("something else")
    assert fresh.id != conversation.id
    assert (fresh.seq, fresh.state) == (1, State.WAITING)
    assert (await floor.again(conversation)).state is State.CLOSED


async def test_zero_reopen_hours_always_begin_a_new_one(floor: Floor) -> None:
    inbox = await floor.inboxes.get("web")
    await floor.inboxes.change(inbox, structs.replace(inbox, reopen_hours=0))
    conversation = await floor.hear()
    await floor.acts.resolve(conversation.id, LI)
    assert (await floor.hear("again")).id != conversation.id


async def test_a_snoozed_conversation_wakes_when_the_customer_writes(floor: Floor) -> None:
    conversation = await floor.hear()
    asleep = await floor.acts.snooze(conversation.id, LI, floor.clock.now() + timedelta(days=1))
    assert asleep.queued_at is None
    await floor.let(timedelta(minutes=1))
    awake = await floor.hear("hello?")
    assert (awake.snoozed_until, awake.queued_at) == (None, floor.clock.now())


async def test_a_message_for_a_deleted_inbox_is_not_lost(floor: Floor) -> None:
    await floor.store.commit(Delete(INBOXES, await floor.inboxes.get("web")))
    conversation = await floor.hear("is anybody there")
    assert (conversation.state, conversation.team, conversation.seq) == (State.WAITING, None, 1)


async def test_two_inboxes_of_one_channel_are_two_conversations_of_one_profile(floor: Floor) -> None:
    await floor.open_inbox("web2", team=None)
    await floor.arrive(said("here", id="x1"), said("there", id="x1", inbox="web2"))
    conversations = await floor.conversations()
    assert {conversation.inbox for conversation in conversations} == {"web", "web2"}
    assert len({conversation.profile for conversation in conversations}) == 1


async def test_an_answer_to_one_of_our_messages_is_tied_to_it(floor: Floor) -> None:
    conversation = await floor.hear("which one?")
    ours = (await floor.answer(conversation, "this one")).message
    await floor.engine.settle()
    await floor.arrive(said("yes", id="y1", reply_to=f"p-{ours.id}"), said("and", id="y2", reply_to="m1"))
    messages = await floor.messages(conversation)
    assert [message.reply_to for message in messages] == ["", "", ours.id, messages[0].id]
    assert texts(messages) == ["which one?", "this one", "yes", "and"]


async def test_a_message_without_parts_is_kept(floor: Floor) -> None:
    await floor.arrive(structs.replace(said("", id="e1"), parts=()))
    conversation = await floor.thread_of()
    assert (conversation.seq, conversation.last) == (1, None)
