"""Erlang's formulas against values that are known, and against each other where they must agree."""

from __future__ import annotations

from math import factorial

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.errors import Invalid
from routing.erlang import blocked, delayed, impatient


@pytest.mark.parametrize(
    ("people", "load", "part"),
    [(1, 1.0, 0.5), (2, 1.0, 0.2), (10, 5.0, 0.018385), (5, 0.0, 0.0), (100, 90.0, 0.026957)],
)
def test_erlang_b(people: int, load: float, part: float) -> None:
    terms = [load**number / factorial(number) for number in range(people + 1)]
    assert blocked(people, load) == pytest.approx(terms[-1] / sum(terms), rel=1e-9), "by the definition"
    assert blocked(people, load) == pytest.approx(part, abs=1e-6)


@pytest.mark.parametrize(
    ("people", "load", "wait", "mean"), [(20, 18.0, 0.551, 82.6), (100, 95.0, 0.506, 30.4), (10, 8.0, 0.409, 61.4)]
)
def test_erlang_c(people: int, load: float, wait: float, mean: float) -> None:
    found = delayed(people, load / 300, 1 / 300)
    assert found.wait == pytest.approx(wait, abs=5e-4)
    assert found.mean_wait == pytest.approx(mean, abs=0.05)


@pytest.mark.parametrize(
    ("people", "load", "patience", "wait", "abandon", "mean"),
    [(50, 50.0, 120, 0.411, 0.069, 8.3), (100, 110.0, 180, 0.761, 0.103, 18.6)],
)
def test_erlang_a(people: int, load: float, patience: float, wait: float, abandon: float, mean: float) -> None:
    found = impatient(people, load / 300, 1 / 300, 1 / patience)
    assert found.wait == pytest.approx(wait, abs=5e-4)
    assert found.abandon == pytest.approx(abandon, abs=5e-4)
    assert found.mean_wait == pytest.approx(mean, abs=0.05)


def test_one_person_is_the_simplest_queue_there_is() -> None:
    found = delayed(1, 0.5, 1.0)
    assert (found.wait, found.mean_wait, found.queue) == (0.5, 1.0, 0.5)


@given(st.integers(1, 200), st.floats(0.05, 0.95), st.floats(1, 1000))
def test_who_never_loses_patience_is_erlang_c(people: int, load: float, handle: float) -> None:
    arrivals = load * people / handle
    patient, endless = impatient(people, arrivals, 1 / handle, 1e-9 / handle), delayed(people, arrivals, 1 / handle)
    assert patient.wait == pytest.approx(endless.wait, rel=1e-4, abs=1e-12)
    assert patient.mean_wait == pytest.approx(endless.mean_wait, rel=1e-4, abs=1e-9)
    assert patient.occupancy == pytest.approx(endless.occupancy, rel=1e-6)


@given(st.integers(1, 300), st.floats(0.1, 3.0), st.floats(0.05, 20))
def test_what_comes_is_served_or_leaves(people: int, load: float, leaving: float) -> None:
    found = impatient(people, load * people, 1.0, leaving)
    assert found.occupancy * people == pytest.approx(load * people * (1 - found.abandon), rel=1e-6)
    assert 0 <= found.abandon <= found.wait <= 1


def test_what_cannot_be_served_is_refused() -> None:
    with pytest.raises(Invalid, match="More comes"):
        delayed(10, 1.0, 0.1)
    with pytest.raises(Invalid, match="at least one person"):
        blocked(0, 1.0)
    assert impatient(10, 0.5, 0.1, 0) == delayed(10, 0.5, 0.1)
