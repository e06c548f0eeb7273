"""Who answers: people as the board holds them, and what people of one craft can reach. Used by `routing/board.py`."""

from collections import deque
from collections.abc import Iterator, Mapping

from msgspec import structs

from routing.fills import Fills
from routing.lanes import Demand, Entry, Group, Lane
from routing.policy.fit import suits
from routing.policy.needs import Item
from routing.policy.order import Key, Rules, Score, turn
from routing.policy.workers import Craft, Standing, Worker

Reach = tuple[Lane, int, float]
"""A lane, the ring from which on one may be asked for it, and one's pace with it."""

Flat = tuple[Lane, deque[Entry], int, float, str, Score]
"""The same with what is asked for with every decision beside it: its queue, its kind of channel, its ranks."""

Capacity = tuple[int, frozenset[tuple[str, int]], bool]


class Guild:
    """All people of one craft: which demands they can meet, from which ring on.

    Most groups of lanes of equal right have a `single` one, which is looked at without further ado; `groups` are the
    others.
    """

    __slots__ = ("_fills", "_groups", "craft", "demands", "groups", "kinds", "seats", "single")

    def __init__(self, craft: Craft) -> None:
        self.craft = craft
        self.seats: dict[str, Seat] = {}
        self.demands: list[tuple[Demand, int]] = []
        self.kinds: set[str] = set()
        self._fills: dict[Capacity, Fills] = {}
        self._groups: dict[Group, list[Reach]] = {}
        self.groups: list[list[Reach]] = []
        self.single: list[Flat] = []

    def learn(self, demand: Demand) -> int | None:
        """Find out from which ring on these people suit a demand; None when they never do."""
        ring = next((ring for ring, needs in enumerate(demand.rings) if suits(needs, self.craft) is None), None)
        if ring is not None:
            self.demands.append((demand, ring))
            if demand.kind not in self.kinds:
                self.kinds.add(demand.kind)
                self._fills.clear()
        return ring

    def reach(self, lane: Lane) -> None:
        """Add a lane, if its demand is one of theirs."""
        ring = next((ring for demand, ring in self.demands if demand is lane.demand), None)
        if ring is None:
            return
        group = self._groups.setdefault(lane.group, [])
        group.append((lane, ring, self.craft.pace_with(lane.demand.needs.skills)))
        self.groups = [group for group in self._groups.values() if len(group) > 1]
        self.single = [_flat(*group[0]) for group in self._groups.values() if len(group) == 1]

    def every(self) -> Iterator[list[Reach]]:
        """Yield the lanes of every group."""
        yield from self._groups.values()

    def fills(self, worker: Worker, rules: Rules) -> Fills:
        """Return the states of being full of people with this capacity."""
        ready = worker.standing is Standing.READY
        key = (worker.capacity, frozenset(worker.limits.items()), ready)
        if key not in self._fills:
            self._fills[key] = Fills(self.kinds, rules.kinds, worker.capacity, worker.limits, ready=ready)
        return self._fills[key]


class Seat:
    """One person at work.

    `stamp` is another after every change, `shelved` the one with which they went into the heaps; `fill` is what they
    hold, `own` are those who wait for this person alone.
    """

    __slots__ = ("_rules", "_stamps", "_worker", "fill", "guild", "id", "idle_since", "own", "shelved", "stamp")

    def __init__(self, worker: Worker, guild: Guild, rules: Rules, stamps: Iterator[int]) -> None:
        self.id = worker.id
        self.guild = guild
        self.own: list[Entry] = []
        self._rules = rules
        self._stamps = stamps
        self.shelved = 0
        self.become(worker)

    def become(self, worker: Worker) -> None:
        """Take over what is now so of this person."""
        self._worker = worker
        self.idle_since = worker.idle_since
        self.hold(worker.held)

    @property
    def ready(self) -> bool:
        """Say whether work may be given to them at all."""
        return self._worker.standing is Standing.READY

    def worker(self) -> Worker:
        """Return them as the policy sees them."""
        return structs.replace(self._worker, held=self.fill.held, idle_since=self.idle_since)

    def hold(self, held: Mapping[str, int]) -> None:
        """Hold exactly this; whatever a heap says of them is stale, as after every change."""
        self.fill = self.guild.fills(self._worker, self._rules).of(held)
        self.stamp = next(self._stamps)

    def take(self, kind: str, at: float) -> None:
        """Give them work of a kind: they go to the end of the line."""
        self.fill = self.fill.plus(kind)
        self.idle_since = at
        self.stamp = next(self._stamps)

    def drop(self, kind: str) -> None:
        """Take work of a kind from them."""
        self.fill = self.fill.minus(kind)
        self.stamp = next(self._stamps)

    def key(self) -> Key:
        """Return when it is their turn."""
        return turn(self._rules, self.guild.craft, self.fill.load, self.idle_since)

    def best(self, at: float) -> Entry | None:
        """Return whom this person is given next: the highest rank among the oldest of each group they may have.

        Asked for every decision, so it is flat.
        """
        if self.own:
            return self._best_with_own(at)
        best, top, rooms = None, 0.0, self.fill.rooms
        for lane, queue, ring, pace, kind, score in self.guild.single:
            if lane.late is not None:
                lane.sort_out(at)
            if not queue or not rooms[kind]:
                continue
            entry = queue[0]
            if not entry.here or entry.spared or entry.ring < ring:
                found = lane.first(ring, self.id)
                if found is None:
                    continue
                entry = found
            rank = score(at - entry.arrived, pace)
            if best is None or rank > top or (rank == top and entry.key < best.key):
                best, top = entry, rank
        return self._rivalled(best, top, at) if self.guild.groups else best

    def _rivalled(self, best: Entry | None, top: float, at: float) -> Entry | None:
        """Return the higher of the best so far and the oldest of each group of several lanes."""
        for group in self.guild.groups:
            entry, pace = self._oldest(group, at) or (None, 1.0)
            if entry is not None:
                rank = entry.lane.score(at - entry.arrived, pace)
                if best is None or rank > top or (rank == top and entry.key < best.key):
                    best, top = entry, rank
        return best

    def _oldest(self, group: list[Reach], at: float) -> tuple[Entry, float] | None:
        best: tuple[Entry, float] | None = None
        for lane, ring, pace in group:
            lane.sort_out(at)
            if lane.queue and self.fill.rooms[lane.kind]:
                entry = lane.first(ring, self.id)
                if entry is not None and (best is None or entry.key < best[0].key):
                    best = entry, pace
        return best

    def _best_with_own(self, at: float) -> Entry | None:
        """Return the same where some are kept for this person: they are of their group like everybody."""
        heads = {
            head[0].lane.group: head for group in self.guild.groups if (head := self._oldest(group, at)) is not None
        }
        for entry in self.own:
            other = heads.get(entry.lane.group)
            if self.fill.rooms[entry.lane.kind] and (other is None or entry.key < other[0].key):
                heads[entry.lane.group] = entry, self.guild.craft.pace_with(entry.item.needs.skills)
        ranked = ((entry.lane.score(at - entry.arrived, pace), entry) for entry, pace in heads.values())
        return min(ranked, key=lambda pair: (-pair[0], pair[1].key), default=(0.0, None))[1]


def _flat(lane: Lane, ring: int, pace: float) -> Flat:
    return lane, lane.queue, ring, pace, lane.kind, lane.score


def suits_now(item: Item, seat: Seat) -> bool:
    """Say whether an item may be kept for this person: they are here and are what it needs."""
    return seat.ready and seat.id not in item.declined | item.barred and suits(item.needs, seat.guild.craft) is None
