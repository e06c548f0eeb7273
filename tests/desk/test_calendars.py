"""Counting in business time: weekends, nights, public holidays and worked weekends, changed clocks, leap days."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conversations.hours import Holiday, Hours, Interval, is_open, next_opening
from conversations.public_days import known_until, public_day, public_days
from desk.calendars import add, between, check_opens, open_spans
from hub.errors import Invalid

if TYPE_CHECKING:
    from conversations.public_days import Country

WORKDAYS = tuple(
    Interval(day=day, start=start, end=end) for day in range(5) for start, end in ((540, 720), (780, 1080))
)
"""Monday to Friday, 09:00-12:00 and 13:00-18:00: eight hours a day."""
OFFICE = Hours(week=WORKDAYS)
CHINA = Hours(week=WORKDAYS, public="CN")
ALWAYS = Hours()
BERLIN = Hours(zone="Europe/Berlin", week=tuple(Interval(day=day, start=0, end=1440) for day in range(7)))


def utc(text: str) -> datetime:
    """A moment given in UTC."""
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def shanghai(text: str) -> datetime:
    """A moment given by the wall clock of Shanghai."""
    return utc(text) - timedelta(hours=8)


@pytest.mark.parametrize(
    ("at", "minutes", "due"),
    [
        ("2026-11-20 09:00", 60, "2026-11-20 10:00"),
        ("2026-11-20 11:30", 60, "2026-11-20 13:30"),  # over noon
        ("2026-11-20 11:30", 30, "2026-11-20 12:00"),  # ends with the span, not at the next opening
        ("2026-11-20 17:30", 60, "2026-11-23 09:30"),  # Friday evening to Monday
        ("2026-11-21 10:00", 1, "2026-11-23 09:01"),  # begun on a Saturday
        ("2026-11-20 09:00", 480, "2026-11-20 18:00"),
        ("2026-11-20 09:00", 481, "2026-11-23 09:01"),
        ("2026-11-20 09:00", 5 * 480, "2026-11-26 18:00"),
        ("2026-11-21 10:00", 0, "2026-11-23 09:00"),  # nothing left: at the next opening
        ("2024-02-28 17:00", 120, "2024-02-29 10:00"),  # a leap day is a day
        ("2026-02-27 17:00", 120, "2026-03-02 10:00"),
    ],
)
def test_due_in_open_time(at: str, minutes: int, due: str) -> None:
    assert add(OFFICE, shanghai(at), timedelta(minutes=minutes)) == shanghai(due)


@pytest.mark.parametrize(
    ("at", "hours", "due"),
    [
        ("2026-09-30 17:00", 2, "2026-10-08 10:00"),  # national holiday 1 to 7 October
        ("2026-10-08 17:00", 9, "2026-10-09 18:00"),
        ("2026-10-09 17:00", 2, "2026-10-10 10:00"),  # Saturday 10 October is worked
        ("2026-02-13 17:00", 2, "2026-02-14 10:00"),  # so is Saturday 14 February
        ("2026-02-14 17:00", 2, "2026-02-24 10:00"),  # then nine days of spring festival
        ("2026-01-02 10:00", 1, "2026-01-04 10:00"),  # Sunday 4 January is worked
        ("2024-02-18 09:00", 8, "2024-02-18 18:00"),
    ],
)
def test_chinese_holidays_and_worked_weekends(at: str, hours: int, due: str) -> None:
    assert add(CHINA, shanghai(at), timedelta(hours=hours)) == shanghai(due)


def test_a_worked_weekend_day_is_open_as_the_weekday_next_to_it() -> None:
    week = (Interval(day=0, start=480, end=600), Interval(day=4, start=900, end=960))
    hours = Hours(week=week, public="CN")
    assert is_open(hours, shanghai("2026-09-20 08:30")), "a worked Sunday is a Monday"
    assert not is_open(hours, shanghai("2026-09-20 15:30"))
    assert is_open(hours, shanghai("2026-10-10 15:30")), "a worked Saturday is a Friday"


def test_own_days_go_before_public_ones() -> None:
    own = (Holiday(date=date(2026, 10, 1), open=((600, 660),)), Holiday(date=date(2026, 10, 10)))
    hours = Hours(week=WORKDAYS, public="CN", holidays=own)
    assert next_opening(hours, shanghai("2026-09-30 18:00")) == shanghai("2026-10-01 10:00")
    assert not is_open(hours, shanghai("2026-10-10 10:00")), "we do not work that Saturday"


@pytest.mark.parametrize(("year", "off", "worked"), [(2024, 28, 8), (2025, 28, 5), (2026, 33, 6), (2027, 13, 0)])
def test_the_years_that_are_known(year: int, off: int, worked: int) -> None:
    days = public_days("CN", year)
    assert (sum(not day.worked for day in days), sum(day.worked for day in days)) == (off, worked)
    assert all(day.date.weekday() >= 5 for day in days if day.worked), "only weekend days need saying so"
    assert len({day.date for day in days}) == len(days)


@pytest.mark.parametrize(("country", "until"), [("CN", date(2026, 12, 31)), ("", None)])
def test_what_is_not_known_is_said(country: Country, until: date | None) -> None:
    assert known_until(country) == until
    assert public_day(country, date(2031, 10, 1)) is None


@pytest.mark.parametrize(
    ("at", "hours", "due"),
    [
        ("2026-03-28 23:00", 24, "2026-03-29 23:00"),  # 29 March has 23 hours: from Sunday 00:00 to Monday 01:00
        ("2026-10-24 22:00", 24, "2026-10-25 22:00"),  # 25 October has 25: from Sunday 00:00 to Sunday 23:00
    ],
)
def test_a_day_of_changed_clocks_is_as_long_as_it_is(at: str, hours: int, due: str) -> None:
    assert add(BERLIN, utc(at), timedelta(hours=hours)) == utc(due)
    assert between(BERLIN, utc(at), utc(due)) == timedelta(hours=hours)


def test_an_opening_inside_the_hour_that_is_jumped_over_or_happens_twice() -> None:
    night = Hours(zone="Europe/Berlin", week=(Interval(day=6, start=150, end=240),))  # Sunday 02:30 to 04:00
    assert between(night, utc("2026-03-28 12:00"), utc("2026-03-29 12:00")) == timedelta(hours=1), "opens at 03:00"
    assert between(night, utc("2026-10-24 12:00"), utc("2026-10-25 12:00")) == timedelta(minutes=150), "02:30 first"


def test_overlapping_intervals_count_once() -> None:
    night = Interval(day=0, start=1320, end=480)  # Monday 22:00 to Tuesday 08:00
    early = (Interval(day=1, start=420, end=540), Interval(day=1, start=360, end=430))
    hours = Hours(zone="UTC", week=(night, *early))
    assert between(hours, utc("2026-11-23 00:00"), utc("2026-11-25 00:00")) == timedelta(hours=11)
    assert add(hours, utc("2026-11-23 22:00"), timedelta(hours=11)) == utc("2026-11-24 09:00")


def test_always_open_is_plain_time() -> None:
    assert add(ALWAYS, utc("2026-03-28 23:00"), timedelta(days=400)) == utc("2026-03-28 23:00") + timedelta(days=400)
    assert between(ALWAYS, utc("2026-01-01"), utc("2026-01-03")) == timedelta(days=2)
    assert between(ALWAYS, utc("2026-01-03"), utc("2026-01-01")) == timedelta(0), "a clock set back makes no debt"


def test_hours_that_holidays_swallow_are_refused() -> None:
    saturdays = [date(2026, 1, 3) + timedelta(days=7 * n) for n in range(400)]
    hours = Hours(week=(Interval(day=5, start=0, end=60),), holidays=tuple(Holiday(date=day) for day in saturdays))
    with pytest.raises(Invalid) as refused:
        check_opens(hours, utc("2026-01-01"))
    assert refused.value.path == "$.holidays"
    with pytest.raises(Invalid) as endless:
        add(Hours(week=(Interval(day=5, start=0, end=60),)), utc("2026-01-01"), timedelta(days=366))
    assert endless.value.path == "$.week"


MINUTES = st.integers(0, 1440)
WEEKS = st.lists(
    st.builds(lambda day, start, end: Interval(day=day, start=start, end=end), st.integers(0, 6), MINUTES, MINUTES),
    min_size=1, max_size=6,
).filter(lambda week: any(interval.end - interval.start >= 60 for interval in week))  # fmt: skip
"""An hour a week at least: what is asked for below is there within the years that are looked ahead."""

ZONES = st.sampled_from(["Asia/Shanghai", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "UTC"])
HOURS = st.builds(
    lambda zone, week, public: Hours(zone=zone, week=tuple(week), public=public),
    ZONES, WEEKS, st.sampled_from(["", "CN"]),
)  # fmt: skip
MOMENTS = st.integers(0, 900 * 1440).map(lambda minute: utc("2024-06-01") + timedelta(minutes=minute))
SPANS = st.integers(1, 3000).map(lambda minute: timedelta(minutes=minute))


@given(HOURS, MOMENTS, SPANS)
def test_adding_and_measuring_are_inverse(hours: Hours, at: datetime, duration: timedelta) -> None:
    due = add(hours, at, duration)
    assert between(hours, at, due) == duration
    assert between(hours, at, due - timedelta(minutes=1)) < duration, "no earlier moment will do"


@given(HOURS, MOMENTS, SPANS, SPANS)
def test_time_adds_up(hours: Hours, at: datetime, first: timedelta, second: timedelta) -> None:
    assert add(hours, add(hours, at, first), second) == add(hours, at, first + second)


@given(HOURS, MOMENTS)
def test_spans_are_in_order_apart_and_open(hours: Hours, at: datetime) -> None:
    spans = list(open_spans(hours, at, 20))
    assert all(start < end for start, end in spans)
    assert all(before[1] < after[0] for before, after in pairwise(spans))
    for start, end in spans[:-1]:
        assert is_open(hours, start)
        assert is_open(hours, end - timedelta(minutes=1))
        assert not is_open(hours, end)
