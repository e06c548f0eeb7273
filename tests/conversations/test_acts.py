"""What colleagues do besides talking: state, notice and events of each act."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from msgspec import structs

from conversations.acts import Acts
from conversations.events import Assigned, Freed, Queued
from conversations.finding import NewerConversation
from conversations.limits import ChannelLimits, Limit
from conversations.model import Direction, Priority, State
from hub.errors import Invalid, NotFound, WrongMove
from hub.model import Notice
from hub.store.port import Eq
from hub.work.jobs import JOBS, JobState
from tests.conversations.floor import LI, WANG, codes, texts

if TYPE_CHECKING:
    from tests.conversations.floor import Floor


async def test_resolve_closes_leaves_a_notice_and_is_no_error_twice(floor: Floor) -> None:
    conversation = await floor.hear()
    closed = await floor.acts.resolve(conversation.id, LI)
    assert (closed.state, closed.closed_at) == (State.CLOSED, floor.clock.now())
    assert closed == await floor.again(conversation)
    assert await floor.acts.resolve(conversation.id, LI) == closed
    assert codes(await floor.messages(conversation)) == ["resolved"]


async def test_resolve_asks_for_a_rating_when_told_or_when_the_inbox_says_so(floor: Floor) -> None:
    conversation = await floor.hear()
    await floor.acts.resolve(conversation.id, LI, ask_rating=True)
    await floor.engine.settle()
    (out,) = floor.provider.taken.values()
    assert out.parts == (Notice(code="rate"),)
    inbox = await floor.inboxes.get("web")
    await floor.inboxes.change(inbox, structs.replace(inbox, ask_rating=True))
    await floor.hear("again")
    await floor.acts.resolve(conversation.id, LI)
    await floor.engine.settle()
    assert len(floor.provider.taken) == 2


async def test_a_channel_that_cannot_show_the_question_is_not_asked(floor: Floor) -> None:
    conversation = await floor.hear()
    acts = Acts(floor.store, floor.events, floor.clock, ChannelLimits({"webchat": Limit(carries=frozenset({"text"}))}))
    assert (await acts.resolve(conversation.id, LI, ask_rating=True)).state is State.CLOSED
    await floor.engine.settle()
    assert floor.provider.calls == 0


async def test_reopen_gives_it_to_whoever_did_unless_there_is_a_newer_one(floor: Floor) -> None:
    conversation = await floor.hear()
    await floor.acts.resolve(conversation.id, LI)
    opened = await floor.acts.reopen(conversation.id, WANG)
    assert (opened.state, opened.agent) == (State.AGENT, "wang")
    await floor.acts.resolve(conversation.id, LI)
    await floor.let(timedelta(days=2))
    await floor.hear("new matter")
    with pytest.raises(NewerConversation):
        await floor.acts.reopen(conversation.id, WANG)


async def test_one_that_waits_for_a_supplier_says_so_once_and_no_longer_when_closed(floor: Floor) -> None:
    conversation = await floor.hear()
    held = await floor.acts.hold(conversation.id, LI, "supplier")
    assert held.waits_for == "supplier"
    assert await floor.acts.hold(conversation.id, LI, "supplier") == held
    assert (await floor.acts.hold(conversation.id, LI, "")).waits_for == ""
    await floor.acts.hold(conversation.id, LI, "supplier")
    assert (await floor.acts.resolve(conversation.id, LI)).waits_for == ""
    assert codes(await floor.messages(conversation)) == ["held", "unheld", "held", "resolved"]
    with pytest.raises(WrongMove):
        await floor.acts.hold(conversation.id, LI, "supplier")


async def test_a_snooze_ends_on_time_and_frees_its_agent_meanwhile(floor: Floor) -> None:
    conversation = await floor.hear()
    await floor.answer(conversation, "tomorrow")
    until = floor.clock.now() + timedelta(hours=20)
    asleep = await floor.acts.snooze(conversation.id, LI, until)
    await floor.let(timedelta(hours=19))
    assert (await floor.again(conversation)).snoozed_until == asleep.snoozed_until == until
    assert Freed(conversation=conversation.id, agent="li") in floor.told
    await floor.let(timedelta(hours=1))
    awake = await floor.again(conversation)
    assert (awake.snoozed_until, awake.state, awake.agent) == (None, State.AGENT, "li")
    assert codes(await floor.messages(conversation)) == ["snoozed", "woken"]


async def test_a_timer_that_was_overtaken_does_nothing(floor: Floor) -> None:
    conversation = await floor.hear()
    first, second = (floor.clock.now() + timedelta(hours=hours) for hours in (1, 3))
    await floor.acts.snooze(conversation.id, LI, first)
    await floor.acts.snooze(conversation.id, LI, second)
    await floor.let(timedelta(hours=2))
    assert (await floor.again(conversation)).snoozed_until == second
    awake = await floor.acts.snooze(conversation.id, LI, None)
    assert (awake.snoozed_until, awake.queued_at) == (None, floor.clock.now())
    await floor.let(timedelta(hours=2))
    assert codes(await floor.messages(conversation)) == ["snoozed", "snoozed", "woken"]
    assert await floor.store.count(JOBS, Eq("state", JobState.READY), limit=9) == 0


async def test_a_snooze_into_the_past_or_of_a_closed_one_is_refused(floor: Floor) -> None:
    conversation = await floor.hear()
    with pytest.raises(Invalid):
        await floor.acts.snooze(conversation.id, LI, floor.clock.now())
    await floor.acts.resolve(conversation.id, LI)
    with pytest.raises(WrongMove):
        await floor.acts.snooze(conversation.id, LI, floor.clock.now() + timedelta(1))


async def test_labels_priority_and_subject_are_set_once_with_a_notice_each(floor: Floor) -> None:
    conversation = await floor.hear()
    wanted = ["refund", "vip", "refund"]
    await floor.acts.annotate(conversation.id, LI, labels=wanted, priority=Priority.HIGH, subject="Refund")
    changed = await floor.acts.annotate(conversation.id, LI, labels=wanted, priority=Priority.HIGH, subject="Refund")
    assert (changed.labels, changed.priority, changed.subject) == (("refund", "vip"), Priority.HIGH, "Refund")
    notices = await floor.messages(changed)
    assert codes(notices) == ["labelled", "prioritised"]
    assert {notice.direction for notice in notices[1:]} == {Direction.NOTE}
    await floor.acts.annotate(conversation.id, LI, labels=[])
    last = (await floor.messages(changed))[-1].parts[0]
    assert isinstance(last, Notice)
    assert last.facts == {"added": "", "removed": "refund, vip"}


async def test_more_labels_than_anybody_reads_are_refused(floor: Floor) -> None:
    conversation = await floor.hear()
    with pytest.raises(Invalid):
        await floor.acts.annotate(conversation.id, LI, labels=[f"l{number}" for number in range(51)])


async def test_a_transfer_to_a_team_queues_it_there_with_the_note(floor: Floor) -> None:
    conversation = await floor.hear()
    await floor.answer(conversation, "let me pass you on")
    moved = await floor.acts.transfer(conversation.id, LI, team="support", note="needs a refund")
    await floor.engine.settle()
    assert (moved.state, moved.team, moved.agent) == (State.WAITING, "support", None)
    assert moved.queued_at == floor.clock.now()
    assert texts((await floor.messages(conversation))[-2:]) == ["needs a refund"]
    assert Queued(conversation=conversation.id, team="support") in floor.told
    assert Freed(conversation=conversation.id, agent="li") in floor.told


async def test_a_transfer_to_a_colleague_is_theirs_at_once(floor: Floor) -> None:
    conversation = await floor.hear()
    moved = await floor.acts.transfer(conversation.id, LI, agent="wang")
    await floor.engine.settle()
    assert (moved.state, moved.agent, moved.team) == (State.AGENT, "wang", "sales")
    assert Assigned(conversation=conversation.id, agent="wang") in floor.told


@pytest.mark.parametrize(("team", "agent"), [(None, None), ("a", "b")])
async def test_a_transfer_goes_to_one_place(floor: Floor, team: str | None, agent: str | None) -> None:
    conversation = await floor.hear()
    with pytest.raises(Invalid):
        await floor.acts.transfer(conversation.id, LI, team=team, agent=agent)


async def test_a_closed_conversation_is_not_transferred_nor_handed_to_a_bot(floor: Floor) -> None:
    conversation = await floor.hear()
    await floor.acts.resolve(conversation.id, LI)
    with pytest.raises(WrongMove):
        await floor.acts.transfer(conversation.id, LI, team="support")
    with pytest.raises(WrongMove):
        await floor.acts.hand_to_bot(conversation.id, LI)


async def test_it_goes_back_to_the_bot_of_the_inbox_if_there_is_one(floor: Floor) -> None:
    conversation = await floor.hear()
    with pytest.raises(WrongMove) as refused:
        await floor.acts.hand_to_bot(conversation.id, LI)
    assert "bot" in refused.value.hint
    inbox = await floor.inboxes.get("web")
    await floor.inboxes.change(inbox, structs.replace(inbox, bot="faq"))
    handed = await floor.acts.hand_to_bot(conversation.id, LI)
    assert (handed.state, handed.bot, handed.queued_at) == (State.BOT, "faq", None)


async def test_an_act_on_nothing_is_not_found(floor: Floor) -> None:
    with pytest.raises(NotFound):
        await floor.acts.resolve("none", LI)
