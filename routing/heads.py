"""Who stands first where: the oldest of each group of lines that some people can be asked for. Indexed, bounded reads.

Lines of one group (queue, priority, VIP) are compared by arrival, so one read brings the oldest of all of them; a read
more for each overflow ring that widens the search to other people, of those old enough to have come to it.
"""

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime

from msgspec import Struct

from conversations.change import Change
from conversations.model import CONVERSATIONS, Conversation, Priority
from hub.store.port import Between, By, In, Present, Store, Test
from routing.abilities import craft_of
from routing.lines import Line, stands_in
from routing.model import Desk
from routing.policy.needs import Needs
from routing.policy.queues import Queue, rings
from routing.terms import MOMENT, Group, Terms

WIDTH = 60
"""Lines in one read."""
MORE, PAGES = 40, 20
"""Rows of a further page, and pages, of those whom nobody here may have that are stepped over."""


class Head(Struct, frozen=True):
    """One who waits, and the line they stand in; `change` is the one by which they are about to stand there."""

    conversation: Conversation
    line: Line
    change: Change | None = None


class Heads:
    """Reads them for one step."""

    def __init__(self, store: Store, terms: Terms, at: datetime) -> None:
        self._store = store
        self._terms = terms
        self._at = at

    async def of(self, desks: Sequence[Desk], places: int) -> list[Head]:
        """Return enough of those who wait for these people's `places`."""
        agents = frozenset(desk.id for desk in desks)
        reads = [
            self._read(group, ring, ids[start : start + WIDTH], places, agents)
            for group, by_ring in self._reached(desks).items()
            for ring, ids in by_ring.items()
            for start in range(0, len(ids), WIDTH)
        ]
        found = await asyncio.gather(*reads)
        return list({head.conversation.id: head for page in found for head in page}.values())

    def head(self, conversation: Conversation) -> Head | None:
        """Return one who waits, when it stands where it should."""
        line = self._terms.lines.get(conversation.lane)
        return Head(conversation, line) if line is not None and stands_in(conversation, line) else None

    def _reached(self, desks: Iterable[Desk]) -> Mapping[Group, Mapping[int, Sequence[str]]]:
        """Return the lines that any of these people can be asked for, each with the smallest ring."""
        crafts = {craft_of(desk.abilities, desk.teams) for desk in desks}
        if len(crafts) == 1:
            return self._terms.reach(crafts.pop())
        nearest: dict[Group, dict[str, int]] = {}
        for craft in crafts:
            for group, by_ring in self._terms.reach(craft).items():
                rings = nearest.setdefault(group, {})
                for ring, ids in by_ring.items():
                    for id in ids:
                        rings[id] = min(ring, rings.get(id, ring))
        return {group: _by_ring(rings) for group, rings in nearest.items()}

    async def _read(
        self, group: Group, ring: int, lines: Sequence[str], places: int, agents: frozenset[str]
    ) -> list[Head]:
        old_enough = self._old_enough(group, ring)
        tests: list[Test] = [In("lane", tuple(lines)), Present("queued_at"), *old_enough]
        found, after = list[Head](), None
        limit = places
        for _ in range(PAGES):
            page = await self._store.find(
                CONVERSATIONS, *tests, order=(By("queued_at"), By("id")), limit=limit, after=after
            )
            heads = [head for one in page if (head := self.head(one)) is not None]
            found += [head for head in heads if agents - {*head.conversation.declined_by}]
            free = sum(self._free(head.conversation, agents) for head in found)
            if len(page) < limit or free >= places:
                break
            last, limit = page[-1], MORE
            after = (last.queued_at or last.opened_at, last.id)
        return found

    def _free(self, one: Conversation, agents: frozenset[str]) -> bool:
        """Say whether it is kept for nobody else."""
        return one.kept_for is None or one.kept_for in agents or (one.kept_until or self._at) <= self._at

    def _old_enough(self, group: Group, ring: int) -> list[Test]:
        if not ring:
            return []
        queue = self._terms.queue(group[0]).queue
        since = self._at.timestamp() - _opens(queue, group[1], ring)
        return [Between("queued_at", high=datetime.fromtimestamp(since, UTC) + MOMENT)]


def reached(line: Line, queue: Queue, since: datetime, at: datetime) -> int:
    """Return which ring somebody of this line has come to, who waits since then."""
    waited = (at - since).total_seconds()
    steps = [step for step in queue.steps if step.ending is None]
    return sum(step.after * queue.target_of(line.priority) <= waited for step in steps)


def widened(line: Line, queue: Queue, since: datetime, at: datetime) -> Sequence[Needs]:
    """Return what is needed of people for somebody of this line, nearer rings first."""
    return rings(line.needs, queue)[: reached(line, queue, since, at) + 1]


def _opens(queue: Queue, priority: str, ring: int) -> float:
    """Return after how many seconds of waiting a ring is reached; rings are the steps that do not end the waiting."""
    steps = [step for step in queue.steps if step.ending is None]
    return steps[ring - 1].after * queue.target_of(Priority(priority))


def _by_ring(rings: Mapping[str, int]) -> Mapping[int, Sequence[str]]:
    found: dict[int, list[str]] = {}
    for id, ring in rings.items():
        found.setdefault(ring, []).append(id)
    return found
