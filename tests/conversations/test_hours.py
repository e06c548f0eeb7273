"""Opening hours: intervals, nights, holidays, time zones, the two days on which clocks are changed."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from conversations.hours import Holiday, Hours, Interval, is_open, next_opening

WORKDAYS = tuple(
    Interval(day=day, start=start, end=end) for day in range(5) for start, end in ((9 * 60, 720), (780, 1080))
)
SHANGHAI = Hours(week=WORKDAYS)


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("at", "open_"),
    [
        ("2026-11-20 00:59", False),  # Friday 08:59 in Shanghai
        ("2026-11-20 01:00", True),
        ("2026-11-20 03:59", True),
        ("2026-11-20 04:00", False),  # noon: the interval does not include its end
        ("2026-11-20 05:00", True),
        ("2026-11-20 10:00", False),
        ("2026-11-21 02:00", False),  # Saturday
    ],
)
def test_several_intervals_a_day(at: str, open_: bool) -> None:
    assert is_open(SHANGHAI, utc(at)) is open_


def test_the_next_opening_skips_the_weekend_and_is_now_when_open() -> None:
    assert next_opening(SHANGHAI, utc("2026-11-20 10:30")) == utc("2026-11-23 01:00")
    assert next_opening(SHANGHAI, utc("2026-11-20 04:30")) == utc("2026-11-20 05:00")
    assert next_opening(SHANGHAI, utc("2026-11-20 05:30")) == utc("2026-11-20 05:30")


def test_an_interval_over_midnight_and_one_up_to_midnight() -> None:
    night = Hours(week=(Interval(day=4, start=1320, end=360), Interval(day=6, start=1200, end=1440)))
    assert is_open(night, utc("2026-11-20 14:00"))  # Friday 22:00
    assert is_open(night, utc("2026-11-20 21:59"))  # Saturday 05:59
    assert not is_open(night, utc("2026-11-20 22:00"))
    assert is_open(night, utc("2026-11-22 15:59"))  # Sunday 23:59
    assert not is_open(night, utc("2026-11-22 16:00"))


def test_a_holiday_is_closed_or_has_hours_of_its_own() -> None:
    holidays = (
        Holiday(date=date(2026, 11, 20), name="国庆"),
        Holiday(date=date(2026, 11, 21), name="调休", open=((600, 660),)),
    )
    hours = Hours(week=WORKDAYS, holidays=holidays)
    assert not is_open(hours, utc("2026-11-20 02:00"))
    assert is_open(hours, utc("2026-11-21 02:00"))
    assert next_opening(hours, utc("2026-11-20 01:00")) == utc("2026-11-21 02:00")


def test_no_week_means_always_but_for_holidays() -> None:
    hours = Hours(holidays=(Holiday(date=date(2026, 1, 1)),))
    assert is_open(Hours(), utc("2026-06-01 19:00"))
    assert not is_open(hours, utc("2025-12-31 16:00"))
    assert next_opening(hours, utc("2025-12-31 16:00")) == utc("2026-01-01 16:00")


def test_when_the_clocks_go_forward_the_day_is_short_and_opens_by_the_wall() -> None:
    berlin = Hours(zone="Europe/Berlin", week=tuple(Interval(day=day, start=540, end=1020) for day in range(7)))
    assert next_opening(berlin, utc("2026-03-28 18:00")) == utc("2026-03-29 07:00")
    assert next_opening(berlin, utc("2026-03-27 18:00")) == utc("2026-03-28 08:00")
    night = Hours(zone="Europe/Berlin", week=(Interval(day=6, start=150, end=240),))
    assert is_open(night, utc("2026-03-29 01:00"))  # 03:00 on the wall, the minute after 01:59
    assert is_open(night, utc("2026-03-29 01:59"))
    assert not is_open(night, utc("2026-03-29 00:59"))
    missing = Hours(zone="Europe/Berlin", week=(Interval(day=6, start=125, end=175),))
    assert next_opening(missing, utc("2026-03-28 18:00")) == utc("2026-04-05 00:05")


def test_when_the_clocks_go_back_the_doubled_hour_is_open_from_its_first_time() -> None:
    berlin = Hours(zone="Europe/Berlin", week=(Interval(day=6, start=150, end=240),))
    assert is_open(berlin, utc("2026-10-25 00:30"))
    assert is_open(berlin, utc("2026-10-25 01:30"))
    assert is_open(berlin, utc("2026-10-25 02:59"))
    assert not is_open(berlin, utc("2026-10-25 03:00"))


def test_never_open_has_no_next_opening() -> None:
    empty = Hours(week=(Interval(day=0, start=0, end=1),), holidays=())
    closed = tuple(Holiday(date=date(2026, 11, 16) + timedelta(weeks=n)) for n in range(70))
    assert next_opening(Hours(week=empty.week, holidays=closed), utc("2026-11-16 00:00")) is None


@pytest.mark.parametrize("zone", ["", "Mars/Olympus", "../etc/passwd", "/etc/localtime"])
def test_an_unknown_zone_is_refused(zone: str) -> None:
    with pytest.raises(msgspec.ValidationError, match="time zone"):
        msgspec.convert({"zone": zone}, Hours)


minutes = st.integers(0, 1440)
intervals = st.builds(Interval, day=st.integers(0, 6), start=st.integers(0, 1439), end=minutes)
moments = st.datetimes(datetime(2026, 1, 1), datetime(2027, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001


@given(
    st.builds(
        Hours,
        zone=st.sampled_from(["Asia/Shanghai", "Europe/Berlin", "America/St_Johns", "Australia/Lord_Howe"]),
        week=st.lists(intervals, min_size=1, max_size=6).map(tuple),
    ),
    moments,
)
def test_the_next_opening_is_open_and_nothing_before_it_is(hours: Hours, at: datetime) -> None:
    opening = next_opening(hours, at)
    assert opening is not None
    assert is_open(hours, opening)
    assert opening == at or not is_open(hours, opening - timedelta(milliseconds=1))
    between = at + (opening - at) / 2
    assert opening == at or not is_open(hours, between)
