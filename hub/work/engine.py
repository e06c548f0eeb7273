"""The work engine: hears what is committed, wakes lanes, and lets a bounded number of them be worked on at once."""

import asyncio
import random
from collections.abc import Callable, Coroutine, Sequence
from datetime import timedelta
from typing import Any, TypeVar

import structlog
from msgspec import Struct

from hub.clock import Clock
from hub.errors import TryLater
from hub.ids import new_id
from hub.store.port import Delete, Document, Store, Write
from hub.work.chores import Chores
from hub.work.dispatch import Dispatch, Hint
from hub.work.jobs import Handler, Job, JobState, Kind, Rank
from hub.work.lanes import Lanes
from hub.work.retry import jitter
from hub.work.sweeper import Sweeper
from hub.work.timers import Timers
from hub.work.trades import Gate, Open, Trade
from hub.work.worker import Worker

log = structlog.get_logger(__name__)

B = TypeVar("B", bound=Struct)

FAULT_FIRST = timedelta(milliseconds=500)
FAULT_LONGEST = timedelta(seconds=5)

HORIZON = timedelta(seconds=60)
"""Rows due later than this are not kept in memory: a sweep arms their timer in time."""

POLITE = 4
"""Lanes that are worked on even while the process is busy with what comes in."""

BREATH = 0.05
"""Seconds between looks whether the flood is over."""

GRACE = timedelta(seconds=25)
"""How long what is in hand may take when the process is told to end."""


class Engine:
    """One per process.

    `workers` lanes are worked on at once, of them at most a quarter for bulk; with 0 this process only passes hints
    on. `alone` says that no other process works on this store: leases found are then left by the dead, and the
    store is swept at start and seldom after. `spin` gives numbers in [0, 1) for the jitter. While `busy` says so,
    no more than `POLITE` lanes are in hand.
    """

    def __init__(
        self,
        store: Store,
        dispatch: Dispatch,
        clock: Clock,
        *,
        workers: int = 64,
        alone: bool = False,
        lease: timedelta = timedelta(seconds=15),
        sweep: timedelta | None = None,
        spin: Callable[[], float] = random.random,
        busy: Callable[[], bool] | None = None,
    ) -> None:
        self._clock = clock
        self._dispatch = dispatch
        self._spin = spin
        self._busy = busy
        self._lanes = Lanes(workers, max(workers // 4, 1))
        self._timers = Timers(clock, dispatch.hint)
        self._worker = Worker(store, clock, owner=new_id(), lease=lease, alone=alone, spin=spin)
        self._sweeper = Sweeper(store, clock, alone=alone)
        self._chores = Chores(
            store, dispatch, clock, self._sweeper, self._timers, self._lanes, every=sweep, alone=alone
        )
        self._turns: dict[asyncio.Task[None], str] = {}
        self._faults = 0
        self._open = False
        self._stop = asyncio.Event()
        self._look: asyncio.TimerHandle | None = None
        self._failed = asyncio.Event()
        self._error: BaseException | None = None
        dispatch.attach(self._wake, lambda: self._lanes.room if self._open else 0)
        if workers or not alone:  # a door without workers, alone on its store, has nobody to tell
            store.watch(self._heard)

    def register(self, kind: Kind[B], handler: Handler[B], *, gate: Gate[B] | None = None) -> None:
        """Let `handler` do the jobs of `kind` that `gate` lets in. Before `run`."""
        self._worker.trades[kind.name] = Trade(kind, handler, gate or Open())

    def wake(self, lane: str, rank: Rank = Rank.TALK) -> None:
        """Look at the lane again, in this process."""
        self._wake(Hint(lane, rank))

    async def run(self) -> None:
        """Work until cancelled or drained; then finish what is in hand."""
        self._open, self._stop = True, asyncio.Event()
        loops = [self._dispatch.run(), self._timers.run(), self._chores.run(), self._stop.wait(), self._watch_faults()]
        tasks: list[asyncio.Task[Any]] = [asyncio.create_task(_task(loop)) for loop in loops]
        try:
            ended, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
            for task in ended:
                task.result()
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.wait(tasks)
            await self._finish(GRACE)

    async def drain(self, grace: timedelta = GRACE) -> None:
        """Take nothing new, finish what is in hand, and end `run`. What outlasts `grace` is cut: its lease tells."""
        self._open = False
        await self._finish(grace)
        self._stop.set()

    async def settle(self) -> None:
        """Work until nothing is due: for tests, and for commands that run once. Needs no `run` beside it."""
        was_open, self._open = self._open, True
        try:
            while True:
                moves = self._worker.moves
                await self._sweeper.every(self._wake)
                await self._quiet()
                if self._worker.moves == moves:
                    return
        finally:
            self._open = was_open

    @property
    def waiting(self) -> int:
        """How many lanes wait in this process for their turn."""
        return self._lanes.waiting

    @property
    def in_hand(self) -> int:
        """How many lanes are worked on now."""
        return self._lanes.in_hand

    def _heard(self, writes: Sequence[Write]) -> None:
        """Pass on which lanes have new work; every commit of this process comes by here."""
        for write in writes:
            doc: Document = write.doc
            if not isinstance(doc, Job) or isinstance(write, Delete):
                continue
            if doc.state is JobState.READY and doc.lease is None:
                self._hint(doc)

    def _hint(self, job: Job) -> None:
        hint = Hint(job.lane, job.rank)
        if job.due <= self._clock.now():
            self._dispatch.hint(hint)
        elif job.due <= self._clock.now() + HORIZON:
            self._timers.set(hint, job.due)

    def _wake(self, hint: Hint) -> None:
        if self._open:
            self._timers.clear(hint.lane)
            self._lanes.wake(hint.lane, hint.rank)
            self._pump()

    def _pump(self) -> None:
        while self._open and not self._stands_back() and (lane := self._lanes.take()) is not None:
            task = asyncio.create_task(self._turn(lane))
            self._turns[task] = lane
            task.add_done_callback(self._ended)
        if self._open and self._lanes.waiting and self._stands_back():
            self._pump_later()

    def _pump_later(self) -> None:
        """Look again soon: the flood may end while what is in hand waits for a slow provider."""
        if self._look is None or self._look.when() <= asyncio.get_running_loop().time():
            self._look = asyncio.get_running_loop().call_later(BREATH, self._pump)

    def _stands_back(self) -> bool:
        """Whether this process has more urgent things to do than another lane: what comes in is stored first."""
        return self._busy is not None and self._lanes.in_hand >= POLITE and self._busy()

    async def _turn(self, lane: str) -> None:
        rank = self._lanes.rank(lane)
        try:
            rest = await self._worker.turn(lane, lambda: not self._open or self._lanes.woken(lane))
        except Exception as error:  # noqa: BLE001 - the edge of every turn
            rest = self._clock.now() + self._tell_fault(error)
        else:
            self._faults = 0
        if rest is True:
            self._lanes.wake(lane, rank)
        elif rest is not False:
            self._timers.set(Hint(lane, rank), rest)

    def _tell_fault(self, error: Exception) -> timedelta:
        """Tell the first of a row of faults (a store that is away fails every lane), and say how long to rest."""
        self._faults += 1
        if not isinstance(error, TryLater):
            log.error("turn.fault", exc_info=error)
        elif self._faults == 1:
            log.warning("turn.later", reason=error.code)
        return jitter(FAULT_FIRST, FAULT_LONGEST, self._faults, self._spin())

    def _ended(self, task: asyncio.Task[None]) -> None:
        lane = self._turns.pop(task)
        if not self._lanes.leave(lane):
            self._dispatch.done(lane)
        error = None if task.cancelled() else task.exception()
        if error is not None:
            self._fail(error)
        self._pump()

    def _fail(self, error: BaseException) -> None:
        """Something no edge may swallow (the process is going down): nothing is worked on any more."""
        self._open, self._error = False, error
        self._failed.set()

    async def _watch_faults(self) -> None:
        await self._failed.wait()
        self._raise()

    def _raise(self) -> None:
        if self._error is not None:
            raise self._error

    async def _quiet(self) -> None:
        while self._turns:
            await asyncio.wait(self._turns)
        self._raise()

    async def _finish(self, grace: timedelta) -> None:
        self._open = False
        if self._turns:
            await asyncio.wait(self._turns, timeout=grace.total_seconds())
        for task in list(self._turns):
            task.cancel()
        if self._turns:
            await asyncio.wait(self._turns)


async def _task(loop: Coroutine[Any, Any, Any]) -> None:
    await loop
