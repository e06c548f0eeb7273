"""When somebody is there: weekly intervals in one time zone, public and own holidays. Pure: time is handed in.

Inboxes tell customers by it, and deadlines are counted in it (`desk/calendars.py`).
"""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from typing import Annotated
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones

from msgspec import Meta, Struct

from conversations.public_days import Country, public_day

Minute = Annotated[int, Meta(ge=0, le=1440)]
Day = Annotated[int, Meta(ge=0, le=6)]
DAY = 1440
MONDAY, FRIDAY, SATURDAY = 0, 4, 5
HORIZON = 400
"""How many days ahead an opening is looked for; a longer closure has no next opening."""
DEFAULT_ZONE = "Asia/Shanghai"

_zones: dict[str, ZoneInfo] = {DEFAULT_ZONE: ZoneInfo(DEFAULT_ZONE)}


class Interval(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Open on `day` (0 is Monday) from minute `start` up to, not including, minute `end` of the wall clock.

    `end` 1440 is midnight; an `end` at or before `start` runs into the next day (22:00 to 06:00).
    """

    day: Day
    start: Minute
    end: Minute


class Holiday(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A date that is not as usual: closed, or open in `open` only (pairs of minutes, as in `Interval`)."""

    date: date
    name: Annotated[str, Meta(max_length=64)] = ""
    open: Annotated[tuple[tuple[Minute, Minute], ...], Meta(max_length=10)] = ()


class Hours(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Opening hours; no `week` at all means always open, holidays excepted.

    `public` names the country whose public holidays are closed, and whose worked weekend days are open as the weekday
    next to them: a worked Sunday as Monday, a worked Saturday as Friday. Own `holidays` go before both.
    """

    zone: str = DEFAULT_ZONE
    week: Annotated[tuple[Interval, ...], Meta(max_length=70)] = ()
    holidays: Annotated[tuple[Holiday, ...], Meta(max_length=500)] = ()
    public: Country = ""

    def __post_init__(self) -> None:
        """Refuse a time zone nobody knows."""
        try:
            zone(self.zone)
        except (ZoneInfoNotFoundError, ValueError, OSError) as error:
            raise ValueError(f"{self.zone!r} is no time zone of the IANA database") from error


def zone(name: str) -> ZoneInfo:
    """Return the zone; reads a small file the first time unless `load_zones` ran."""
    known = _zones.get(name)
    if known is None:
        known = _zones[name] = ZoneInfo(name)
    return known


def load_zones() -> None:
    """Read every zone of the database (0.1 s): called once at start, off the loop."""
    for name in available_timezones():
        zone(name)


def is_open(hours: Hours, at: datetime) -> bool:
    """Say whether somebody is there at `at`."""
    local = at.astimezone(zone(hours.zone)).date()
    return any(start <= at < end for start, end in spans(hours, local - timedelta(days=1), 2))


def next_opening(hours: Hours, at: datetime) -> datetime | None:
    """Return when it opens next, in UTC; `at` itself when it is open, None when no day within `HORIZON` is."""
    if is_open(hours, at):
        return at
    local = at.astimezone(zone(hours.zone)).date()
    for offset in range(HORIZON):
        starts = [start for start, _ in spans(hours, local + timedelta(days=offset), 1) if start > at]
        if starts:
            return min(starts)
    return None


def spans(hours: Hours, first: date, days: int) -> Iterator[tuple[datetime, datetime]]:
    """Give the open spans that begin on the given days, in UTC, in the order they begin; empty ones are left out.

    They may overlap: a night's reaches into the next day.
    """
    special = {holiday.date: holiday.open for holiday in reversed(hours.holidays)}
    for offset in range(days):
        day = first + timedelta(days=offset)
        for start, end in sorted(special[day] if day in special else _usual(hours, day)):
            stop = end if end > start else end + DAY
            span = _moment(hours, day, start), _moment(hours, day, stop)
            if span[0] < span[1]:
                yield span


def _usual(hours: Hours, day: date) -> Iterator[tuple[int, int]]:
    """Give the minutes of a day without a word of its own."""
    public = public_day(hours.public, day)
    if public is not None and not public.worked:
        return
    if not hours.week:
        yield 0, DAY
        return
    weekday = day.weekday()
    if public is not None and weekday >= SATURDAY:
        weekday = FRIDAY if weekday == SATURDAY else MONDAY
    yield from ((i.start, i.end) for i in hours.week if i.day == weekday)


def _moment(hours: Hours, day: date, minute: int) -> datetime:
    """Turn a wall-clock minute into UTC.

    A minute that the clocks jump over is the moment of the jump; one that happens twice means its first time.
    """
    wall = datetime.combine(day + timedelta(days=minute // DAY), time(minute % DAY // 60, minute % 60))
    local = wall.replace(tzinfo=zone(hours.zone))
    at = local.astimezone(UTC)
    if at.astimezone(local.tzinfo).replace(tzinfo=None) == wall:
        return at
    return _jump(local.replace(fold=1).astimezone(UTC), at, zone(hours.zone))


def _jump(before: datetime, after: datetime, place: ZoneInfo) -> datetime:
    """Return the minute between the two at which the offset changes."""
    old = before.astimezone(place).utcoffset()
    while after - before > timedelta(minutes=1):
        middle = before + (after - before) // timedelta(minutes=2) * timedelta(minutes=1)
        if middle.astimezone(place).utcoffset() == old:
            before = middle
        else:
            after = middle
    return after
