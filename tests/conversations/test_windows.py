"""The ledger's rules: tables, and whatever a customer and we may do, against a provider that counts for itself."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import structs

from conversations.windows import Grant, given_back, is_open, kept, opened, shut, soonest, spent, under
from tests.conversations.channels import RULES

if TYPE_CHECKING:
    from random import Random

START = datetime(2026, 11, 20, 9, tzinfo=UTC)
MINUTE, HOURS = timedelta(minutes=1), timedelta(hours=1)


def grant(by: str = "message", *, since: int = 0, minutes: int = 60, left: int | None = 5) -> Grant:
    """A grant that began `since` minutes after the start."""
    begun = START + since * MINUTE
    return Grant(opened_by=by, since=begun, until=begun + minutes * MINUTE, left=left)


def at(minutes: float) -> datetime:
    return START + timedelta(minutes=minutes)


@pytest.mark.parametrize(
    ("word", "seconds", "left"),
    [("message", 48 * 3600, 5), ("menu", 60, 3), ("follow", 60, 3), ("scan", 60, 3)],
)
def test_each_word_opens_what_its_rule_says(word: str, seconds: int, left: int) -> None:
    (made,) = opened((), RULES, word, since=START, at=at(0.1))
    assert (made.opened_by, made.since, made.left) == (word, START, left)
    assert made.until == START + timedelta(seconds=seconds)


def test_a_word_no_rule_names_opens_nothing() -> None:
    assert opened((), RULES, "left", since=START, at=START) == ()
    assert opened((), RULES, "", since=START, at=START) == ()


def test_the_same_rule_begins_anew_whichever_of_its_words_it_was() -> None:
    first = opened((), RULES, "menu", since=START, at=START)
    worn = spent(first, first[0])
    (again,) = opened(worn, RULES, "scan", since=at(0.5), at=at(0.5))
    assert (again.opened_by, again.left, again.until) == ("scan", 3, at(1.5))


def test_a_unit_of_the_same_second_does_not_go_to_the_grant_that_began_anew_in_it() -> None:
    first = opened((), RULES, "message", since=START, at=START)
    again = opened(spent(first, first[0]), RULES, "message", since=START, at=START)
    assert given_back(again, under(first[0])) == again
    assert again[0].left == 5


def test_what_arrives_late_does_not_shorten_the_window() -> None:
    now = opened((), RULES, "message", since=at(10), at=at(10))
    worn = spent(now, now[0])
    assert opened(worn, RULES, "message", since=START, at=at(11)) == worn


def test_a_provider_s_clock_ahead_of_ours_counts_as_ours() -> None:
    (made,) = opened((), RULES, "message", since=at(600), at=START)
    assert made.since == START


def test_what_was_over_before_it_arrived_is_not_kept() -> None:
    assert opened((), RULES, "follow", since=START, at=at(1)) == ()


@pytest.mark.parametrize(
    ("minutes", "left", "expected"),
    [(0, 5, True), (59.99, 1, True), (60, 5, False), (0, 0, False), (30, None, True), (60, None, False)],
)
def test_a_window_is_open_until_its_end_and_while_a_message_is_left(
    minutes: float, left: int | None, expected: bool
) -> None:
    assert is_open(grant(left=left), at(minutes)) is expected


def test_the_one_that_ends_soonest_is_spent_first() -> None:
    long, short, worn = grant(), grant("menu", minutes=1, left=3), grant("scan", minutes=1, left=0)
    assert soonest((long, short, worn), START) == short
    assert soonest((long, short, worn), at(1)) == long
    assert soonest((worn,), START) is None
    after = spent((long, short), short)
    assert [one.left for one in after] == [5, 2]


def test_a_unit_goes_back_to_the_grant_it_came_from_and_to_no_newer_one() -> None:
    old = grant(left=2)
    assert given_back((old,), under(old))[0].left == 3
    newer = grant(since=5)
    assert given_back((newer,), under(old)) == (newer,)
    free = grant(left=None)
    assert given_back((free,), under(free)) == (free,)


def test_the_provider_s_refusal_shuts_what_was_open_when_the_message_was_written() -> None:
    old, newer = grant(), grant(since=10)
    assert shut((old, newer), at(5)) == (newer,)
    assert shut((old,), START) == ()


def test_only_what_has_not_ended_is_kept() -> None:
    assert kept((grant(), grant("menu", minutes=1)), at(2)) == (grant(),)


STEPS = st.lists(
    st.one_of(
        st.tuples(st.sampled_from(["message", "menu", "say", "fail"]), st.sampled_from([0, 0, 0, 1, 30])),
        st.tuples(st.just("wait"), st.integers(1, 49 * 3600)),
    ),
    max_size=60,
)


class Provider:
    """Counts as the manual says, on its own: a message is taken while any quota has room."""

    def __init__(self) -> None:
        self.quotas: dict[str, tuple[datetime, int]] = {}

    def hears(self, word: str, now: datetime) -> None:
        length, most = (timedelta(hours=48), 5) if word == "message" else (timedelta(minutes=1), 3)
        self.quotas[word] = (now + length, most)

    def takes(self, now: datetime) -> bool:
        usable = sorted((end, word) for word, (end, left) in self.quotas.items() if now < end and left)
        if not usable:
            return False
        end, word = usable[0]
        self.quotas[word] = (end, self.quotas[word][1] - 1)
        return True


@given(STEPS)
def test_the_ledger_allows_exactly_what_the_provider_takes(steps: list[tuple[str, int]]) -> None:
    """In any order of messages, clicks, replies and silence."""
    provider, now = Provider(), START
    ledger: tuple[Grant, ...] = ()
    for what, seconds in steps:
        now += timedelta(seconds=seconds)
        if what in ("message", "menu"):
            provider.hears(what, now)
            ledger = opened(ledger, RULES, what, since=now, at=now)
        elif what == "say":
            unit = soonest(ledger, now)
            assert (unit is not None) == provider.takes(now)
            ledger = spent(ledger, unit) if unit else ledger
        assert all(one.left is None or 0 <= one.left <= 5 for one in ledger)
        assert len(ledger) <= len(RULES)


@given(STEPS, st.randoms())
def test_giving_back_never_makes_more_than_was_granted(steps: list[tuple[str, int]], dice: Random) -> None:
    ledger: tuple[Grant, ...] = ()
    now, out = START, list[Grant]()
    for what, seconds in steps:
        now += timedelta(seconds=seconds)
        if what in ("message", "menu"):
            ledger = opened(ledger, RULES, what, since=now, at=now)
        elif what == "say" and (unit := soonest(ledger, now)):
            ledger = spent(ledger, unit)
            out.append(unit)
        elif out and what == "fail":
            failed = out.pop(dice.randrange(len(out)))
            ledger = given_back(ledger, under(failed))
        for one in ledger:
            rule = next(rule for rule in RULES if one.opened_by in rule.opened_by)
            assert one.left is not None
            assert 0 <= one.left <= (rule.messages or 0)


def test_times_keep_milliseconds_as_the_store_does() -> None:
    (made,) = opened((), RULES, "message", since=START + timedelta(microseconds=1500), at=at(1))
    assert made.since == START + timedelta(milliseconds=1)
    assert structs.replace(made, left=4).since == made.since
