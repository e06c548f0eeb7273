"""Dates, times and durations of a sentence, as ISO 8601 in the bot's time zone. Pure.

A day and a time of day that stand together are one moment. Where a bot asks for both `date` and `time`, each piece is
an entity of its own (明天 | 下午三点半), and the time carries the whole moment; where it asks for `time` alone, one
entity spans both. Two ends (昨晚8点到10点) are `{"from": ..., "to": ...}`. A time without a day is today's.
"""

import re
from collections.abc import Iterator
from datetime import datetime, timedelta

from msgspec import Struct

from bots.nlu.entities import clock, dates, dates_english, durations
from bots.nlu.entities.clock import Clocked
from bots.nlu.entities.dates import Calendar, Dated
from bots.nlu.entities.durations import Length
from bots.nlu.entities.hits import Hit, Setting
from bots.nlu.entities.triggers import Trigger

DATE_TRIGGER = Trigger(
    "天日号月年周昨今明初节/",
    "星期|礼拜|前晚|后晚|国庆|春节|过年|元旦|除夕|中秋|端午|清明|元宵|圣诞|五一|双十|平安夜|跨年|十一|day|tonight|tomorrow|"
    "tomm|tomo|tmr|tmrw|mon|tue|wed|thu|fri|sat|sun|week|month|year|jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec|"
    "xmas|christmas|halloween|festival|ago|night|morning|evening|afternoon|1st|2nd|3rd|0th|1th|2th|3th|4th|5th|6th|7th|8th|9th|"
    "0-|1-|2-|3-|4-|5-|6-|7-|8-|9-|0.|1.|2.|3.|4.|5.|6.|7.|8.|9.",
)
TRIGGER = Trigger(
    "点时:晚早晨夜午天日号月年周昨今明初节/秒钟",
    "|".join((DATE_TRIGGER.words, clock.TRIGGER.words, durations.TRIGGER.words)),
)
_GAP = re.compile(
    r"[\s,的]*(?:(?:at|on|in the|in|around|about|by|from|before|after|between|大概|大约|差不多|是|从|\()\s*){0,2}[,\s]*"
)
_BACK = re.compile(r"[\s,]*(?:on|,|of)?\s*(?:the\s)?")
_TO = re.compile(r"\s?(?:到|至|-|~|—|–|to|until|till|through|and)\s?(?:了)?")
_AGAIN = re.compile(r"(?:每[天日晚]的?|\b(?:every|each) ?(?:day)?)(?: at)?\s?$")
"""What comes again and again is no moment."""
_LONGEST_GAP = 24


class Moment(Struct, frozen=True, kw_only=True):
    """A day, a time of day, or both."""

    day: Dated | None = None
    clock: Clocked | None = None

    @property
    def start(self) -> int:
        """Return where it begins."""
        return min(one.start for one in (self.day, self.clock) if one)

    @property
    def end(self) -> int:
        """Return where it ends."""
        return max(one.end for one in (self.day, self.clock) if one)


def find(text: str, setting: Setting) -> list[Hit]:
    """Return the dates, times and durations that are wanted."""
    lengths = durations.lengths(text) if durations.TRIGGER.holds(text) else []
    hits = list(_durations(text, lengths)) if "duration" in setting.wanted else []
    if not setting.wanted & {"date", "time"}:
        return hits
    at = Calendar(today=setting.now.date(), day_first=setting.day_first)
    days = dates.dated(text, at, _RULES, lengths) if DATE_TRIGGER.holds(text) else []
    clocks = clock.clocked(text) if "time" in setting.wanted and clock.TRIGGER.holds(text) else []
    clocks = [one for one in clocks if not _AGAIN.search(text, max(0, one.start - 16), one.start)]
    clocks = [one for one in clocks if not any(day.start < one.end and one.start < day.end for day in days)]
    hits += _ranges(text, _moments(text, days, clocks), at, setting)
    if "time" in setting.wanted:
        hits += _instants(text, lengths, setting)
    return hits


_RULES = (*dates.RULES, *dates_english.RULES)


def _durations(text: str, lengths: list[Length]) -> Iterator[Hit]:
    for length in lengths:
        if dates.away(text, length) is None:
            yield Hit(kind="duration", start=length.start, end=length.end, value=length.iso())


def _instants(text: str, lengths: list[Length], setting: Setting) -> Iterator[Hit]:
    for length in lengths:
        place = dates.away(text, length)
        if place is None or not length.seconds or length.months:
            continue
        try:
            there = length.moment(setting.now, place[2])
        except OverflowError:
            continue
        yield Hit(kind="time", start=place[0], end=place[1], value=there.isoformat(), info={"grain": "minute"})


def _moments(text: str, days: list[Dated], clocks: list[Clocked]) -> list[Moment]:
    """Put days and times together that stand together: the day first, or in English behind (3pm on Friday)."""
    free = list(clocks)
    found: list[Moment] = []
    for day in days:
        after = next((one for one in free if one.start >= day.end), None)
        before = next((one for one in reversed(free) if one.end <= day.start), None)
        if after and after.start - day.end <= _LONGEST_GAP and _GAP.fullmatch(text, day.end, after.start):
            free.remove(after)
            if (
                before
                and before.until is None
                and after.until is not None
                and _BACK.fullmatch(text, before.end, day.start)
            ):
                free.remove(before)
                after = clock.within(before, after.part)  # 7 this morning
            found.append(Moment(day=day, clock=after))
        elif before and day.start - before.end <= _LONGEST_GAP and _BACK.fullmatch(text, before.end, day.start):
            free.remove(before)
            found.append(Moment(day=day, clock=before))
        else:
            found.append(Moment(day=day))
    found.extend(Moment(clock=one) for one in free)
    return sorted(found, key=lambda one: one.start)


def _ranges(text: str, moments: list[Moment], at: Calendar, setting: Setting) -> Iterator[Hit]:
    place = 0
    while place < len(moments):
        first = moments[place]
        second = moments[place + 1] if place + 1 < len(moments) else None
        if second and _joined(text, first, second):
            hits = list(_between(text, first, second, at, setting))
            if hits:
                yield from hits
                place += 2
                continue
        yield from _single(first, setting)
        place += 1


def _joined(text: str, first: Moment, second: Moment) -> bool:
    gap = text[first.end : second.start]
    if not _TO.fullmatch(gap):
        return False
    return "and" not in gap or bool(re.search(r"between\s(?:the\s)?$", text[max(0, first.start - 12) : first.start]))


def _between(text: str, first: Moment, second: Moment, at: Calendar, setting: Setting) -> Iterator[Hit]:
    if first.clock and second.clock:
        yield from _clock_range(first, second, setting)
    elif first.day and second.day and not first.clock and not second.clock and "date" in setting.wanted:
        try:
            later = dates.again(second.day, text, at, first.day.days.first) if second.day.loose else second.day
        except ValueError:
            return
        start, end = first.day.days.first, later.days.last
        if end < start and (start - end).days < 7:
            end += timedelta(days=7)  # 周一至周五, said on a Tuesday
        if start < end:
            value = {"from": start.isoformat(), "to": end.isoformat()}
            yield Hit(kind="date", start=first.start, end=second.end, value=value, info={"grain": "day"})


def _clock_range(first: Moment, second: Moment, setting: Setting) -> Iterator[Hit]:
    """Return the day and the two ends; the later end takes the part of the day of the first, and is never before it."""
    if first.clock is None or second.clock is None:
        return
    one, two = first.clock, second.clock
    shared = second.day is not None and first.day is None and second.day.start >= two.end
    start = one.on(_midnight(second if shared else first, setting))
    end = two.on(_midnight(second if second.day else first, setting))
    if two.until is not None:
        end = end + timedelta(minutes=two.until - two.minutes)
    if two.open and not second.day:
        dial = two.minutes % 720
        end = end + timedelta(minutes=dial - two.minutes)
        while end <= start:
            end += timedelta(hours=12)
    elif end <= start and not second.day:
        end += timedelta(days=1)
    if end <= start:
        return
    if first.day and "date" in setting.wanted:
        yield _day_hit(first.day)
    begin = one.start if first.day and "date" in setting.wanted else first.start
    value = {"from": start.isoformat(), "to": end.isoformat()}
    yield Hit(kind="time", start=begin, end=second.end, value=value, info={"grain": _coarser(one, two)})


def _coarser(one: Clocked, two: Clocked) -> str:
    return "minute" if "minute" in (one.grain, two.grain) else "hour"


def _single(moment: Moment, setting: Setting) -> Iterator[Hit]:
    apart = "date" in setting.wanted
    if moment.day and apart:
        yield _day_hit(moment.day)
    if moment.clock is None:
        return
    start = moment.clock.on(_midnight(moment, setting))
    value: str | dict[str, str] = start.isoformat()
    if moment.clock.until is not None:
        end = start + timedelta(minutes=moment.clock.until - moment.clock.minutes)
        value = {"from": start.isoformat(), "to": end.isoformat()}
    span = moment.clock if apart else moment
    yield Hit(kind="time", start=span.start, end=span.end, value=value, info={"grain": moment.clock.grain})


def _day_hit(day: Dated) -> Hit:
    return Hit(kind="date", start=day.start, end=day.end, value=day.days.value(), info={"grain": day.days.grain})


def _midnight(moment: Moment, setting: Setting) -> datetime:
    now = setting.now.replace(hour=0, minute=0, second=0, microsecond=0)
    if moment.day is None:
        return now
    first = moment.day.days.first
    return now.replace(year=first.year, month=first.month, day=first.day)
