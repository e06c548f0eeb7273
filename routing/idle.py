"""Who is free: a heap whose stale entries are dropped when they surface. Used by `routing/lanes.py`."""

from heapq import heapify, heappop, heappush
from typing import Protocol

from routing.policy.order import Key

SLACK = 64
"""A heap is swept when it has doubled since the last time, and not below this."""


class Stamped(Protocol):
    """Whoever is in a heap; a change of their state changes the stamp, and what the heap says of them is stale."""

    @property
    def id(self) -> str:
        """Return who it is; ties are broken by it, so that every process decides the same."""

    @property
    def stamp(self) -> int:
        """Return the number of their last change."""


class Idle:
    """People with a place, whoever is asked first on top."""

    __slots__ = ("_heap", "_sweep_at")

    def __init__(self) -> None:
        self._heap = list[tuple[Key, str, int, Stamped]]()
        self._sweep_at = SLACK

    def push(self, key: Key, person: Stamped) -> None:
        """Take somebody in, as they stand now."""
        heappush(self._heap, (key, person.id, person.stamp, person))
        if len(self._heap) > self._sweep_at:
            self._heap = [entry for entry in self._heap if entry[3].stamp == entry[2]]
            heapify(self._heap)
            self._sweep_at = max(SLACK, 2 * len(self._heap))

    def first(self, spared: frozenset[str]) -> str | None:
        """Return who is asked first of those not `spared`; they stay in."""
        heap, aside = self._heap, list[tuple[Key, str, int, Stamped]]()
        found: str | None = None
        while heap and found is None:
            top = heap[0]
            if top[3].stamp != top[2]:
                heappop(heap)
            elif top[1] in spared:
                aside.append(heappop(heap))
            else:
                found = top[1]
        for entry in aside:
            heappush(heap, entry)
        return found
