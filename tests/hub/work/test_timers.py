"""Timers of the engine: never early, and not late, whatever the clock does."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from hub.work.engine import Engine
from hub.work.local import LocalDispatch
from tests.hub.work.notes import WRITE, job, write, written
from tests.power import PowerStore
from tests.waiting import until

if TYPE_CHECKING:
    from hub.store.port import Collection, D, Store, Test
    from tests.clocks import FakeClock


async def test_a_timer_never_fires_early_and_at_most_a_second_late(
    store: Store, clock: FakeClock, engine: Engine
) -> None:
    running = asyncio.create_task(engine.run())
    await clock.advance(0)
    await store.commit(job("a", 1, clock.now(), due=clock.now() + timedelta(seconds=7, milliseconds=300)))
    await clock.advance(7.299)
    assert engine.in_hand == 0
    assert await written(store, "a") == []
    await clock.advance(0.001)
    await until(lambda: written(store, "a"))
    assert clock.monotonic() == pytest.approx(7.3)
    await engine.drain()
    await running


async def test_a_clock_set_forward_is_noticed_within_a_second(store: Store, clock: FakeClock, engine: Engine) -> None:
    running = asyncio.create_task(engine.run())
    await clock.advance(0)
    await store.commit(job("a", 1, clock.now(), due=clock.now() + timedelta(seconds=50)))
    await clock.advance(0.1)
    clock.jump(timedelta(hours=1))
    assert await written(store, "a") == []
    await clock.advance(1)
    await until(lambda: written(store, "a"))
    await engine.drain()
    await running


async def test_a_clock_set_forward_brings_what_no_memory_held(store: Store, clock: FakeClock) -> None:
    engine = Engine(store, LocalDispatch(), clock, alone=True)
    engine.register(WRITE, write)
    running = asyncio.create_task(engine.run())
    await clock.advance(0)
    await store.commit(job("a", 1, clock.now(), due=clock.now() + timedelta(minutes=50)))
    await clock.advance(0.1)
    clock.jump(timedelta(hours=1))
    assert await written(store, "a") == []
    await clock.advance(1)
    await until(lambda: written(store, "a"))
    await engine.drain()
    await running


class SlowStore(PowerStore):
    """Answers the first question only when it is let."""

    def __init__(self, engine: Store) -> None:
        super().__init__(engine)
        self.asked, self.answer = asyncio.Event(), asyncio.Event()

    async def find(self, collection: Collection[D], *where: Test, **more: Any) -> list[D]:
        """Read, then wait."""
        found = await super().find(collection, *where, **more)
        self.asked.set()
        await self.answer.wait()
        return found


async def test_what_falls_due_while_the_overdue_are_read_is_not_left_to_the_next_sweep(
    store: Store, clock: FakeClock
) -> None:
    await store.commit(job("a", 1, clock.now(), due=clock.now() + timedelta(seconds=1)))
    slow = SlowStore(store)
    engine = Engine(slow, LocalDispatch(), clock, alone=True)
    engine.register(WRITE, write)
    running = asyncio.create_task(engine.run())
    await slow.asked.wait()
    await clock.advance(2)
    slow.answer.set()
    await until(lambda: written(store, "a"))
    await engine.drain()
    await running
