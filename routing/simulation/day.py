"""One day drawn from a scenario and a seed: who comes when, how long they take and how long they wait; who works."""

from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING

import numpy as np
from msgspec import Struct

from routing.policy.needs import Item, Needs, skills_of
from routing.policy.queues import Queue
from routing.policy.workers import Craft, Worker
from routing.simulation.scenario import Arrival, Scenario, Spread, Staff, Traffic
from routing.simulation.town import drawn

if TYPE_CHECKING:
    from numpy.typing import NDArray


class Customer(Struct, frozen=True):
    """One who comes at `item.since`, takes `handle` seconds at the usual pace, and leaves after `patience`."""

    item: Item
    handle: float
    patience: float


class Shift(Struct, frozen=True):
    """One person, and when they are there."""

    worker: Worker
    times: tuple[tuple[float, float], ...]


class Day(Struct, frozen=True, kw_only=True):
    """What happens by itself; the same for every policy that is tried on it. Customers come in order."""

    queues: Mapping[str, Queue]
    customers: tuple[Customer, ...]
    people: tuple[Shift, ...]
    ends: float


def made(scenario: Scenario, seed: int) -> Day:
    """Draw the day of a seed; the same seed gives the same day."""
    rng = np.random.default_rng([seed, 0])
    queues, traffic, staff, seconds = scenario.queues, scenario.traffic, scenario.staff, scenario.seconds or 0.0
    if scenario.drawn is not None:
        queues, traffic, staff, seconds = drawn(scenario.drawn, rng)
    coming = [one for stream in traffic for one in _stream(stream, seconds, rng)]
    coming += [_stored(one) for one in scenario.arrivals]
    coming.sort(key=lambda one: one.item.since)
    named = tuple(Customer(_numbered(one.item, number), one.handle, one.patience) for number, one in enumerate(coming))
    ends = max([seconds, *(one.at for one in scenario.arrivals)])
    return Day(queues=queues, customers=named, people=tuple(_people(staff)), ends=ends)


def _stream(traffic: Traffic, seconds: float, rng: np.random.Generator) -> Iterator[Customer]:
    times = _times(traffic, seconds, rng)
    names = list(traffic.priorities)
    shares = np.array([traffic.priorities[name] for name in names])
    priorities = rng.choice(len(names), size=len(times), p=shares / shares.sum())
    handles = _spread(traffic.handle, len(times), rng)
    patience = np.full(len(times), np.inf) if traffic.patience is None else _spread(traffic.patience, len(times), rng)
    needs = Needs(
        teams=traffic.teams, skills=skills_of(traffic.skills), language=traffic.language, region=traffic.region,
        department=traffic.department, restricted=traffic.restricted, kind=traffic.kind, bulk=traffic.bulk,
    )  # fmt: skip
    for at, which, handle, waits in zip(
        times.tolist(), priorities.tolist(), handles.tolist(), patience.tolist(), strict=True
    ):
        item = Item(id="", queue=traffic.queue, since=at, needs=needs, priority=names[which], vip=traffic.vip)
        yield Customer(item, handle, waits)


def _times(traffic: Traffic, seconds: float, rng: np.random.Generator) -> "NDArray[np.float64]":
    """Draw a Poisson stream of a changing rate: as many as the highest rate gives, thinned to the rate of each time."""
    curve = traffic.per_hour if isinstance(traffic.per_hour, tuple) else ((0.0, traffic.per_hour),)
    highest = max(rate for _, rate in curve)
    for surge in traffic.surges:
        highest *= max(1.0, surge.times)
    drawn_ = np.sort(rng.uniform(0, seconds, rng.poisson(highest * seconds / 3600)))
    rates = np.interp(drawn_, [second for second, _ in curve], [rate for _, rate in curve])
    for surge in traffic.surges:
        rates = np.where((drawn_ >= surge.start) & (drawn_ < surge.end), rates * surge.times, rates)
    return drawn_[rng.uniform(0, highest or 1.0, len(drawn_)) < rates]


def _spread(spread: Spread, count: int, rng: np.random.Generator) -> "NDArray[np.float64]":
    if spread.cv == 0:
        return np.full(count, spread.mean)
    if spread.cv == 1:
        return rng.exponential(spread.mean, count)
    sigma = np.sqrt(np.log1p(spread.cv**2))
    return rng.lognormal(np.log(spread.mean) - sigma**2 / 2, sigma, count)


def _stored(arrival: Arrival) -> Customer:
    needs = Needs(
        teams=arrival.teams, skills=skills_of(arrival.skills), language=arrival.language, kind=arrival.kind,
        bulk=arrival.bulk,
    )  # fmt: skip
    item = Item(id="", queue=arrival.queue, since=arrival.at, needs=needs, priority=arrival.priority, vip=arrival.vip)
    return Customer(item, arrival.handle, np.inf if arrival.patience is None else arrival.patience)


def _numbered(item: Item, number: int) -> Item:
    return Item(
        id=f"{number:07}", queue=item.queue, since=item.since, needs=item.needs, priority=item.priority, vip=item.vip
    )


def _people(staff: Iterable[Staff]) -> Iterator[Shift]:
    number = 0
    for group in staff:
        craft = Craft(
            skills=skills_of(group.skills), teams=group.teams, languages=group.languages, regions=group.regions,
            departments=group.departments, cleared=group.cleared, bulk=group.bulk,
            pace=tuple(sorted(group.pace.items())),
        )  # fmt: skip
        for _ in range(group.count):
            worker = Worker(id=f"{number:05}", craft=craft, capacity=group.capacity, limits=group.limits)
            yield Shift(worker, group.shifts or ((0.0, float("inf")),))
            number += 1
