"""A clock that only moves when a test says so."""

from __future__ import annotations

import asyncio
import heapq
from datetime import UTC, datetime, timedelta
from itertools import count

from hub.clock import to_millis

START = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)
TURNS = 10


class FakeClock:
    """Implements `hub.clock.Clock`. Sleepers wake in the order of their time, then of their arrival."""

    def __init__(self, start: datetime = START) -> None:
        self._now = start
        self._passed = 0.0
        self._order = count()
        self._sleepers: list[tuple[float, int, asyncio.Future[None]]] = []

    def now(self) -> datetime:
        """Return the current moment, cut to milliseconds as the real clock does."""
        return to_millis(self._now)

    def monotonic(self) -> float:
        """Return the seconds advanced so far; a `jump` does not show."""
        return self._passed

    async def sleep(self, seconds: float) -> None:
        """Return when the test has advanced the clock by `seconds`; at once (one turn) for zero or less."""
        if seconds <= 0:
            return await asyncio.sleep(0)
        waker = asyncio.get_running_loop().create_future()
        heapq.heappush(self._sleepers, (self._passed + seconds, next(self._order), waker))
        await waker
        return None

    async def advance(self, by: float | timedelta) -> None:
        """Let time pass. Whoever wakes runs at its own moment and may sleep again within the stretch.

        Work that leaves the loop (a store's thread) is not waited for: `await engine.settle()` does that.
        """
        target = self._passed + (by.total_seconds() if isinstance(by, timedelta) else by)
        await self._turns()
        while self._sleepers and self._sleepers[0][0] <= target:
            moment, _, waker = heapq.heappop(self._sleepers)
            self._move(moment)
            if not waker.done():
                waker.set_result(None)
                await self._turns()
        self._move(target)

    def jump(self, by: timedelta) -> None:
        """Set the wall clock forward or back, as an operator or a time server does; no sleeper notices."""
        self._now += by

    @property
    def sleepers(self) -> int:
        """How many wait."""
        return sum(not waker.done() for _, _, waker in self._sleepers)

    def _move(self, moment: float) -> None:
        self._now += timedelta(seconds=moment - self._passed)
        self._passed = moment

    async def _turns(self) -> None:
        for _ in range(TURNS):
            await asyncio.sleep(0)
