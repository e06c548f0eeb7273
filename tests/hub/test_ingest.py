"""The first door: durable before it returns, each provider message once, in order, bounded."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import TYPE_CHECKING

import msgspec
import pytest

from hub.errors import Overloaded
from hub.ingest import RECEIVE, Accepted, Arrival, Ingest
from hub.model import Address, Inbound, Said, Text
from hub.store.port import By, Eq
from hub.work.engine import Engine
from hub.work.jobs import JOBS, JobState
from hub.work.local import LocalDispatch
from tests.clocks import FakeClock
from tests.stores import open_store

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Sequence
    from datetime import datetime
    from pathlib import Path

    from hub.store.port import Store, Write
    from hub.work.jobs import Job


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[Store]:
    async with open_store(tmp_path, [JOBS]) as store:
        yield store


def said(number: int, user: str = "u1", *, inbox: str = "i1") -> Inbound:
    return Said(
        inbox=inbox,
        provider_id=f"{user}-{number}",
        sender=Address(channel="sms", user=user),
        sent_at=FakeClock().now(),
        parts=(Text(body=f"第{number}条 \N{PILE OF POO}"),),
        raw=b"\x00\xff raw",
    )


async def lane(store: Store, name: str) -> list[Job]:
    where = (Eq("lane", name), Eq("state", JobState.READY))
    return await store.find(JOBS, *where, order=(By("seq"), By("id")), limit=1000)


async def test_what_is_accepted_is_on_disk_and_whole(tmp_path: Path, clock: FakeClock) -> None:
    async with open_store(tmp_path, [JOBS]) as store:
        assert await Ingest(store, clock).accept([said(1)]) == Accepted(new=1, known=0)
    async with open_store(tmp_path, [JOBS]) as store:
        (row,) = await lane(store, "in:i1:u1")
    assert msgspec.json.decode(row.body, type=Arrival).inbound == said(1)
    assert (row.kind, row.key) == ("receive", "i1:u1-1")


async def test_a_repeated_message_is_an_answer_and_no_error(store: Store, clock: FakeClock) -> None:
    ingest = Ingest(store, clock)
    await ingest.accept([said(1)])
    assert await ingest.accept([said(1)]) == Accepted(new=0, known=1)
    assert await ingest.accept([said(1), said(2), said(2), said(3)]) == Accepted(new=2, known=2)
    assert [row.key for row in await lane(store, "in:i1:u1")] == ["i1:u1-1", "i1:u1-2", "i1:u1-3"]
    assert await ingest.accept([said(1, inbox="i2")]) == Accepted(new=1, known=0)
    assert await ingest.accept([]) == Accepted(new=0, known=0)


async def test_a_message_is_known_as_long_as_its_row_is_kept(store: Store, clock: FakeClock) -> None:
    async def receive(body: Arrival, row: Job, at: datetime) -> Sequence[Write]:
        return ()

    engine, ingest = Engine(store, LocalDispatch(), clock), Ingest(store, clock)
    engine.register(RECEIVE, receive)
    await ingest.accept([said(1)])
    await engine.settle()
    assert await lane(store, "in:i1:u1") == []
    await clock.advance(timedelta(days=13))
    assert await ingest.accept([said(1)]) == Accepted(new=0, known=1)


async def test_the_same_message_at_the_same_instant_is_stored_once(store: Store, clock: FakeClock) -> None:
    ingest = Ingest(store, clock)
    answers = await asyncio.gather(*(ingest.accept([said(1)]) for _ in range(20)))
    assert sum(answer.new for answer in answers) == 1
    assert len(await lane(store, "in:i1:u1")) == 1


async def test_a_senders_messages_keep_their_order_though_the_clock_stands(store: Store, clock: FakeClock) -> None:
    ingest = Ingest(store, clock)
    for number in range(5):
        await ingest.accept([said(3 * number + more) for more in range(3)])
    clock.jump(timedelta(hours=-1))
    await ingest.accept([said(15)])
    rows = await lane(store, "in:i1:u1")
    assert [row.key for row in rows] == [f"i1:u1-{number}" for number in range(16)]
    assert len({row.seq for row in rows}) == 16


async def test_too_much_in_hand_is_refused_at_once_and_leaves_nothing(store: Store, clock: FakeClock) -> None:
    ingest = Ingest(store, clock, limit=10)
    waiting = [asyncio.create_task(ingest.accept([said(number, f"u{number}")])) for number in range(10)]
    await asyncio.sleep(0)
    assert ingest.in_hand == 10
    with pytest.raises(Overloaded) as refused:
        await ingest.accept([said(1, "late")])
    assert refused.value.after == timedelta(seconds=1)
    await asyncio.gather(*waiting)
    assert ingest.in_hand == 0
    assert await lane(store, "in:i1:late") == []
    assert await ingest.accept([said(1, "late")]) == Accepted(new=1, known=0)


async def test_a_request_larger_than_the_limit_is_taken_when_nothing_else_is_in_hand(
    store: Store, clock: FakeClock
) -> None:
    ingest = Ingest(store, clock, limit=3)
    assert await ingest.accept([said(number) for number in range(8)]) == Accepted(new=8, known=0)
