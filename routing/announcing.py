"""What is told to who waits: the place in the queue, how long it will probably take, and what they may do instead.

The range is `routing/waits.py`'s, for the people who serve the queue now; they are counted anew every few seconds.
"""

from datetime import datetime, timedelta

from msgspec import Struct

from conversations.model import Conversation
from hub.clock import Clock
from hub.store.port import By, Eq, Has, Store
from routing.model import DESKS, Presence
from routing.places import ahead
from routing.settings import ANYBODY, Choice
from routing.terms import TermsReader
from routing.waits import Pool, expected, spoken

FRESH = timedelta(seconds=5)
MOST = 300
"""People who are counted; with more of them the wait is told a little too long."""


class Announcement(Struct, frozen=True, kw_only=True):
    """`position` counts from 1; the wait is between `low` and `high` seconds, None when nobody can say."""

    position: int
    low: int | None = None
    high: int | None = None
    choices: tuple[Choice, ...] = ()


class Announcing:
    """Says how things stand for one who waits."""

    def __init__(self, store: Store, clock: Clock, terms: TermsReader) -> None:
        self._store = store
        self._clock = clock
        self._terms = terms
        self._counted: dict[str | None, tuple[datetime, float]] = {}

    async def told(self, conversation: Conversation) -> Announcement | None:
        """Return what to tell, or None for one that does not wait in a queue, or left a message instead."""
        before = await ahead(self._store, conversation)
        if before is None or conversation.wants.deferred:
            return None
        terms = (await self._terms.now()).queue(conversation.team or ANYBODY)
        if not terms.announced:
            return Announcement(position=before + 1, choices=terms.choices)
        people = await self._people(conversation.team, self._clock.now())
        wait = expected(Pool(people=people, handle=terms.queue.handle), before)
        low, high = spoken(wait) if wait is not None else (None, None)
        return Announcement(position=before + 1, low=low, high=high, choices=terms.choices)

    async def _people(self, team: str | None, at: datetime) -> float:
        """Return how many customers at once the people of a queue serve, each split over the queues they are in."""
        known = self._counted.get(team)
        if known is not None and known[0] <= at < known[0] + FRESH:
            return known[1]
        served = () if team is None else (Has("teams", (team,)),)
        status = (Eq("status", Presence.ONLINE),) if team is None else ()
        desks = await self._store.find(DESKS, *served, *status, order=(By("id"),), limit=MOST)
        online = [desk for desk in desks if desk.status is Presence.ONLINE]
        people = sum(desk.capacity / max(1, len(desk.teams)) for desk in online)
        self._counted[team] = at, people
        return people
