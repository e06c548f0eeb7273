"""How quickly the router decides with a hundred thousand waiting, and how near its simulator is to Erlang's formulas.

The floor of deciding is arrival order alone: one line of customers, one of people, no needs and no ranks.
"""

import random
import time
from collections import deque
from collections.abc import Iterator
from statistics import fmean

from bench.figure import Figure, middle, percentile
from bench.plan import Plan
from conversations.model import Priority
from routing.board import Board
from routing.erlang import delayed, impatient
from routing.policy.needs import Item, Needs, skills_of
from routing.policy.order import Rules
from routing.policy.queues import Queue
from routing.policy.workers import Craft, Worker
from routing.simulation.day import Day, made
from routing.simulation.run import Run
from routing.simulation.scenario import Scenario, Spread, Staff, Traffic

SKILLS = tuple(f"skill-{number:02}" for number in range(40))
HANDLE = 300.0
PRIORITIES = (Priority.URGENT, Priority.HIGH, Priority.NORMAL)


def measure(plan: Plan) -> list[Figure]:
    """Measure."""
    return [_decided(plan), *_theory(plan)]


def _decided(plan: Plan) -> Figure:
    waiting, people = (2000, 100) if plan.quick else (100_000, 2000)
    floors, took, late = list[float](), list[float](), list[float]()
    for _ in range(plan.rounds):
        floors.append(_plain(waiting, people))
        times = _board(waiting, people)
        took.append(len(times) / sum(times))
        late.append(percentile(times, 0.99) * 1e6)
    return Figure(
        name=f"decide with {waiting:,} waiting and {people:,} people", unit="/s CPU", value=middle(took), goal=100_000,
        better="higher", floor=middle(floors), floor_name="arrival order alone", facts={"p99 us": middle(late)},
    )  # fmt: skip


def _board(waiting: int, people: int) -> list[float]:
    """Return the CPU seconds of each decision: a place is freed, and whoever ranks highest for its owner gets it."""
    rng = random.Random(1)
    board = Board(
        Rules(), {name: Queue(targets={Priority.URGENT: 20, Priority.HIGH: 60}, bound=1e7) for name in SKILLS}
    )
    for number in range(people):
        skills = rng.sample(SKILLS, 1 if rng.random() < 0.55 else rng.randint(2, 4))
        board.seat(Worker(id=f"{number:04}", craft=Craft(skills=skills_of(skills))), 0.0)
    needs = {name: Needs(skills=skills_of([name])) for name in SKILLS}
    busy = deque[str]()
    for number in range(waiting + people):
        name, since = SKILLS[number % len(SKILLS)], number * 0.001
        item = Item(id=f"{number:06}", queue=name, since=since, needs=needs[name], priority=rng.choice(PRIORITIES))
        board.join(item, since)
        busy.extend(pair.item.id for pair in board.tick(since).pairs)
    at, took = (waiting + people) * 0.001, []
    for _ in range(waiting // 2):
        at += 0.01
        begun = time.thread_time()
        board.done(busy.popleft())
        pairs = board.tick(at).pairs
        took.append(time.thread_time() - begun)
        busy.extend(pair.item.id for pair in pairs)
    return took


def _plain(waiting: int, people: int) -> float:
    """Return how many decisions a second arrival order alone makes."""
    line, busy = deque(range(waiting)), deque((number, number) for number in range(people))
    took = []
    for _ in range(waiting // 2):
        begun = time.thread_time()
        person, _ = busy.popleft()
        busy.append((person, line.popleft()))
        took.append(time.thread_time() - begun)
    return len(took) / sum(took)


def _theory(plan: Plan) -> Iterator[Figure]:
    """Yield for Erlang C and A how far the simulated waits are from the formula, in per cent."""
    arrivals, seeds = (500, 1) if plan.quick else (40_000, 5)
    for people, load, patience in ((10, 8.0, None), (50, 50.0, 120.0)):
        days = [made(_one_queue(people, load, patience, arrivals), seed) for seed in range(1, seeds + 1)]
        gaps = [_gap(day, people, patience) for day in days]
        drawn = fmean(abs(_load(day) / load - 1) for day in days)
        yield Figure(
            name=f"simulated wait from Erlang {'C' if patience is None else 'A'}, {people} people", unit="%",
            value=max(1e-6, 100 * abs(fmean(gaps))), goal=5, floor=max(1e-6, 100 * drawn),
            floor_name="the load as drawn", facts={"days": seeds, "customers a day": arrivals},
        )  # fmt: skip


def _one_queue(people: int, load: float, patience: float | None, arrivals: int) -> Scenario:
    per_hour = load / HANDLE * 3600
    traffic = Traffic(
        queue="q", per_hour=per_hour, handle=Spread(mean=HANDLE),
        patience=None if patience is None else Spread(mean=patience),
    )  # fmt: skip
    return Scenario(
        seconds=arrivals / per_hour * 3600,
        queues={"q": Queue(bound=1e7)},
        traffic=(traffic,),
        staff=(Staff(count=people),),
    )


def _load(day: Day) -> float:
    return sum(customer.handle for customer in day.customers) / day.ends


def _gap(day: Day, people: int, patience: float | None) -> float:
    """Return by which part the mean wait of a day is off the formula at the rates that were drawn."""
    course = Run(day, Rules(), Board(Rules(), day.queues)).course()
    counted = [visit.waited for visit in course.visits if visit.customer.item.since > min(20 * HANDLE, day.ends / 4)]
    arrivals, rate = len(day.customers) / day.ends, len(day.customers) / (_load(day) * day.ends)
    formula = delayed(people, arrivals, rate) if patience is None else impatient(people, arrivals, rate, 1 / patience)
    return fmean(counted) / formula.mean_wait - 1
