"""What a figure means: its percentile, its floor, its goal."""

from __future__ import annotations

import pytest

from bench.figure import Figure, middle, percentile


def figure(value: float, goal: float | None, *, better: str = "lower", of_floor: bool = False) -> Figure:
    return Figure(
        name="f", unit="ms", value=value, floor=10, floor_name="bare", goal=goal, better=better, of_floor=of_floor
    )


@pytest.mark.parametrize(("part", "wanted"), [(0, 1), (0.5, 51), (0.99, 100), (1, 100)])
def test_a_percentile_is_one_of_the_values(part: float, wanted: float) -> None:
    assert percentile([float(value) for value in range(100, 0, -1)], part) == wanted


def test_one_wild_round_does_not_move_the_middle() -> None:
    assert middle([5.0, 900.0, 6.0]) == 6.0


@pytest.mark.parametrize(
    ("made", "met"),
    [
        (figure(9, 10), True),
        (figure(11, 10), False),
        (figure(11, 10, better="higher"), True),
        (figure(6, 0.6, better="higher", of_floor=True), True),
        (figure(5.9, 0.6, better="higher", of_floor=True), False),
        (figure(5, None), None),
    ],
)
def test_a_goal_is_met_on_its_side(made: Figure, met: bool | None) -> None:
    assert made.met is met
