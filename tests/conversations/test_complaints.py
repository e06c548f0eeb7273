"""Complaints of other products' users (facts/peers.md 2.2), each as the story that must not happen here."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from conversations.events import Assigned, Opened
from conversations.model import CONVERSATIONS, Conversation
from conversations.reply import ColleagueAnswered
from conversations.views import Viewer, holds
from hub.model import Status
from hub.store.port import Insert, Put
from hub.work.jobs import JOBS
from tests.conversations.floor import SENT, WANG, Floor, said, texts
from tests.conversations.test_views import Someone

if TYPE_CHECKING:
    from collections.abc import Sequence

    from hub.store.port import Write


async def test_13_a_batch_of_pictures_at_one_instant_is_one_conversation(either: Floor) -> None:
    """Chatwoot 14058, 14071, 10798: two first messages 214 ms apart made two conversations."""
    batch = [said(f"picture {number}", id=f"b{number}") for number in range(8)]
    await asyncio.gather(*(either.ingest.accept([one]) for one in batch))
    await either.engine.settle()
    (conversation,) = await either.everyone()
    assert conversation.seq == 8
    assert sorted(texts(await either.messages(conversation))) == sorted(f"picture {number}" for number in range(8))


async def test_14_a_webhook_that_comes_again_while_and_after_the_first_is_handled_is_stored_once(either: Floor) -> None:
    """Chatwoot 13359: the lock was let go inside the transaction, and at-least-once made a duplicate."""
    twice = said("pay me back", id="dup")
    await asyncio.gather(*(either.ingest.accept([twice]) for _ in range(5)))
    await either.engine.settle()
    await either.arrive(twice)
    await either.let(timedelta(days=15))
    await either.arrive(twice)
    assert await either.store.count(JOBS, limit=10) <= 2
    (conversation,) = await either.everyone()
    assert texts(await either.messages(conversation)) == ["pay me back"]


async def test_15_an_agent_who_missed_a_colleague_s_reply_cannot_contradict_it(floor: Floor) -> None:
    """Chatwoot 14934: after a reconnect the reply was not shown, and the customer got two answers."""
    conversation = await floor.hear("is it free?")
    await floor.answer(conversation, "yes, it is", seen_seq=1)
    with pytest.raises(ColleagueAnswered) as refused:
        await floor.answer(conversation, "no, it costs 5", WANG, seen_seq=1)
    missed = await floor.transcripts.after(conversation.id, 1)
    assert missed[-1].seq == refused.value.facts["seq"]
    await floor.engine.settle()
    assert floor.provider.calls == 1


async def test_16_a_row_reaches_a_list_once_whatever_hint_comes_first(floor: Floor) -> None:
    """Chatwoot 13713: `assignee.changed` before `conversation.created` showed the row twice.

    Every hint is the whole row with its version, so the last version wins and an older one is passed over.
    """
    rows: list[Conversation] = []

    def remember(writes: Sequence[Write]) -> None:
        rows.extend(
            write.doc for write in writes if isinstance(write, Insert | Put) and isinstance(write.doc, Conversation)
        )

    floor.store.watch(remember)
    conversation = await floor.hear()
    await floor.answer(conversation, "mine now")
    await floor.engine.settle()
    assert [row.version for row in rows] == list(range(len(rows)))
    li: Viewer = Someone(user="li", teams=("sales",))
    for order in (rows, rows[::-1]):
        shown: dict[str, Conversation] = {}
        for row in order:
            if row.id not in shown or shown[row.id].version < row.version:
                shown[row.id] = row
        assert [holds("mine", li, row) for row in shown.values()] == [True]
    told = [type(event) for event in floor.told if isinstance(event, Opened | Assigned)]
    assert told == [Opened, Assigned]


async def test_17_messages_stand_in_the_order_they_came_with_the_provider_s_time_beside(floor: Floor) -> None:
    """Chatwoot 12661, 14739: out of order when workers were congested; the time shown was that of the processing."""
    batch = [said(f"{number}", id=f"o{number}", at=SENT + timedelta(seconds=number)) for number in range(40)]
    await floor.ingest.accept(batch)
    await floor.clock.advance(300)
    await floor.engine.settle()
    messages = await floor.messages(await floor.thread_of())
    assert texts(messages) == [str(number) for number in range(40)]
    assert [message.sent_at for message in messages] == [one.sent_at for one in batch]
    assert [message.at for message in messages] == sorted(message.at for message in messages)


async def test_18_a_status_never_goes_backwards(floor: Floor) -> None:
    """Chatwoot 14529: delivered, then sent."""
    conversation = await floor.hear()
    message = (await floor.answer(conversation, "hi")).message
    await floor.engine.settle()
    seen = []
    for status in (Status.DELIVERED, Status.SENT, Status.FAILED, Status.READ, Status.DELIVERED, Status.UNKNOWN):
        await floor.receipt(message, status)
        seen.append((await floor.messages(conversation))[-1].status)
    assert seen == [Status.DELIVERED] * 3 + [Status.READ] * 3


async def test_19_one_send_over_a_weak_line_is_one_message(floor: Floor) -> None:
    """Chatwoot 9314: one send, two POSTs twelve seconds apart."""
    conversation = await floor.hear()
    await floor.answer(conversation, "your code is 7", client_id="browser-1")
    await floor.let(timedelta(seconds=12))
    assert not (await floor.answer(conversation, "your code is 7", client_id="browser-1")).new
    await floor.engine.settle()
    assert floor.provider.calls == 1
    (row,) = await floor.store.get_many(CONVERSATIONS, [conversation.id])
    assert row.seq == 2
