"""What the engine does on the side: sweep what is due, arm timers, forget what is done long ago."""

import asyncio
from datetime import timedelta

import structlog

from hub.clock import Clock
from hub.errors import TryLater
from hub.store.port import Store
from hub.work.dispatch import Dispatch
from hub.work.lanes import Lanes
from hub.work.letters import purge
from hub.work.sweeper import Sweeper
from hub.work.timers import Timers

log = structlog.get_logger(__name__)

OFTEN = timedelta(milliseconds=500)
"""Between sweeps when other processes commit work too: a lost hint costs at most this and the grace."""

SELDOM = timedelta(seconds=30)
"""Between sweeps in a process that is alone and hears of every commit itself."""

GRACE = timedelta(milliseconds=400)
"""What fell due just now has its hint under way."""

PURGE = timedelta(seconds=60)
BREATH = 0.05


JUMP = timedelta(seconds=1)
"""A clock that is kept in step moves by less between two ticks."""


class Jumps:
    """Notices that the wall clock was set forward: what was far off is due, and no timer in memory knows it."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._wall, self._steady = clock.now(), clock.monotonic()

    def jumped(self) -> bool:
        """Say whether it was set forward, or the machine slept, since this was asked last."""
        wall, steady = self._clock.now(), self._clock.monotonic()
        ahead = (wall - self._wall) - timedelta(seconds=steady - self._steady)
        self._wall, self._steady = wall, steady
        return ahead > JUMP


class Chores:
    """Each chore is done by one process at a time, as far as the dispatch can say; twice does no harm."""

    def __init__(
        self,
        store: Store,
        dispatch: Dispatch,
        clock: Clock,
        sweeper: Sweeper,
        timers: Timers,
        lanes: Lanes,
        *,
        every: timedelta | None,
        alone: bool,
    ) -> None:
        self._store = store
        self._dispatch = dispatch
        self._clock = clock
        self._sweeper = sweeper
        self._timers = timers
        self._lanes = lanes
        self._every = every or (SELDOM if alone else OFTEN)
        self._down = False

    async def run(self) -> None:
        """Do the chores until cancelled; a store that is away is told once."""
        async with asyncio.TaskGroup() as group:
            group.create_task(self._sweep())
            group.create_task(self._purge())

    async def _sweep(self) -> None:
        """Sweep at start, then every so often; a stretch at each tick, and sooner while lanes were turned away here."""
        every = self._every.total_seconds()
        tick, grace = min(every, OFTEN.total_seconds()), timedelta(0)
        first, left, following = True, False, self._clock.monotonic()
        jumps = Jumps(self._clock)
        while True:
            following = self._clock.monotonic() if jumps.jumped() else following
            wanted = left or self._lanes.missed or self._clock.monotonic() >= following
            if wanted and self._lanes.roomy and (first or await self._dispatch.turn("sweep", tick)):
                left = await self._sweep_once(grace)
                first, grace = False, min(GRACE, self._every)
                following = self._clock.monotonic() + every
            await self._clock.sleep(BREATH if self._lanes.missed else tick)

    async def _sweep_once(self, grace: timedelta) -> bool:
        self._lanes.missed = False
        began = self._clock.now()
        try:
            left = await self._sweeper.overdue(self._dispatch.hint, full=lambda: self._lanes.full, grace=grace)
            await self._sweeper.upcoming(began - grace, self._clock.now() + 2 * self._every, self._timers.set)
        except TryLater as error:
            if not self._down:
                log.warning("sweep.down", reason=error.code)
            self._down = True
            return False
        if self._down:
            log.info("sweep.up")
        self._down = False
        return left

    async def _purge(self) -> None:
        while True:
            await self._clock.sleep(PURGE.total_seconds())
            if await self._dispatch.turn("purge", PURGE.total_seconds()):
                await self._purge_all()

    async def _purge_all(self) -> None:
        try:
            while await purge(self._store, at=self._clock.now()):
                await self._clock.sleep(BREATH)
        except TryLater as error:
            log.info("purge.later", reason=error.code)
