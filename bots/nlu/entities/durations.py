"""Lengths of time: 两个半小时 is `PT2H30M`, `three days` is `P3D` (ISO 8601), and moments that far from now. Pure.

A year counts 12 months and half a month 15 days; half a day is 12 hours.
"""

import re
from collections.abc import Iterator
from datetime import date, datetime, timedelta

from msgspec import Struct

from bots.nlu.entities import calendar
from bots.nlu.entities.numerals import ONES, SMALL, TENS, small
from bots.nlu.entities.triggers import Trigger

UNITS = {
    "秒": "S", "秒钟": "S", "分钟": "M", "分": "M", "小时": "H", "钟头": "H", "天": "D", "日": "D",
    "晚": "D", "周": "W",
    "星期": "W",
    "礼拜": "W", "月": "m", "年": "Y",
    "second": "S", "sec": "S", "minute": "M", "min": "M", "hour": "H", "hr": "H", "day": "D", "night": "D",
    "week": "W", "month": "m", "year": "Y",
    "fortnight": "2W",
}  # fmt: skip
TRIGGER = Trigger("秒钟天周月年日", "小时|星期|礼拜|second|sec|min|hour|hr|day|night|week|month|year|fortnight")
_SPELT = "|".join(sorted((*ONES, *TENS, "a", "an", "half an", "half a", "a couple of", "a few"), key=len, reverse=True))
_HAN = re.compile(
    rf"(?<![\d.第:年月个初])(?:(?P<half>半)(?:个)?|(?P<count>\d+(?:\.5)?|{SMALL})(?P<more>个半|个多|多"
    rf"|个|整)?)(?P<unit>秒钟?|分钟|小时|钟头|天|周(?![一二三四五六日天末年])|星期(?![一二三四五六日天])"
    rf"|礼拜(?![一二三四五六日天])|月|年|日(?=[之以]?后))(?P<tail>半)?"
)
_EN = re.compile(
    rf"(?<![\w.])(?P<count>\d+(?:\.5)?|{_SPELT})(?:\s|-)?(?P<half>and a half\s)?(?P<unit>seconds?"
    rf"|secs?|minutes?|mins?|hours?|hrs?|days?|nights?|weeks?|months?|years?|fortnights?)\b(?P<tail>\s+and\s+a\s+half)?"
)
_LONGEST = 10_000


class Length(Struct, frozen=True, kw_only=True):
    """A length of time at folded code points [start, end), in months, days and seconds."""

    start: int
    end: int
    months: int = 0
    days: int = 0
    seconds: int = 0
    weeks: bool = False

    def iso(self) -> str:
        """Return ISO 8601, in the units that it was said in as far as they are whole."""
        if self.weeks and not self.seconds and not self.months and self.days % 7 == 0:
            return f"P{self.days // 7}W"
        years, months = divmod(self.months, 12)
        hours, rest = divmod(self.seconds, 3600)
        minutes, seconds = divmod(rest, 60)
        days = "".join(f"{count}{unit}" for count, unit in ((years, "Y"), (months, "M"), (self.days, "D")) if count)
        clock = "".join(f"{count}{unit}" for count, unit in ((hours, "H"), (minutes, "M"), (seconds, "S")) if count)
        return f"P{days}T{clock}" if clock else f"P{days or '0D'}"

    def from_(self, day: date, sign: int) -> date:
        """Return the day so far from another. Raises ValueError or OverflowError outside the calendar."""
        return calendar.months_away(day, sign * self.months) + timedelta(days=sign * self.days)

    def moment(self, now: datetime, sign: int) -> datetime:
        """Return the moment so far from now."""
        return now.replace(second=0, microsecond=0) + sign * timedelta(days=self.days, seconds=self.seconds)


def lengths(text: str) -> list[Length]:
    """Return the lengths of time in a folded text, those that follow one another (1小时20分钟) put together."""
    found = sorted([*_chinese(text), *_english(text)], key=lambda one: one.start)
    joined: list[Length] = []
    for one in found:
        before = joined[-1] if joined else None
        if before and one.start < before.end:
            continue
        if before and re.fullmatch(r"零?|\s?(?:and|,)?\s", text[before.end : one.start]) and _finer(before, one):
            joined[-1] = _sum(before, one)
        else:
            joined.append(one)
    return joined


def _finer(first: Length, second: Length) -> bool:
    return (first.months, first.days, first.seconds) > (second.months, second.days, second.seconds)


def _sum(first: Length, second: Length) -> Length:
    return Length(
        start=first.start, end=second.end, months=first.months + second.months, days=first.days + second.days,
        seconds=first.seconds + second.seconds,
    )  # fmt: skip


def _chinese(text: str) -> Iterator[Length]:
    for match in _HAN.finditer(text):
        unit = UNITS[match["unit"]]
        more = match["more"] or ""
        if unit == "m" and not match["half"] and "个" not in more:
            continue  # 三月 is March
        if unit == "Y" and len(match["count"] or "") == 4:
            continue  # 2026年
        halves = (1 if match["half"] else 0) + (1 if match["tail"] or more == "个半" else 0)
        count = match["count"] or "0"
        half, whole = (1, count[:-2]) if count.endswith(".5") else (0, count)
        number = small(whole) if whole else 0
        if number is not None and number <= _LONGEST:
            yield _length(match.span(), number, halves + half, unit)


def _english(text: str) -> Iterator[Length]:
    for match in _EN.finditer(text):
        said = match["count"]
        unit = UNITS[match["unit"] if match["unit"] in UNITS else match["unit"].removesuffix("s")]
        half = 1 if match["half"] or match["tail"] or said.startswith("half") or said.endswith(".5") else 0
        if said[0].isdecimal():
            number = int(said.removesuffix(".5"))
        else:
            number = (
                0
                if said.startswith("half")
                else {"a couple of": 2, "a few": 3}.get(said, ONES.get(said, TENS.get(said, 1)))
            )
        if number > _LONGEST:
            continue
        if unit == "2W":
            number, unit = 2 * number, "W"
        yield _length(match.span(), number, half, unit)


_SECONDS = {"S": 1, "M": 60, "H": 3600}


def _length(span: tuple[int, int], number: int, halves: int, unit: str) -> Length:
    start, end = span
    if unit in _SECONDS:
        size = _SECONDS[unit]
        return Length(start=start, end=end, seconds=number * size + halves * size // 2)
    if unit in ("D", "W"):
        days = 7 if unit == "W" else 1
        return Length(
            start=start,
            end=end,
            days=number * days + (3 if unit == "W" else 0) * halves,
            seconds=43200 * halves,
            weeks=unit == "W",
        )
    if unit == "m":
        return Length(start=start, end=end, months=number, days=15 * halves)
    return Length(start=start, end=end, months=12 * number + 6 * halves)
