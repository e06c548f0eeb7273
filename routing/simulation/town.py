"""A large town drawn at random: skills of uneven size, people with one or several, surges. Used by the day."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np
from msgspec import structs

from routing.policy.queues import Queue
from routing.simulation.scenario import Drawn, Spread, Staff, Surge, Traffic

if TYPE_CHECKING:
    from numpy.typing import NDArray

Town = tuple[Mapping[str, Queue], tuple[Traffic, ...], tuple[Staff, ...], float]


def drawn(town: Drawn, rng: np.random.Generator) -> Town:
    """Return queues, traffic, people, and how long the day lasts in seconds."""
    shares = 1.0 / np.arange(1, town.skills + 1) ** town.popularity
    shares = rng.permutation(shares / shares.sum())
    handles = rng.uniform(*town.handle, town.skills)
    load = shares * handles
    people = _people(town, load / load.sum(), rng)
    seconds = town.arrivals * float(load.sum()) / (town.agents * town.occupancy)
    surging = _surges(town, seconds, rng)
    names = [_name(skill) for skill in range(town.skills)]
    queues = {name: structs.replace(town.queue, handle=float(handles[skill])) for skill, name in enumerate(names)}
    # What surges bring comes on top of what else the day has; the whole stays at `arrivals`.
    extra = sum(shares[skill] * (surge.times - 1) * (surge.end - surge.start) for skill, surge in surging) / seconds
    per_hour = town.arrivals / (1 + extra) / seconds * 3600
    traffic = tuple(
        Traffic(
            queue=name, per_hour=float(per_hour * shares[skill]), skills={name: 1}, priorities=town.priorities,
            handle=Spread(mean=float(handles[skill])), patience=town.patience,
            surges=tuple(surge for which, surge in surging if which == skill),
        )
        for skill, name in enumerate(names)
    )  # fmt: skip
    return queues, traffic, people, seconds


def _people(town: Drawn, load: "NDArray[np.float64]", rng: np.random.Generator) -> tuple[Staff, ...]:
    """Return the people, their first skills spread as the load is."""
    first = _rounded(load * town.agents, town.agents)
    staff = []
    for skill in np.repeat(np.arange(town.skills), first).tolist():
        others = _others(town, skill, load, rng)
        pace = dict.fromkeys([_name(skill)], 1.0)
        pace |= {_name(other): round(float(rng.uniform(*town.slower)), 2) for other in others}
        staff.append(Staff(count=1, skills=dict.fromkeys(pace, 1), pace=pace))
    return tuple(staff)


def _others(town: Drawn, skill: int, load: "NDArray[np.float64]", rng: np.random.Generator) -> list[int]:
    if rng.uniform() < town.single or town.skills == 1:
        return []
    count = min(int(rng.integers(1, town.most_skills)), town.skills - 1)
    rest = load.copy()
    rest[skill] = 0
    return [int(other) for other in rng.choice(town.skills, size=count, replace=False, p=rest / rest.sum())]


def _surges(town: Drawn, seconds: float, rng: np.random.Generator) -> list[tuple[int, Surge]]:
    """Return the surges by skill: one in each equal part of the day, so that they do not fall together."""
    found = []
    part = seconds / max(1, town.surges)
    length = min(town.surge_seconds, part / 2)
    for number in range(town.surges):
        start = number * part + float(rng.uniform(part / 4, part - length))
        surge = Surge(start=start, end=start + length, times=town.surge_times)
        chosen = rng.choice(town.skills, size=town.surge_skills, replace=False)
        found += [(int(skill), surge) for skill in chosen]
    return found


def _rounded(wanted: "NDArray[np.float64]", total: int) -> "NDArray[np.int64]":
    """Return whole numbers that sum up to `total` and are near what is wanted: the largest remainders go up."""
    whole = np.floor(wanted).astype(np.int64)
    missing = total - int(whole.sum())
    whole[np.argsort(whole - wanted, kind="stable")[:missing]] += 1
    return whole


def _name(skill: int) -> str:
    return f"skill-{skill:02}"
