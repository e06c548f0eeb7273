"""One attempt at one job: run the handler, and end the job in one commit with what it brought about."""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from enum import Enum
from typing import Any, TypeVar

import structlog

from hub.clock import Clock
from hub.errors import Conflict, HubError
from hub.store.port import Store, Write
from hub.work.jobs import JOBS, Job, Kind, Lease, Record
from hub.work.lease import Claim, claim, renewed
from hub.work.moves import buried, ended, postponed
from hub.work.retry import Never, code, crowded, verdict
from hub.work.trades import Trade

log = structlog.get_logger(__name__)

S = TypeVar("S")

AT_ONCE = 5
"""How often a handler runs again at once when its writes lose a race; after that its lane rests a little."""

RECORD_TRIES = 20
RECORD_WAIT = 0.05
RECORD_LONGEST = 5.0


class Step(Enum):
    """How an attempt left the row: done or dead, so that its lane goes on; or changed by somebody else: look again."""

    ENDED = "ended"
    STALE = "stale"


class Attempts:
    """Runs handlers. An attempt ends in a `Step`, or in the time at which the job is tried again.

    Holds nothing between two attempts but the count of `moves` made.
    """

    def __init__(self, store: Store, clock: Clock, *, owner: str, lease: timedelta, spin: Callable[[], float]) -> None:
        self.moves = 0
        self._store = store
        self._clock = clock
        self._owner = owner
        self._lease = lease
        self._spin = spin

    async def inside(self, trade: Trade[Any], body: Any, job: Job) -> Step | datetime:
        """Run a handler whose only effect is its writes; when they lose a race it runs again on fresh reads."""
        for _ in range(AT_ONCE):
            try:
                result = await trade.handler(body, job, self._clock.now())
                writes = await result(self._clock.now()) if callable(result) else result
                await self._store.commit(*writes, ended(job, trade.kind, self._clock.now()))
            except Conflict:
                fresh = await self._store.get(JOBS, job.id)
                if fresh is None or fresh.version != job.version:
                    return Step.STALE
            except Exception as error:  # noqa: BLE001 - the edge of every job; judged and told in _fail
                return await self._fail(trade.kind, job, job.attempts + 1, error)
            else:
                return self._moved(Step.ENDED)
        log.warning("job.crowded", job=job.id, kind=job.kind, attempts=job.attempts + 1)
        return await self._crowded(trade.kind, job)

    async def outside(self, trade: Trade[Any], body: Any, job: Job) -> Step | datetime:
        """Run a handler that speaks to a provider: lease, talk, then record; only the record is ever repeated."""
        try:
            held = await claim(self._store, job, self._owner, self._clock.now() + self._lease)
        except Conflict:
            return Step.STALE
        async with renewed(held, self._store, self._clock, self._lease):
            try:
                result = await trade.handler(body, job, self._clock.now())
            except Exception as error:  # noqa: BLE001 - the edge of every job; judged and told in _fail
                async with held.lock:
                    return await self._fail(trade.kind, held.row, held.row.attempts, error)
            return await self._record(trade.kind, held, result)

    async def bury(self, row: Job, reason: str, *, attempts: int, lease: Lease | None = None) -> Step:
        """Put the job to the dead letters."""
        write = buried(row, reason, self._clock.now(), attempts=attempts, lease=lease)
        return await self._commit(write, Step.ENDED)

    async def postpone(self, row: Job, wait: timedelta, reason: str, *, attempts: int) -> Step | datetime:
        """Let the job, and with it its lane, rest for `wait`."""
        due = self._clock.now() + wait
        return await self._commit(postponed(row, due, reason, attempts=attempts), due)

    async def _record(self, kind: Kind[Any], held: Claim, result: Sequence[Write] | Record) -> Step | datetime:
        """Write down what happened outside, against races and a store that is away, for as long as the row is ours."""
        for number in range(RECORD_TRIES):
            try:
                writes = await result(self._clock.now()) if callable(result) else result
                async with held.lock:
                    await self._store.commit(*writes, ended(held.row, kind, self._clock.now()))
            except Conflict:
                fresh = await self._store.get(JOBS, held.row.id)
                if held.lost or fresh is None or fresh.version != held.row.version:
                    return Step.STALE
            except HubError as error:
                log.warning("job.not_recorded", job=held.row.id, kind=kind.name, reason=error.code)
            except Exception as error:
                log.exception("job.not_recorded", job=held.row.id, kind=kind.name)
                async with held.lock:
                    row = held.row
                    return await self.bury(row, code(error), attempts=row.attempts, lease=row.lease)
            else:
                return self._moved(Step.ENDED)
            if number >= AT_ONCE:
                doubled = RECORD_WAIT * 2 ** (number - AT_ONCE)
                await self._clock.sleep(min(doubled, RECORD_LONGEST) * self._spin())
        log.error("job.record_given_up", job=held.row.id, kind=kind.name)
        return Step.STALE

    async def _fail(self, kind: Kind[Any], row: Job, attempts: int, error: Exception) -> Step | datetime:
        """Move the row as the retry policy says. An error that is none of ours is told with its traceback."""
        judged = verdict(error, kind, attempts, self._spin())
        tell = log.warning if isinstance(error, HubError) else log.exception
        if isinstance(judged, Never):
            tell("job.dead", job=row.id, kind=kind.name, reason=judged.reason, attempts=attempts)
            return await self.bury(row, judged.reason, attempts=attempts)
        if isinstance(error, HubError):
            tell = log.info  # an outage is told by whoever sees it begin; its thousand jobs are not
        tell("job.again", job=row.id, kind=kind.name, reason=judged.reason, attempts=attempts)
        return await self.postpone(row, judged.wait, judged.reason, attempts=attempts)

    async def _crowded(self, kind: Kind[Any], row: Job) -> Step | datetime:
        attempts = row.attempts + 1
        if attempts >= kind.attempts:
            return await self.bury(row, Conflict.code, attempts=attempts)
        return await self.postpone(row, crowded(attempts, self._spin()), Conflict.code, attempts=attempts)

    async def _commit(self, write: Write, outcome: S) -> S | Step:
        try:
            await self._store.commit(write)
        except Conflict:
            return Step.STALE
        return self._moved(outcome)

    def _moved(self, outcome: S) -> S:
        self.moves += 1
        return outcome
