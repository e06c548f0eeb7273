"""The truth behind the hints: what is due, read from the store by index, a page at a time."""

from collections.abc import Callable
from datetime import datetime, timedelta

from hub.clock import Clock
from hub.store.port import Between, By, Eq, Store, Value
from hub.work.dispatch import Hint
from hub.work.jobs import JOBS, Job, JobState

PAGE = 500
PAGES = 10
"""In one sweep. What lies behind waits for the next one, which goes on where this one ended."""

FRUITLESS = 3
"""Pages in one sweep without a lane that was not told already: a few long lanes are no reason to read them all."""

TOLD_AGAIN = timedelta(seconds=5)
"""A lane whose rows stay overdue is told again after this long: its hint may have been lost."""

ORDER = (By("due"), By("id"))


class Sweeper:
    """Finds overdue lanes, and timers that are about to fall due."""

    def __init__(self, store: Store, clock: Clock, *, alone: bool) -> None:
        self._store = store
        self._clock = clock
        self._alone = alone
        self._after: tuple[Value, ...] | None = None
        self._told: dict[str, datetime] = {}

    async def overdue(self, tell: Callable[[Hint], None], *, full: Callable[[], bool], grace: timedelta) -> bool:
        """Tell lanes that have had a row due for longer than `grace`, until `full`; returns whether more are left."""
        now = self._clock.now()
        self._told = {lane: at for lane, at in self._told.items() if at > now - TOLD_AGAIN}
        fruitless = 0
        for _ in range(PAGES):
            rows, known = await self._page(now - grace, self._after), len(self._told)
            for row in rows:
                if full():
                    return True
                if row.lane not in self._told and not self._held(row, now):
                    self._told[row.lane] = now
                    tell(Hint(row.lane, row.rank))
                self._after = (row.due, row.id)
            if len(rows) < PAGE:
                self._after = None
                return False
            fruitless += len(self._told) == known
            if fruitless >= FRUITLESS:
                return True
        return True

    async def every(self, tell: Callable[[Hint], None]) -> None:
        """Tell every lane that has a row due now."""
        now, after, told = self._clock.now(), None, set[str]()
        while True:
            rows = await self._page(now, after)
            for row in rows:
                if row.lane not in told:
                    told.add(row.lane)
                    tell(Hint(row.lane, row.rank))
            if len(rows) < PAGE:
                return
            after = (rows[-1].due, rows[-1].id)

    async def upcoming(self, since: datetime, until: datetime, arm: Callable[[Hint, datetime], None]) -> None:
        """Arm a timer for every row that falls due between the two.

        `since` is when the look at what is overdue began: what fell due while it lasted is known to nobody else.
        """
        after = None
        while True:
            rows = await self._store.find(
                JOBS, Eq("state", JobState.READY), Between("due", since, until), order=ORDER, limit=PAGE, after=after
            )
            for row in rows:
                arm(Hint(row.lane, row.rank), row.due)
            if len(rows) < PAGE:
                return
            after = (rows[-1].due, rows[-1].id)

    async def _page(self, now: datetime, after: tuple[Value, ...] | None) -> list[Job]:
        soon = now + timedelta(milliseconds=1)
        where = (Eq("state", JobState.READY), Between("due", high=soon))
        return await self._store.find(JOBS, *where, order=ORDER, limit=PAGE, after=after)

    def _held(self, row: Job, now: datetime) -> bool:
        return not self._alone and row.lease is not None and row.lease.until > now
