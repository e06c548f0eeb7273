"""What a customer does that is no message, and news of our own messages."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from conversations.events import Closed, Signalled
from conversations.model import State
from conversations.receipts import PATIENCE
from hub.model import Sender, Status
from hub.store.port import Eq
from hub.work.jobs import JOBS, JobState
from tests.conversations.floor import LI, codes

if TYPE_CHECKING:
    from tests.conversations.floor import Floor


async def test_a_rating_lands_on_the_closed_conversation_without_opening_it(floor: Floor) -> None:
    conversation = await floor.hear()
    await floor.acts.resolve(conversation.id, LI)
    await floor.signal("rated", stars="5", comment="谢谢")
    rated = await floor.again(conversation)
    assert rated.rating is not None
    assert (rated.state, rated.rating.stars, rated.rating.comment) == (State.CLOSED, 5, "谢谢")
    assert codes(await floor.messages(conversation)) == ["resolved", "rated"]


@pytest.mark.parametrize("stars", ["0", "6", "", "-1", "5.0", "五"])
async def test_a_rating_that_is_none_is_dropped(floor: Floor, stars: str) -> None:
    conversation = await floor.hear()
    await floor.signal("rated", stars=stars)
    assert (await floor.again(conversation)).rating is None


async def test_the_customer_s_read_mark_moves_forward_and_not_beyond_the_thread(floor: Floor) -> None:
    conversation = await floor.hear()
    await floor.answer(conversation, "hi")
    for told, mark in (("1", 1), ("2", 2), ("1", 2), ("99", 2), ("x", 2), ("9" * 30, 2), ("", 2)):
        await floor.signal("read", seq=told)
        assert (await floor.again(conversation)).customer_read == mark


async def test_an_identified_visitor_is_known_by_the_proved_name(floor: Floor) -> None:
    conversation = await floor.hear(name="visitor")
    await floor.signal("identified", who=Sender(name="Ann", verified=("name",)))
    assert (await floor.again(conversation)).name == "Ann"
    assert (await floor.hear(name="Mallory")).name == "Ann"


async def test_a_stranger_may_be_identified_before_saying_a_word(floor: Floor) -> None:
    await floor.signal("identified", who=Sender(name="Ann"))
    assert await floor.conversations() == []


async def test_a_customer_may_end_the_conversation(floor: Floor) -> None:
    conversation = await floor.hear()
    await floor.signal("end")
    ended = await floor.again(conversation)
    assert (ended.state, ended.waiting_since) == (State.CLOSED, None)
    assert codes(await floor.messages(conversation)) == ["ended"]
    await floor.signal("end")
    assert floor.told.count(Closed(conversation=conversation.id)) == 1


async def test_what_has_no_rule_here_is_told_upward(floor: Floor) -> None:
    conversation = await floor.hear()
    await floor.signal("left", page="/pricing")
    assert Signalled(conversation=conversation.id, name="left", facts={"page": "/pricing"}) in floor.told


async def test_a_signal_of_a_stranger_changes_nothing(floor: Floor) -> None:
    await floor.signal("rated", user="nobody", stars="5")
    assert await floor.everyone() == []


async def test_receipts_in_any_order_end_at_the_furthest(floor: Floor) -> None:
    conversation = await floor.hear()
    message = (await floor.answer(conversation, "hi")).message
    await floor.engine.settle()
    for status in (Status.READ, Status.DELIVERED, Status.SENT, Status.FAILED):
        await floor.receipt(message, status)
    assert (await floor.messages(conversation))[-1].status is Status.READ


async def test_a_receipt_that_overtakes_the_provider_s_answer_is_waited_for(floor: Floor) -> None:
    conversation = await floor.hear()
    message = (await floor.answer(conversation, "hi")).message
    await floor.receipt(message, Status.DELIVERED)
    await floor.let(timedelta(seconds=2))
    assert (await floor.messages(conversation))[-1].status is Status.DELIVERED


async def test_a_receipt_for_a_message_nobody_knows_holds_nobody_up_and_is_dropped(floor: Floor) -> None:
    conversation = await floor.hear()
    stranger = (await floor.messages(conversation))[0]
    await floor.receipt(stranger, Status.DELIVERED)
    assert (await floor.hear("still here")).seq == 2
    for _ in range(PATIENCE + 2):
        await floor.let(timedelta(minutes=1))
    assert await floor.store.count(JOBS, Eq("state", JobState.READY), limit=10) == 0
    assert await floor.store.count(JOBS, Eq("state", JobState.DEAD), limit=10) == 0
