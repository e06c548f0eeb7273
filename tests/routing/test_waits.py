"""The wait that is announced: its formula, its range, and the words for it. Its coverage stands beside the theory."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.errors import Invalid
from routing.waits import Pool, expected, people_for, spoken

pools = st.builds(
    Pool,
    people=st.floats(0.2, 300),
    handle=st.floats(1, 3600),
    patience=st.none() | st.floats(10, 36_000),
    cv=st.floats(0.1, 3),
)


def test_the_mean_is_the_sum_over_those_ahead() -> None:
    told = expected(Pool(people=20, handle=300, patience=180), 2)
    assert told is not None
    assert told.mean == pytest.approx(1 / (20 / 300) + 1 / (20 / 300 + 1 / 180) + 1 / (20 / 300 + 2 / 180))


def test_with_nobody_ahead_and_nobody_leaving_it_is_exponential() -> None:
    told = expected(Pool(people=10, handle=300), 0, low=0.2, high=0.8)
    assert told is not None
    assert told.low == pytest.approx(30 * 0.22314, rel=1e-3)
    assert told.high == pytest.approx(30 * 1.60944, rel=1e-3)


@given(pools, st.integers(0, 200))
def test_more_people_ahead_or_fewer_who_serve_never_shorten_it(pool: Pool, ahead: int) -> None:
    now, later = expected(pool, ahead), expected(pool, ahead + 1)
    fewer = expected(Pool(people=pool.people / 2, handle=pool.handle, patience=pool.patience), ahead)
    assert now is not None
    assert later is not None
    assert fewer is not None
    assert 0 <= now.low < now.high
    assert now.mean < later.mean
    assert now.mean < fewer.mean


def test_impatience_shortens_it_and_nobody_at_all_is_no_range() -> None:
    calm, hasty = expected(Pool(people=5, handle=300), 20), expected(Pool(people=5, handle=300, patience=60), 20)
    assert calm is not None
    assert hasty is not None
    assert hasty.mean < calm.mean / 2
    assert expected(Pool(people=0, handle=300), 3) is None


@pytest.mark.parametrize(("ahead", "low", "high"), [(-1, 0.2, 0.8), (0, 0.8, 0.2), (0, -0.1, 0.5), (0, 0.1, 1.5)])
def test_what_cannot_be_is_refused(ahead: int, low: float, high: float) -> None:
    with pytest.raises(Invalid, match="position"):
        expected(Pool(people=1, handle=1), ahead, low=low, high=high)


@pytest.mark.parametrize(
    ("people", "handle", "ahead", "words"),
    [(100, 300, 0, (5, 5)), (10, 300, 0, (10, 60)), (2, 300, 3, (600, 900)), (0.5, 3600, 3, (18_000, 43_200))],
)
def test_it_is_told_in_words_people_use(people: float, handle: float, ahead: int, words: tuple[int, int]) -> None:
    told = expected(Pool(people=people, handle=handle), ahead)
    assert told is not None
    assert spoken(told) == words


def test_who_serves_several_queues_counts_in_part() -> None:
    assert people_for([("a",), ("a", "b"), ("b",)], "a") == 1.5
