"""What this process knows to fall due soon: one timer per lane, never early."""

import asyncio
import heapq
from collections.abc import Callable
from datetime import datetime

from hub.clock import Clock
from hub.work.dispatch import Hint

LONGEST_NAP = 1.0
"""Seconds. Deadlines are wall-clock times; when that clock is set forward, nobody is more than this late."""


class Timers:
    """In memory only; the sweeper reads what is due from the store."""

    def __init__(self, clock: Clock, fire: Callable[[Hint], None]) -> None:
        self._clock = clock
        self._fire = fire
        self._heap: list[tuple[datetime, str]] = []
        self._set: dict[str, tuple[datetime, Hint]] = {}
        self._nap: asyncio.Task[None] | None = None

    def set(self, hint: Hint, due: datetime) -> None:
        """Fire `hint` at `due`, or earlier if the lane has an earlier timer already."""
        known = self._set.get(hint.lane)
        if known is not None and known[0] <= due:
            return
        self._set[hint.lane] = (due, hint)
        heapq.heappush(self._heap, (due, hint.lane))
        if self._heap[0][0] == due and self._nap is not None:
            self._nap.cancel()

    def due(self, lane: str) -> datetime | None:
        """Return when the lane's timer fires, if it has one."""
        known = self._set.get(lane)
        return known[0] if known else None

    def clear(self, lane: str) -> None:
        """Forget the lane's timer: it gets its turn now."""
        self._set.pop(lane, None)

    async def run(self) -> None:
        """Fire timers until cancelled."""
        while True:
            self._fire_due()
            await self._sleep()

    def _fire_due(self) -> None:
        now = self._clock.now()
        while self._heap and self._heap[0][0] <= now:
            due, lane = heapq.heappop(self._heap)
            known = self._set.get(lane)
            if known is not None and known[0] == due:
                del self._set[lane]
                self._fire(known[1])

    async def _sleep(self) -> None:
        wait = LONGEST_NAP
        if self._heap:
            wait = min(wait, (self._heap[0][0] - self._clock.now()).total_seconds())
        self._nap = asyncio.ensure_future(self._clock.sleep(max(wait, 0)))
        try:
            await asyncio.wait({self._nap})
        finally:
            self._nap.cancel()
            self._nap = None
