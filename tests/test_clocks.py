"""The fake clock keeps the order of things."""

from __future__ import annotations

import asyncio
from datetime import timedelta

from tests.clocks import START, FakeClock


async def test_sleepers_wake_in_order_each_at_its_own_moment() -> None:
    clock, seen = FakeClock(), list[tuple[str, float]]()

    async def sleeper(name: str, seconds: float) -> None:
        await clock.sleep(seconds)
        seen.append((name, clock.monotonic()))

    async with asyncio.TaskGroup() as group:
        for name, seconds in (("late", 3.0), ("early", 1.0), ("same", 1.0), ("zero", 0.0)):
            group.create_task(sleeper(name, seconds))
        await clock.advance(2)
        assert seen == [("zero", 0.0), ("early", 1.0), ("same", 1.0)]
        await clock.advance(timedelta(seconds=1))
    assert seen[-1] == ("late", 3.0)
    assert clock.now() == START + timedelta(seconds=3)


async def test_a_repeated_sleep_wakes_at_every_step_of_one_advance() -> None:
    clock, ticks = FakeClock(), list[float]()

    async def ticker() -> None:
        while True:
            await clock.sleep(1)
            ticks.append(clock.monotonic())

    task = asyncio.create_task(ticker())
    await clock.advance(3.5)
    task.cancel()
    assert ticks == [1.0, 2.0, 3.0]


async def test_a_jump_moves_the_wall_and_wakes_nobody() -> None:
    clock = FakeClock()
    task = asyncio.create_task(clock.sleep(60))
    await clock.advance(0)
    clock.jump(timedelta(hours=1))
    await clock.advance(1)
    assert not task.done()
    assert clock.sleepers == 1
    assert clock.now() == START + timedelta(hours=1, seconds=1)
    task.cancel()
