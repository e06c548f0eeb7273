"""One holder at a time; a dead one is replaced within the length of the lease. Marks: the last one set holds."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest

from hub.errors import Invalid
from hub.leases import LEASES, LENGTH, Leases
from hub.marks import MARKS, InboxMarks
from tests.clocks import FakeClock
from tests.stores import open_store
from tests.waiting import until

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from hub.store.port import Store

SECONDS = LENGTH.total_seconds()


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[Store]:
    """An embedded store."""
    async with open_store(tmp_path, (LEASES, MARKS)) as opened:
        yield opened


async def pass_time(clock: FakeClock, seconds: float) -> None:
    for _ in range(int(seconds)):
        await clock.advance(1)
        await asyncio.sleep(0.003)


async def test_one_holds_and_the_others_wait(store: Store) -> None:
    clock = FakeClock()
    one, other = (Leases(store, clock, alone=False) for _ in range(2))
    assert await one.take("listen:a")
    assert await one.take("listen:a")
    assert not await other.take("listen:a")
    assert await other.take("listen:b")
    await one.release("listen:a")
    assert await other.take("listen:a")
    row = await store.get(LEASES, "listen:a")
    assert row is not None
    assert (row.owner, row.fence) == (other.owner, 2)


async def test_of_many_at_once_one_gets_it(store: Store) -> None:
    clock = FakeClock()
    crowd = [Leases(store, clock, alone=False) for _ in range(20)]
    assert sum(await asyncio.gather(*(one.take("x") for one in crowd))) == 1


async def test_a_dead_holder_is_replaced_in_time(store: Store) -> None:
    clock = FakeClock()
    dead, heir = (Leases(store, clock, alone=False) for _ in range(2))
    assert await dead.take("x")
    waiting = asyncio.create_task(heir.wait("x"))
    await pass_time(clock, SECONDS - 2)
    assert not waiting.done()
    await pass_time(clock, SECONDS / 4 + 3)
    await asyncio.wait_for(waiting, 1)


async def test_who_lives_keeps_it(store: Store) -> None:
    clock = FakeClock()
    one, other = (Leases(store, clock, alone=False) for _ in range(2))
    assert await one.take("x")
    async with one.kept("x") as lost:
        await pass_time(clock, 3 * SECONDS)
        assert not lost.is_set()
        assert not await other.take("x")
    assert await other.take("x")


async def test_who_was_replaced_is_told(store: Store) -> None:
    clock = FakeClock()
    one, other = (Leases(store, clock, alone=False) for _ in range(2))
    assert await one.take("x")
    async with one.kept("x") as lost:
        clock.jump(2 * LENGTH)
        assert await other.take("x")

        async def told() -> bool:
            await clock.advance(1)
            return lost.is_set()

        await until(told)
    row = await store.get(LEASES, "x")
    assert row is not None
    assert row.owner == other.owner
    assert row.until > clock.now()


async def test_alone_there_is_nobody_to_ask(store: Store) -> None:
    alone = Leases(store, FakeClock(), alone=True)
    await alone.wait("x")
    async with alone.kept("x") as lost:
        assert not lost.is_set()
    assert await store.get(LEASES, "x") is None


async def test_a_mark_is_kept_for_its_inbox(store: Store) -> None:
    one, other = InboxMarks(store, "one"), InboxMarks(store, "other")
    assert await one.get("cursor") == ""
    await one.set("cursor", "a")
    await one.set("cursor", "b")
    await one.set("cursor", "b")
    assert (await one.get("cursor"), await other.get("cursor")) == ("b", "")
    await asyncio.gather(*(InboxMarks(store, "one").set("uid", str(number)) for number in range(10)))
    assert await one.get("uid") in {str(number) for number in range(10)}
    with pytest.raises(Invalid):
        await one.set("cursor", "x" * 5000)
