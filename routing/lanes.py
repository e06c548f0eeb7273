"""Who waits: lanes of equal needs and equal rights, each in order of arrival. Used by `routing/board.py`."""

from bisect import bisect_right
from collections import deque
from collections.abc import Iterator
from operator import attrgetter

from conversations.model import Priority
from routing.idle import Idle
from routing.policy.needs import Item, Needs
from routing.policy.order import Rules, Stake
from routing.policy.queues import Ending, Queue, rings

_KEY = attrgetter("key")
SLACK = 32
"""So many who left may still lie in a lane before it is swept."""


Group = tuple[str, Priority, int, bool]
"""Queue, priority, VIP level, and whether they are the late ones of these: within a group it goes by arrival."""


class Entry:
    """One who waits. `ring` counts the overflow steps passed, `here` is false once they left or were given away."""

    __slots__ = ("arrived", "here", "item", "key", "lane", "ring", "spared")

    def __init__(self, item: Item, lane: "Lane") -> None:
        self.item = item
        self.lane = lane
        self.arrived = item.since
        self.key = (item.since, item.id)
        self.spared = item.declined | item.barred
        self.ring = 0
        self.here = True


class Demand:
    """What the people of a queue with equal needs want: at first, and after each step of the queue.

    `idle[ring]` are those with a place who suit from that ring on.
    """

    __slots__ = ("idle", "kind", "lanes", "needs", "queue", "rings")

    def __init__(self, queue: Queue, needs: Needs) -> None:
        self.queue = queue
        self.needs = needs
        self.kind = needs.kind
        self.rings = rings(needs, queue)
        self.idle = tuple(Idle() for _ in self.rings)
        self.lanes: list[Lane] = []


class Lane:
    """Those of one demand who also share priority and VIP level.

    `group` is who they are compared with by arrival, `late` the lane of those of them who have missed their target,
    when these stand behind the others. `opening[step]` are those who have not come to a step yet, and `armed[step]` is
    when the one timer that counts rings for it.
    """

    __slots__ = ("_dead", "armed", "demand", "group", "kind", "late", "opening", "queue", "score", "target")

    def __init__(self, demand: Demand, group: Group, rules: Rules) -> None:
        self.demand = demand
        self.group = group
        self.kind = demand.kind
        _, priority, vip, _ = group
        stake = Stake(rules, demand.queue, priority, vip, bulk=demand.needs.bulk)
        self.target = stake.target
        self.score = stake.score
        self.queue = deque[Entry]()
        self.armed: list[float | None] = [None for _ in demand.queue.steps]
        self.opening = tuple(deque[Entry]() for _ in demand.queue.steps)
        self._dead = 0
        self.late: Lane | None = None

    def sort_out(self, at: float) -> None:
        """Send those who have missed their target to the lane of the late, where there is one."""
        queue = self.queue
        while self.late is not None and queue and (at - queue[0].arrived > self.target or not queue[0].here):
            entry = queue.popleft()
            if entry.here:
                entry.lane = self.late
                _put(self.late.queue, entry)
            else:
                self._dead -= 1

    def first(self, ring: int, agent: str) -> Entry | None:
        """Return the oldest for whom somebody who suits from `ring` on may be taken, and whom they did not decline."""
        queue = self.queue
        while queue and not queue[0].here:
            queue.popleft()
            self._dead -= 1
        if not queue or queue[0].ring < ring:
            return None
        if agent not in queue[0].spared:
            return queue[0]
        found = next((entry for entry in queue if entry.here and agent not in entry.spared), None)
        return found if found is not None and found.ring >= ring else None

    def push(self, entry: Entry, at: float) -> list[tuple[int, float]]:
        """Put somebody in their place; returns the steps for which a timer is wanted, and when it has to ring."""
        _put(self.queue, entry)
        wanted = []
        for step, line in enumerate(self.opening):
            due = self.due(entry, step)
            if due <= at and self.demand.queue.steps[step].ending is None:
                entry.ring = step + 1
                continue
            if _put(line, entry):
                wanted.append((step, due))
        return wanted

    def due(self, entry: Entry, step: int) -> float:
        """Return when somebody comes to a step of the queue."""
        return entry.arrived + self.demand.queue.steps[step].after * self.target

    def open(self, step: int, at: float) -> Iterator[Entry]:
        """Yield who has come to a step by now."""
        line = self.opening[step]
        while line and (not line[0].here or self.due(line[0], step) <= at):
            entry = line.popleft()
            if entry.here:
                entry.ring = max(entry.ring, min(step + 1, len(self.demand.rings) - 1))
                yield entry

    def ending(self, step: int) -> Ending | None:
        """Return what a step makes of those who come to it, or None when it only widens the search."""
        return self.demand.queue.steps[step].ending

    def lose(self, entry: Entry) -> None:
        """Forget somebody: they left, or somebody has them."""
        entry.here = False
        self._dead += 1
        if self._dead > SLACK + len(self.queue) // 2:
            self._sweep()

    def _sweep(self) -> None:
        for line in (self.queue, *self.opening):
            kept = [entry for entry in line if entry.here]
            line.clear()
            line.extend(kept)
        self._dead = 0


def _put(line: deque[Entry], entry: Entry) -> bool:
    """Insert by arrival, which is nearly always at the end; says whether they are the first now."""
    if not line or line[-1].key <= entry.key:
        line.append(entry)
        return len(line) == 1
    place = bisect_right(line, entry.key, key=_KEY)
    line.insert(place, entry)
    return place == 0
