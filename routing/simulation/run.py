"""A day run through a router: arrivals, ends of work, departures of the impatient, shifts; event by event."""

from collections import defaultdict
from heapq import heappop, heappush
from itertools import count
from typing import Protocol

from msgspec import Struct

from routing.board import Turn
from routing.policy.kinds import PLAIN
from routing.policy.needs import Item
from routing.policy.order import Rules
from routing.policy.queues import Ending
from routing.policy.workers import Standing, Worker
from routing.simulation.day import Customer, Day, Shift


class Router(Protocol):
    """What a day is run through: the board, or the reference beside it."""

    def join(self, item: Item, at: float) -> Ending | None:
        """Let somebody wait, or say what they get instead."""

    def leave(self, id: str) -> bool:
        """Forget somebody; says whether they were waiting."""

    def seat(self, worker: Worker, at: float) -> None:
        """Take somebody in, or take over what changed about them."""

    def done(self, id: str) -> None:
        """Free the place of an item."""

    def tick(self, at: float) -> Turn:
        """Make the pairs of this moment."""

    def next_due(self) -> float | None:
        """Return when a tick is wanted though nothing happens."""


class Visit(Struct):
    """What became of one customer: answered after `waited` by `agent`, gone by themselves, or sent elsewhere."""

    customer: Customer
    waited: float = 0.0
    agent: str = ""
    ahead: int = 0
    left: bool = False
    ending: Ending | None = None


class Work(Struct):
    """What a person did while customers came: `busy` seconds of their capacity, of so many `there`."""

    busy: float = 0.0
    there: float = 0.0


class Course(Struct, frozen=True):
    """How a day went: one visit for every customer, in order of arrival, and the work of everybody."""

    visits: list[Visit]
    work: dict[str, Work]
    ended: float


class Run:
    """One day under one router. Customers who found nobody by the end of the last shift stay unanswered."""

    def __init__(self, day: Day, rules: Rules, router: Router) -> None:
        self._day = day
        self._router = router
        self._kinds = rules.kinds
        self._events: list[tuple[float, int, str, str]] = []
        self._count = count()
        self._visits = [Visit(customer) for customer in day.customers]
        self._by_id = {visit.customer.item.id: visit for visit in self._visits}
        self._shifts = {shift.worker.id: shift for shift in day.people}
        self._held: dict[str, dict[str, int]] = defaultdict(lambda: defaultdict(int))
        self._work = {shift.worker.id: Work() for shift in day.people}
        self._in_queue: dict[str, int] = defaultdict(int)
        self._waiting = 0

    def course(self) -> Course:
        """Run it."""
        for shift in self._day.people:
            self._plan(shift)
        at, coming = 0.0, iter(self._visits)
        following = next(coming, None)
        while True:
            moment = self._moment(following)
            if moment is None or (following is None and not self._waiting and not self._events):
                break
            at = moment
            if following is not None and following.customer.item.since <= at:
                self._come(following, at)
                following = next(coming, None)
            elif self._events and self._events[0][0] <= at:
                self._happen(at)
            self._follow(self._router.tick(at), at)
        ends = self._day.ends
        for agent, work in self._work.items():
            work.there = sum(min(end, ends) - min(start, ends) for start, end in self._shifts[agent].times)
        for visit in self._by_id.values():
            visit.waited, visit.left = at - visit.customer.item.since, True
        return Course(self._visits, self._work, at)

    def _moment(self, following: Visit | None) -> float | None:
        """Return when the next thing happens; of several at once, what was planned comes before who arrives."""
        due = self._router.next_due() if self._waiting else None
        times = [] if following is None else [following.customer.item.since]
        if self._events:
            times.append(self._events[0][0])
        if due is not None:
            times.append(due)
        return min(times, default=None)

    def _plan(self, shift: Shift) -> None:
        for start, end in shift.times:
            self._push(start, "on", shift.worker.id)
            if end != float("inf"):
                self._push(end, "off", shift.worker.id)

    def _push(self, at: float, what: str, id: str) -> None:
        heappush(self._events, (at, next(self._count), what, id))

    def _come(self, visit: Visit, at: float) -> None:
        item = visit.customer.item
        visit.ahead = self._in_queue[item.queue]
        visit.ending = self._router.join(item, at)
        if visit.ending is not None:
            del self._by_id[item.id]
            return
        self._waiting += 1
        self._in_queue[item.queue] += 1
        if visit.customer.patience != float("inf"):
            self._push(at + visit.customer.patience, "leave", item.id)

    def _happen(self, at: float) -> None:
        _, _, what, id = heappop(self._events)
        match what:
            case "done":
                item, agent = self._day.customers[int(id)].item, self._visits[int(id)].agent
                self._held[agent][item.needs.kind] -= 1
                self._router.done(id)
            case "leave" if id in self._by_id:
                self._router.leave(id)
                visit = self._gone(id)
                visit.waited, visit.left = at - visit.customer.item.since, True
            case "leave":
                pass  # They were answered before.
            case _:
                worker = self._shifts[id].worker
                standing = Standing.READY if what == "on" else Standing.AWAY
                self._router.seat(
                    Worker(
                        id=id, craft=worker.craft, standing=standing, capacity=worker.capacity, limits=worker.limits,
                        held=dict(self._held[id]), idle_since=at,
                    ),
                    at,
                )  # fmt: skip

    def _follow(self, turn: Turn, at: float) -> None:
        for pair in turn.pairs:
            visit = self._gone(pair.item.id)
            visit.waited, visit.agent = pair.waited, pair.agent
            worker = self._shifts[pair.agent].worker
            takes = visit.customer.handle * worker.craft.pace_with(pair.item.needs.skills)
            self._held[pair.agent][pair.item.needs.kind] += 1
            units = self._kinds.get(pair.item.needs.kind, PLAIN).units
            within = min(at + takes, max(at, self._day.ends)) - at
            self._work[pair.agent].busy += within * units / max(1, worker.capacity)
            self._push(at + takes, "done", pair.item.id)
        for one in turn.ended:
            visit = self._gone(one.item.id)
            visit.waited, visit.ending = at - one.item.since, one.ending

    def _gone(self, id: str) -> Visit:
        visit = self._by_id.pop(id)
        self._waiting -= 1
        self._in_queue[visit.customer.item.queue] -= 1
        return visit
