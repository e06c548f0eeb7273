"""The board: who waits, who is free, and the pairs that follow. In memory, and without a clock or a store.

    join, leave, back ---\\
                          >-- tick(at) --> pairs, and those whom the queue no longer keeps
    seat, unseat, done --/

Production puts the heads of its queues and its open desks on a board and takes one step; the simulator keeps one for a
whole day. After `tick` nobody waits for whom a free person could be found. What changed since the last tick is looked
at and nothing else: a freed person looks at the heads of the lanes they can reach, a new customer at the heaps of those
who are free.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from heapq import heappop, heappush
from itertools import count

from msgspec import Struct, structs

from conversations.model import Priority
from hub.errors import NotFound, WrongMove
from routing.lanes import Demand, Entry, Group, Lane
from routing.policy.needs import Item, Needs, Sticky
from routing.policy.order import Rules
from routing.policy.queues import Ending, Queue
from routing.policy.reasons import Reason, reason
from routing.policy.workers import Craft, Worker
from routing.seats import Guild, Seat, suits_now

Opens = Callable[[str, float], bool]
"""Whether a queue is within its business hours."""


class Pair(Struct, frozen=True):
    """This item goes to this person; `ring` counts the overflow steps it took."""

    item: Item
    agent: str
    waited: float
    ring: int


class Ended(Struct, frozen=True):
    """The queue keeps this item no longer: it gets this instead."""

    item: Item
    ending: Ending


class Turn(Struct, frozen=True):
    """What a tick came to."""

    pairs: list[Pair]
    ended: list[Ended]


class Board:
    """One router's view of its queues and people."""

    def __init__(self, rules: Rules, queues: Mapping[str, Queue], opens: Opens = lambda queue, at: True) -> None:
        self._rules = rules
        self._queues = queues
        self._opens = opens
        self._demands: dict[tuple[str, Needs], Demand] = {}
        self._lanes: dict[tuple[str, Needs, Priority, int], Lane] = {}
        self._all: list[Lane] = []
        self._guilds: dict[Craft, Guild] = {}
        self._seats: dict[str, Seat] = {}
        self._stamps = count(1)
        self._waiting: dict[str, Entry] = {}
        self._sizes = defaultdict[str, int](int)
        self._given: dict[str, tuple[Item, str]] = {}
        self._fresh: dict[str, Entry] = {}
        self._freed: dict[str, Seat] = {}
        self._timers: list[tuple[float, int, Lane | Entry, int]] = []
        self._rung = 0

    def join(self, item: Item, at: float) -> Ending | None:
        """Let somebody wait; returns what they get instead when the queue is full or closed.

        Raises `NotFound` for a queue that nobody described, `WrongMove` when they wait already.
        """
        queue = self._queues.get(item.queue)
        if queue is None:
            raise NotFound("There is no such queue", queue=item.queue)
        if item.id in self._waiting or item.id in self._given:
            raise WrongMove("It is on the board already", item=item.id)
        if not self._opens(item.queue, at):
            return queue.closed
        if queue.cap is not None and self._sizes[item.queue] >= queue.cap:
            return queue.full
        self._enter(item, at)
        return None

    def leave(self, id: str) -> bool:
        """Forget somebody who waits no longer; says whether they were waiting."""
        entry = self._waiting.get(id)
        if entry is None:
            return False
        self._lose(entry)
        return True

    def seat(self, worker: Worker, at: float) -> None:
        """Take somebody in, or take over what changed about them."""
        seat = self._seats.get(worker.id)
        if seat is not None and seat.guild.craft != worker.craft:
            self.unseat(worker.id, at)
            seat = None
        if seat is None:
            guild = self._guild(worker.craft)
            seat = Seat(worker, guild, self._rules, self._stamps)
            self._seats[worker.id] = guild.seats[worker.id] = seat
        else:
            seat.become(worker)
        if not seat.ready:
            self._release(seat, at)
        self._freed[worker.id] = seat

    def unseat(self, agent: str, at: float) -> None:
        """Take somebody out: who was kept for them is for anyone at once. What they hold is the caller's matter."""
        seat = self._seats.pop(agent, None)
        if seat is not None:
            seat.stamp = 0
            del seat.guild.seats[agent]
            self._freed.pop(agent, None)
            self._release(seat, at)

    def done(self, id: str) -> None:
        """Free the place that a given item took."""
        item, agent = self._given.pop(id, (None, ""))
        seat = self._seats.get(agent)
        if item is not None and seat is not None:
            seat.drop(item.needs.kind)
            self._freed[agent] = seat

    def back(self, id: str, at: float, *, declined: bool) -> None:
        """Put a given item back in its old place: it was `declined`, or its person is gone; caps do not matter now."""
        if id not in self._given:
            return
        item, agent = self._given[id]
        self.done(id)
        others = item.declined | {agent} if declined else item.declined
        self._enter(structs.replace(item, declined=others, sticky=None), at)

    def tick(self, at: float) -> Turn:
        """Let time pass and make every pair that can be made."""
        ended = self._ring(at) if self._timers else []
        pairs = list[Pair]()
        if len(self._freed) > 1 or self._fresh:
            self._shelve(self._freed.values())
        while self._freed:
            self._serve(next(iter(self._freed.values())), pairs, at)
        for entry in self._in_turn(at) if self._fresh else ():
            self._place(entry, pairs, at)
        self._fresh.clear()
        return Turn(pairs, ended)

    def next_due(self) -> float | None:
        """Return when the next step of somebody's waiting comes, at which a tick is wanted, or None."""
        return self._timers[0][0] if self._timers else None

    def waiting(self, queue: str) -> int:
        """Return how many wait in a queue."""
        return self._sizes[queue]

    def why(self, id: str, at: float) -> Reason | None:
        """Return why somebody still waits, asking everybody; None when they do not wait."""
        entry = self._waiting.get(id)
        if entry is None:
            return None
        widest = structs.replace(entry.item, needs=entry.lane.demand.rings[entry.ring])
        return reason(widest, (seat.worker() for seat in self._seats.values()), self._rules.kinds, at=at)

    def _enter(self, item: Item, at: float) -> None:
        sticky = self._kept(item, at)
        if item.sticky is not None:
            item = structs.replace(item, sticky=sticky)
        entry = Entry(item, self._lane(item))
        self._waiting[item.id] = entry
        self._sizes[item.queue] += 1
        if sticky is None:
            self._line_up(entry, at)
            return
        seat = self._freed[sticky.agent] = self._seats[sticky.agent]
        seat.own.append(entry)
        self._arm(sticky.until, entry, 0)

    def _kept(self, item: Item, at: float) -> Sticky | None:
        """Return for whom an item is kept and until when, if they are here and could serve it."""
        seat = self._seats.get(item.sticky.agent) if item.sticky else None
        if item.sticky is None or seat is None or not suits_now(item, seat):
            return None
        until = min(item.sticky.until, self._queues[item.queue].kept_until(item.since, item.priority))
        return Sticky(agent=seat.id, until=until) if until > at else None

    def _line_up(self, entry: Entry, at: float) -> None:
        for step, due in entry.lane.push(entry, at):
            entry.lane.armed[step] = due
            self._arm(due, entry.lane, step)
        self._fresh[entry.item.id] = entry

    def _lose(self, entry: Entry) -> None:
        item = entry.item
        del self._waiting[item.id]
        self._fresh.pop(item.id, None)
        self._sizes[item.queue] -= 1
        if item.sticky is None:
            entry.lane.lose(entry)
            return
        entry.here = False
        seat = self._seats.get(item.sticky.agent)
        if seat is not None:
            seat.own.remove(entry)

    def _release(self, seat: Seat, at: float) -> None:
        own, seat.own = seat.own, []
        for entry in own:
            self._let_go(entry, at)

    def _let_go(self, entry: Entry, at: float) -> None:
        entry.item = structs.replace(entry.item, sticky=None)
        self._line_up(entry, at)

    def _arm(self, due: float, what: Lane | Entry, step: int) -> None:
        self._rung += 1
        heappush(self._timers, (due, self._rung, what, step))

    def _ring(self, at: float) -> list[Ended]:
        ended = list[Ended]()
        while self._timers and self._timers[0][0] <= at:
            due, _, what, step = heappop(self._timers)
            if isinstance(what, Lane):
                ended += self._open(what, step, at) if what.armed[step] == due else ()
            elif what.here and what.item.sticky is not None:
                self._seats[what.item.sticky.agent].own.remove(what)
                self._let_go(what, at)
        return ended

    def _open(self, lane: Lane, step: int, at: float) -> Iterator[Ended]:
        """Let everybody who has come to a step be looked for more widely, or go; and set the timer for the next."""
        ending = lane.ending(step)
        for entry in list(lane.open(step, at)):
            if ending is None:
                self._fresh[entry.item.id] = entry
            else:
                self._lose(entry)
                yield Ended(entry.item, ending)
        line = lane.opening[step]
        lane.armed[step] = lane.due(line[0], step) if line else None
        if line:
            self._arm(lane.due(line[0], step), lane, step)

    def _serve(self, seat: Seat, pairs: list[Pair], at: float) -> None:
        """Give a freed person what is theirs by rank, or find that nothing is.

        Where others are free too, whoever's turn it is takes it; and everybody takes what ranks highest for them.
        """
        best = seat.best(at)
        if best is None:
            del self._freed[seat.id]
            self._shelve([seat])
            return
        if len(self._freed) > 1 or self._fresh:
            agent = self._person(best)
            if agent is not None and agent != seat.id:
                seat = self._seats[agent]
                best = seat.best(at) or best
        self._give(best, seat, pairs, at)

    def _place(self, entry: Entry, pairs: list[Pair], at: float) -> None:
        """Find somebody for a new customer; a person found takes what ranks highest for them, maybe another new one."""
        while entry.here:
            agent = self._person(entry)
            if agent is None:
                return
            seat = self._seats[agent]
            self._give((seat.best(at) or entry) if len(self._fresh) > 1 else entry, seat, pairs, at)

    def _in_turn(self, at: float) -> Iterable[Entry]:
        """Yield who is new, the highest rank first, and those of one group in order of arrival."""
        if len(self._fresh) < 2:
            yield from list(self._fresh.values())
            return
        groups = defaultdict[Group, list[Entry]](list)
        for entry in self._fresh.values():
            groups[entry.lane.group].append(entry)
        ranked: list[tuple[float, float, str, list[Entry]]] = []
        for line in groups.values():
            line.sort(key=lambda entry: entry.key, reverse=True)
            heappush(ranked, _ranked(line, at))
        while ranked:
            line = heappop(ranked)[3]
            yield line.pop()
            if line:
                heappush(ranked, _ranked(line, at))

    def _person(self, entry: Entry) -> str | None:
        if entry.item.sticky is not None:
            return entry.item.sticky.agent
        for ring in range(entry.ring + 1):
            agent = entry.lane.demand.idle[ring].first(entry.spared)
            if agent is not None:
                return agent
        return None

    def _give(self, entry: Entry, seat: Seat, pairs: list[Pair], at: float) -> None:
        item = entry.item
        self._lose(entry)
        seat.take(item.needs.kind, at)
        self._given[item.id] = item, seat.id
        pairs.append(Pair(item, seat.id, at - item.since, entry.ring))
        if not seat.fill.open:
            self._freed.pop(seat.id, None)
        elif seat.id not in self._freed or len(self._freed) > 1 or self._fresh:
            self._shelve([seat])

    def _shelve(self, seats: Iterable[Seat]) -> None:
        """Put people into the heaps of all that they have room for."""
        for seat in seats:
            if seat.shelved != seat.stamp and seat.fill.open:
                seat.shelved = seat.stamp
                key = seat.key()
                for demand, ring in seat.guild.demands:
                    if seat.fill.rooms[demand.kind]:
                        demand.idle[ring].push(key, seat)

    def _guild(self, craft: Craft) -> Guild:
        guild = self._guilds.get(craft)
        if guild is None:
            guild = self._guilds[craft] = Guild(craft)
            for demand in self._demands.values():
                guild.learn(demand)
            for lane in self._all:
                guild.reach(lane)
        return guild

    def _lane(self, item: Item) -> Lane:
        key = (item.queue, item.needs, item.priority, item.vip)
        lane = self._lanes.get(key)
        if lane is None:
            lane = self._lanes[key] = self._opened(item, late=False)
            if self._rules.late_last:
                lane.late = self._opened(item, late=True)
        return lane

    def _opened(self, item: Item, *, late: bool) -> Lane:
        lane = Lane(self._demand(item), (item.queue, item.priority, item.vip, late), self._rules)
        self._all.append(lane)
        for guild in self._guilds.values():
            guild.reach(lane)
        return lane

    def _demand(self, item: Item) -> Demand:
        key = (item.queue, item.needs)
        demand = self._demands.get(key)
        if demand is None:
            demand = self._demands[key] = Demand(self._queues[item.queue], item.needs)
            for guild in self._guilds.values():
                ring = guild.learn(demand)
                if ring is not None:
                    for seat in guild.seats.values():
                        seat.hold(seat.fill.held)
                    self._shelve(guild.seats.values())
        return demand


def _ranked(line: list[Entry], at: float) -> tuple[float, float, str, list[Entry]]:
    """Return how a group ranks by its oldest, the last of `line`: the smallest comes first."""
    oldest = line[-1]
    return (-oldest.lane.score(at - oldest.arrived), *oldest.key, line)
