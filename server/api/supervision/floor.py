"""The rows behind the live picture, every one by a declared index and with a bound."""

import asyncio
from collections import Counter
from collections.abc import Sequence
from datetime import datetime

from conversations.lists import COUNTED, OLDEST
from conversations.model import CONVERSATIONS, Conversation, State
from hub.store.port import Between, By, Eq, In, Missing, Present, Store, Test

HEADS = 5
"""The longest waiting of each queue that are named."""
TOGETHER = 50
HELD = 500
"""Colleagues whose conversations are read in one query, and the most rows of it."""
OFFERED = (By("offered_to"), By("queued_at"), By("id"))
DUE = (By("due_at"), By("id"))
DUE_SHOWN = 20


async def waiting(store: Store, team: str | None) -> tuple[int, list[Conversation]]:
    """Return how many wait in a queue (no further than `COUNTED`), and the first of them."""
    tests = (Eq("state", State.WAITING), _of(team), Present("queued_at"))
    count, heads = await asyncio.gather(
        store.count(CONVERSATIONS, *tests, limit=COUNTED),
        store.find(CONVERSATIONS, *tests, order=OLDEST, limit=HEADS),
    )
    return count, heads


async def handled(store: Store, team: str | None, since: datetime) -> int:
    """Return how many of a team were closed since then, no further than `COUNTED`."""
    return await store.count(
        CONVERSATIONS, _of(team), Present("closed_at"), Between("closed_at", low=since), limit=COUNTED
    )


async def offered(store: Store) -> Counter[str | None]:
    """Return how many of each queue are offered to somebody just now."""
    found = await store.find(CONVERSATIONS, Present("offered_to"), order=OFFERED, limit=COUNTED)
    return Counter(row.team for row in found)


async def held(store: Store, agents: Sequence[str]) -> list[Conversation]:
    """Return what these colleagues have, asleep or awake; of each fifty the `HELD` longest silent."""
    pages = await asyncio.gather(*(_held(store, some) for some in _by(TOGETHER, agents)))
    return [row for page in pages for row in page]


async def due(store: Store, teams: Sequence[str] | None, before: datetime) -> list[Conversation]:
    """Return what is owed before then, or was owed already, soonest first; of all teams when None are named."""
    tests = (In("state", (State.WAITING, State.AGENT)), Present("due_at"), Between("due_at", high=before))
    branches: list[tuple[Test, ...]] = [()] if teams is None else [(Missing("team"),), (In("team", tuple(teams)),)]
    pages = await asyncio.gather(
        *(store.find(CONVERSATIONS, *tests, *one, order=DUE, limit=DUE_SHOWN) for one in branches)
    )
    return sorted((row for page in pages for row in page), key=lambda row: (row.due_at or before, row.id))[:DUE_SHOWN]


async def queue(store: Store, team: str | None, limit: int) -> list[Conversation]:
    """Return what waits in a queue, oldest first."""
    tests = (Eq("state", State.WAITING), _of(team), Present("queued_at"))
    return await store.find(CONVERSATIONS, *tests, order=OLDEST, limit=limit)


async def of(store: Store, agent: str, limit: int) -> list[Conversation]:
    """Return what one colleague has, longest silent first."""
    tests = (Eq("state", State.AGENT), Eq("agent", agent))
    return await store.find(CONVERSATIONS, *tests, order=(By("last_at"), By("id")), limit=limit)


async def _held(store: Store, agents: tuple[str, ...]) -> list[Conversation]:
    tests = (Eq("state", State.AGENT), In("agent", agents))
    return await store.find(CONVERSATIONS, *tests, order=(By("last_at"), By("id")), limit=HELD)


def _of(team: str | None) -> Test:
    return Missing("team") if team is None else Eq("team", team)


def _by(size: int, all: Sequence[str]) -> list[tuple[str, ...]]:
    return [tuple(all[start : start + size]) for start in range(0, len(all), size)]
