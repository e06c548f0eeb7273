"""One lane's turn: its jobs in order from the head on, until the lane is empty, blocked, or has had its share."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import structlog

from hub.clock import Clock
from hub.store.port import By, Eq, Store
from hub.work.attempts import Attempts, Step
from hub.work.jobs import JOBS, Job, JobState
from hub.work.trades import Trade

log = structlog.get_logger(__name__)

IN_A_ROW = 8
"""Jobs of one lane in one turn: enough to save look-ups, few enough to be fair."""

UNKNOWN_KIND = timedelta(minutes=1)
"""A worker of an older release leaves what it does not know to a newer one."""


class Worker:
    """Does jobs: looks who is at the head, and attempts it."""

    def __init__(
        self, store: Store, clock: Clock, *, owner: str, lease: timedelta, alone: bool, spin: Callable[[], float]
    ) -> None:
        """`alone`: no other process works on this store, so any lease found was left by one that is dead."""
        self.trades: dict[str, Trade[Any]] = {}
        self._store = store
        self._clock = clock
        self._owner = owner
        self._alone = alone
        self._attempts = Attempts(store, clock, owner=owner, lease=lease, spin=spin)

    async def turn(self, lane: str, woken: Callable[[], bool]) -> datetime | bool:
        """Work on the lane; returns whether more waits there, or until when its head blocks it.

        The jobs after the head follow without another look-up, unless this process heard of a newer row in between.
        """
        page = await self._store.find(
            JOBS, Eq("lane", lane), Eq("state", JobState.READY), order=(By("seq"), By("id")), limit=IN_A_ROW
        )
        for number, job in enumerate(page):
            if number and woken():
                return True
            step = self._blocked(job) or await self._do(job)
            if isinstance(step, datetime):
                return step
            if step is not Step.ENDED:
                return True
        return len(page) == IN_A_ROW

    def _blocked(self, job: Job) -> datetime | None:
        """Return until when the head must not be touched."""
        now = self._clock.now()
        if job.due > now:
            return job.due
        if job.lease is None or job.lease.owner == self._owner or self._alone:
            return None
        return job.lease.until if job.lease.until > now else None

    @property
    def moves(self) -> int:
        """How many rows this process has moved on."""
        return self._attempts.moves

    async def _do(self, job: Job) -> Step | datetime:
        trade = self.trades.get(job.kind)
        if trade is None:
            log.error("job.kind_unknown", job=job.id, kind=job.kind)
            return await self._attempts.postpone(job, UNKNOWN_KIND, "kind_unknown", attempts=job.attempts)
        if job.attempts >= 2 * trade.kind.attempts:
            return await self._attempts.bury(job, "exhausted", attempts=job.attempts, lease=job.lease)
        try:
            body = trade.body(job)
        except ValueError:
            log.exception("job.malformed", job=job.id, kind=job.kind)
            return await self._attempts.bury(job, "malformed", attempts=job.attempts)
        wait = trade.gate.enter(body, job, self._clock.now())
        if wait is not None:
            return wait
        try:
            attempt = self._attempts.outside if trade.kind.external else self._attempts.inside
            return await attempt(trade, body, job)
        finally:
            trade.gate.leave(body, job)
