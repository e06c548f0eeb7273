"""A day of the past, read from the store and made a scenario of."""

import asyncio
from collections import defaultdict
from datetime import UTC, datetime, time, timedelta

from conversations.hours import zone
from conversations.model import CONVERSATIONS
from hub.errors import Invalid
from hub.store.port import Between, By, Store
from routing.model import DECISIONS, DESKS, Decision, Desk
from routing.policy.queues import Queue
from routing.settings import MOST_QUEUES, QUEUES
from routing.simulation.replay import Stored, replayed
from routing.simulation.scenario import Scenario
from server.simulations.rows import ReplayedDay

PAGE = 500
MOST_DECISIONS = 200_000
AFTER = timedelta(hours=12)
"""How long after the day answers are still looked for."""


class Replaying:
    """Reads what happened on a day."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def scenario(self, day: ReplayedDay) -> Scenario:
        """Return the day as a scenario; raises `Invalid` when nobody waited, or too many did."""
        start, end = bounds(day)
        stored = await self._stored(start, end)
        desks = await self._desks()
        queues: dict[str, Queue] = {
            row.id: row.terms.queue for row in await self._store.find(QUEUES, order=(By("id"),), limit=MOST_QUEUES)
        }
        return await asyncio.to_thread(replayed, stored, desks, start=start, end=end, queues=queues)

    async def _stored(self, start: datetime, end: datetime) -> list[Stored]:
        found = defaultdict[str, list[Decision]](list)
        for decision in await self._decisions(first_id(start), first_id(end + AFTER)):
            found[decision.conversation].append(decision)
        stored, ids = list[Stored](), list(found)
        for first in range(0, len(ids), PAGE):
            for one in await self._store.get_many(CONVERSATIONS, ids[first : first + PAGE]):
                stored.append(Stored(one, tuple(found[one.id])))
        return stored

    async def _decisions(self, low: str, high: str) -> list[Decision]:
        """Return the decisions between two ids, which sort by time, oldest first."""
        decisions, after = list[Decision](), None
        while True:
            page = await self._store.find(
                DECISIONS, Between("id", low, high), order=(By("id"),), limit=PAGE, after=after
            )
            decisions += page
            if len(page) < PAGE:
                return decisions
            if len(decisions) >= MOST_DECISIONS:
                raise Invalid("Too much happened on this day to be replayed here", path="$.day", most=MOST_DECISIONS)
            after = (page[-1].id,)

    async def _desks(self) -> list[Desk]:
        desks, after = list[Desk](), None
        while True:
            page = await self._store.find(DESKS, order=(By("id"),), limit=PAGE, after=after)
            desks += page
            if len(page) < PAGE:
                return desks
            after = (page[-1].id,)


def bounds(day: ReplayedDay) -> tuple[datetime, datetime]:
    """Return from when to when a day lasts, in UTC: 23 to 25 hours where clocks are set."""
    where = zone(day.zone)
    start = datetime.combine(day.date, time(), tzinfo=where)
    end = datetime.combine(day.date + timedelta(days=1), time(), tzinfo=where)
    return start.astimezone(UTC), end.astimezone(UTC)


def first_id(at: datetime) -> str:
    """Return the smallest UUIDv7 of a moment (RFC 9562, section 5.7: 48 bits of milliseconds come first)."""
    digits = f"{max(0, int(at.timestamp() * 1000)):012x}"
    return f"{digits[:8]}-{digits[8:]}-7000-8000-000000000000"
