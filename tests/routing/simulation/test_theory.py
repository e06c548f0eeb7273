"""The simulator against Erlang: one queue, people who are alike, exponential times. Within 5 % of C and A."""

from __future__ import annotations

from math import exp
from statistics import fmean

import pytest
from msgspec import structs

from conversations.model import Priority
from routing.board import Board
from routing.erlang import Waiting, delayed, impatient
from routing.policy.order import Rules
from routing.policy.queues import Queue
from routing.simulation.day import Day, made
from routing.simulation.report import result
from routing.simulation.run import Run
from routing.simulation.scenario import Scenario, Spread, Staff, Traffic
from routing.waits import Pool, expected

HANDLE = 300.0
SEEDS = range(1, 4)


def scenario(people: int, load: float, patience: float | None, arrivals: int) -> Scenario:
    """One queue with a load in people; the first part of the day, in which it fills, is not counted."""
    per_hour = load / HANDLE * 3600
    return Scenario(
        seconds=arrivals / per_hour * 3600,
        warm_up=20 * HANDLE,
        queues={"q": Queue(target=20, bound=1e6, handle=HANDLE)},
        traffic=(
            Traffic(
                queue="q", per_hour=per_hour, handle=Spread(mean=HANDLE),
                patience=None if patience is None else Spread(mean=patience),
            ),
        ),
        staff=(Staff(count=people),),
    )  # fmt: skip


def simulated(described: Scenario, seeds: range) -> tuple[float, float, float, float]:
    """Return how many waited, how many left, the mean wait of all, and how busy people were: means over the seeds."""
    found = []
    for seed in seeds:
        day = made(described, seed)
        course = Run(day, Rules(), Board(Rules(), day.queues)).course()
        whole = result("", seed, day, course, {Priority.NORMAL: 1.0}, warm_up=described.warm_up)
        waits = [one.waited for one in course.visits if one.customer.item.since >= described.warm_up]
        found.append((whole.whole.waited, whole.whole.abandoned, fmean(waits), whole.occupancy))
    wait, left, mean, busy = (fmean(column) for column in zip(*found, strict=True))
    return wait, left, mean, busy


def drawn(day: Day, people: int, patience: float | None) -> Waiting:
    """Return what the formulas say of the rates that were drawn: those of a short day are off by a per cent."""
    arrivals = len(day.customers) / day.ends
    rate = 1 / fmean(customer.handle for customer in day.customers)
    return delayed(people, arrivals, rate) if patience is None else impatient(people, arrivals, rate, 1 / patience)


@pytest.mark.parametrize(
    ("people", "load", "patience", "arrivals"),
    [(4, 2.4, None, 10_000), (20, 20.0, 120.0, 8000), (10, 13.0, 300.0, 6000)],
)
def test_waits_and_departures_are_those_of_the_formulas(
    people: int, load: float, patience: float | None, arrivals: int
) -> None:
    described = scenario(people, load, patience, arrivals)
    formulas = [drawn(made(described, seed), people, patience) for seed in SEEDS]
    wait, left, mean, busy = simulated(described, SEEDS)
    formula = structs.replace(
        formulas[0],
        **{name: fmean(getattr(one, name) for one in formulas) for name in Waiting.__struct_fields__},
    )
    assert wait == pytest.approx(formula.wait, rel=0.05)
    assert left == pytest.approx(formula.abandon, rel=0.05)
    assert mean == pytest.approx(formula.mean_wait, rel=0.05)
    assert busy == pytest.approx(formula.occupancy, rel=0.02)


@pytest.mark.parametrize(("people", "load", "patience"), [(10, 9.0, None), (20, 24.0, 300.0), (3, 3.2, 900.0)])
def test_the_announced_range_covers_what_it_says(people: int, load: float, patience: float | None) -> None:
    """Of those who had to wait, 60 % waited as long as the range of 20 to 80 % said, give or take 5 %."""
    described = scenario(people, load, patience, 8000)
    pool = Pool(people=people, handle=HANDLE, patience=patience)
    inside, below, whole = 0.0, 0.0, 0.0
    for seed in (1, 2):
        day = made(described, seed)
        for visit in Run(day, Rules(), Board(Rules(), day.queues)).course().visits:
            if not visit.waited or visit.left:
                continue
            told = expected(pool, visit.ahead)
            assert told is not None
            # Who waits long is seen less often, for more of them leave: each stands for those who did.
            weight = 1.0 if patience is None else exp(visit.waited / patience)
            whole += weight
            below += weight * (visit.waited < told.low)
            inside += weight * (told.low <= visit.waited <= told.high)
    assert whole > 3000
    assert inside / whole == pytest.approx(0.6, abs=0.05)
    assert below / whole == pytest.approx(0.2, abs=0.05)
