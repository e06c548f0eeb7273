"""Counting in business time: when a duration of open hours is over, and how much of it lies between two moments. Pure.

Everything is counted in UTC over the spans of `conversations.hours`, so a day on which the clocks change is as long as
it really is, and a deadline never falls into an hour that does not exist.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta

from conversations.hours import Hours, is_open, next_opening, spans, zone
from hub.errors import Invalid

HORIZON = 5 * 366
"""Days that are looked ahead. What is not over by then has no due time: `add` says so."""
NONE = timedelta(0)

open_at = is_open


def always(hours: Hours) -> bool:
    """Say whether these hours never close."""
    return not (hours.week or hours.holidays or hours.public)


def open_spans(hours: Hours, since: datetime, days: int = HORIZON) -> Iterator[tuple[datetime, datetime]]:
    """Give the open spans from `since` on: in order, disjoint, none that touches the next."""
    first = since.astimezone(zone(hours.zone)).date() - timedelta(days=1)
    held: tuple[datetime, datetime] | None = None
    for start, end in spans(hours, first, days + 1):
        if end <= since:
            continue
        begin = max(start, since)
        if held is None:
            held = begin, end
        elif begin <= held[1]:
            held = held[0], max(held[1], end)
        else:
            yield held
            held = begin, end
    if held is not None:
        yield held


def add(hours: Hours, at: datetime, duration: timedelta) -> datetime:
    """Return the moment at which `duration` of open time has passed since `at`.

    A duration that ends with a span is due at the end of that span, not at the next opening; none at all is due when
    it is open next. Raises `Invalid` when these hours do not hold so much within `HORIZON` days.
    """
    if always(hours):
        return at + duration
    left = duration
    for start, end in open_spans(hours, at):
        if left <= end - start:
            return start + left
        left -= end - start
    raise Invalid("These hours never hold that much time", path="$.week", hint="Open more hours, or ask for less time.")


def between(hours: Hours, start: datetime, end: datetime) -> timedelta:
    """Return how much open time lies between the two; none when `end` is not after `start`."""
    if end <= start:
        return NONE
    if always(hours):
        return end - start
    days = (end - start).days + 2
    return sum((min(stop, end) - begin for begin, stop in open_spans(hours, start, days) if begin < end), NONE)


def check_opens(hours: Hours, at: datetime, path: str = "$.holidays") -> None:
    """Return quietly when these hours open at all; raises `Invalid` that names the field that keeps them shut."""
    if next_opening(hours, at) is None:
        raise Invalid("These hours never open", path=path, hint="Open some hours that no holiday takes away again.")
