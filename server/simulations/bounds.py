"""How large a simulation may be: as many customers as one processor serves within minutes. Pure."""

from itertools import pairwise
from math import fsum

from hub.errors import Invalid
from routing.simulation.scenario import Scenario, Traffic

MOST_TEXT = 128 * 1024
MOST_RUNS = 1_000_000
"""Customers over all days and policies."""
MOST_PEOPLE = 10_000
MOST_SEEDS = 20
HOUR = 3600.0


def customers(scenario: Scenario) -> float:
    """Return about how many customers one day of it has."""
    if scenario.drawn is not None:
        return float(scenario.drawn.arrivals)
    seconds = scenario.seconds or 0.0
    return fsum(_stream(one, seconds) for one in scenario.traffic) + len(scenario.arrivals)


def people(scenario: Scenario) -> int:
    """Return how many people work in it."""
    return scenario.drawn.agents if scenario.drawn is not None else sum(staff.count for staff in scenario.staff)


def require_bounded(scenario: Scenario, *, policies: int, days: int) -> None:
    """Return quietly when it can be run here; raises `Invalid` that names what to make smaller."""
    if days > MOST_SEEDS:
        raise Invalid(f"At most {MOST_SEEDS} days at once", path="$.seeds")
    if people(scenario) > MOST_PEOPLE:
        raise Invalid("Too many people for a simulation here", path="$.scenario", field="staff", most=MOST_PEOPLE)
    runs = customers(scenario) * policies * days
    if runs > MOST_RUNS:
        raise Invalid(
            "Too many customers for a simulation here", path="$.scenario", field="traffic", customers=round(runs),
            most=MOST_RUNS, hint="Take fewer days or policies, or run `yizhan simulate routing`.",
        )  # fmt: skip


def _stream(traffic: Traffic, seconds: float) -> float:
    """Return how many a stream brings: straight lines between the points of its curve, surges as they are."""
    curve = traffic.per_hour if isinstance(traffic.per_hour, tuple) else ((0.0, traffic.per_hour),)
    points = sorted({0.0, seconds, *(min(second, seconds) for second, _ in curve)})
    whole = fsum((end - start) * (_rate(curve, start) + _rate(curve, end)) / 2 for start, end in pairwise(points))
    surged = fsum(
        _rate(curve, (surge.start + surge.end) / 2)
        * (surge.times - 1)
        * max(0.0, min(surge.end, seconds) - surge.start)
        for surge in traffic.surges
    )
    return max(0.0, whole + surged) / HOUR


def _rate(curve: tuple[tuple[float, float], ...], second: float) -> float:
    """Return the rate at a second; before the first point and after the last it is theirs."""
    if second <= curve[0][0]:
        return curve[0][1]
    for (left, low), (right, high) in pairwise(curve):
        if second <= right:
            return low + (high - low) * (second - left) / (right - left)
    return curve[-1][1]
