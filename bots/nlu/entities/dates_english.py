"""Days as English says them: next Tuesday, the 5th of March, in three weeks' time, this weekend. Pure; a table."""

import re
from datetime import date, timedelta

from bots.nlu.entities import calendar
from bots.nlu.entities.calendar import Days
from bots.nlu.entities.dates import Calendar, Rule

WEEKDAYS = {name: place for place, name in enumerate(["mon", "tue", "wed", "thu", "fri", "sat", "sun"])}
MONTHS = {
    name: place
    for place, name in enumerate(
        ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"], start=1
    )
}
_SIDES = {
    "last": -1,
    "previous": -1,
    "this": 0,
    "the current": 0,
    "next": 1,
    "coming": None,
    "the coming": None,
    "this coming": None,
}
_SIDE = r"(?P<side>last|previous|this coming|the coming|this|next|coming)"
_WEEKDAY = (
    r"(?P<weekday>mon(?:day)?|tue(?:s(?:day)?)?|wed(?:nesday)?|thu(?:r(?:s(?:day)?)?)?"
    r"|fri(?:day)?|sat(?:urday|(?=[.,!?]|$|\s(?:at\s)?\d|\s(?:morning|afternoon"
    r"|evening)))|(?<!the )sun(?:day|(?=[.,!?]|$|\s(?:at\s)?\d|\s(?:morning|afternoon"
    r"|evening))))\b"
)
_FULL = (
    r"jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?"
    r"|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?"
)
_MONTH = rf"(?P<month>{_FULL})\b\.?"
_DAY = r"(?P<day>3[01]|[12]\d|0?[1-9])(?:st|nd|rd|th)?\b"
_YEAR = r"(?:,?\s+(?P<year>(?:19|20)\d\d)\b)?"
_UNTIL = r"(?:\s?(?:-|–|to)\s?(?P<until>3[01]|[12]\d|[1-9])(?:st|nd|rd|th)?(?![\w:]))?"
_AWAY = {
    "today": 0, "to": 0, "tomorrow": 1, "tmrw": 1, "tmr": 1, "tomorow": 1, "tommorow": 1, "tommorrow": 1,
    "yesterday": -1,
    "the day after tomorrow": 2, "day after tomorrow": 2, "the day before yesterday": -2, "day before yesterday": -2,
    "this": 0, "last": -1,
}  # fmt: skip


def _weekday(match: re.Match[str], at: Calendar) -> Days:
    """Read a weekday; `this Friday` is the one to come, `last Friday` the one gone by, `next` of the next week."""
    number, side = WEEKDAYS[match["weekday"][:3]], match["side"]
    if side == "next":
        return calendar.weekday(at.today, number, 1)
    if side in ("last", "previous"):
        return calendar.day(at.today - timedelta(days=(at.today.weekday() - number - 1) % 7 + 1))
    return calendar.weekday(at.today, number, None)


def _of_week(match: re.Match[str], at: Calendar) -> Days:
    return calendar.weekday(at.today, WEEKDAYS[match["weekday"][:3]], _SIDES[match["side"]] or 0)


def _period(match: re.Match[str], at: Calendar) -> Days:
    away = _SIDES[match["side"]] or 0
    if match["what"] == "week":
        return calendar.week(at.today, away)
    if match["what"] == "weekend":
        return calendar.weekend(at.today, away)
    if match["what"] == "month":
        return calendar.month(at.today.year, at.today.month + away)
    return calendar.year(at.today.year + away)


def _month_day(match: re.Match[str], at: Calendar) -> Days:
    month, day = MONTHS[match["month"][:3]], int(match["day"])
    if match["year"]:
        found = calendar.day(date(int(match["year"]), month, day))
    else:
        found = calendar.nearest(at.today, month, day)
    return calendar.until(found, int(match["until"])) if match["until"] else found


def _month(match: re.Match[str], at: Calendar) -> Days:
    month = MONTHS[match["month"][:3]]
    return calendar.month(int(match["year"]), month) if match["year"] else calendar.nearest_month(at.today, month)


def _edge(match: re.Match[str], at: Calendar) -> Days:
    there = calendar.month(at.today.year, at.today.month + (1 if match["next"] else 0))
    if match["edge"] == "end":
        return calendar.day(there.last)
    first = there.first.replace(day=11 if match["edge"] == "middle" else 1)
    return Days(first=first, last=first + timedelta(days=9))


RULES: tuple[Rule, ...] = (
    (
        re.compile(
            r"\b(?:today|tomorrow|tmrw?|tomorow|tomm?orr?ow|yesterday|(?:the )?day (?:after tomorrow"
            r"|before yesterday)|to(?=night\b)|this(?= (?:morning|afternoon|evening)\b)"
            r"|last(?= night\b))"),
        lambda match, at: calendar.day(at.today + timedelta(days=_AWAY[match[0]])),
    ),
    (re.compile(rf"\b(?:{_SIDE} )?(?<!ing)(?<!the sun )(?<!\w){_WEEKDAY}"), _weekday),
    (re.compile(rf"\b{_WEEKDAY} (?:of )?{_SIDE} week\b"), _of_week),
    (re.compile(rf"\b{_SIDE} (?P<what>weekend|week|month|year)\b"), _period),
    (re.compile(r"\b(?:the|at the|over the) weekend\b"), lambda match, at: calendar.weekend(at.today, 0)),
    (re.compile(rf"\b{_MONTH}\s*(?:the )?{_DAY}(?!:){_UNTIL}{_YEAR}"), _month_day),
    (re.compile(rf"(?<![\w.:/-])(?:the )?{_DAY}{_UNTIL}(?: of)?[\s-]+{_MONTH}{_YEAR}"), _month_day),
    (re.compile(
        rf"\b(?:(?:in|of|since|until|for|this|last|next) )(?P<month>{_FULL})\b(?:\s+(?P<year>(?:19"
        rf"|20)\d\d)\b)?"), _month),
    (re.compile(
        r"\b(?P<month>january|february|april|june|july|august|september|october|november"
        r"|december)\b(?:\s+(?P<year>(?:19|20)\d\d)\b)?"), _month),
    (re.compile(
        r"\bthe (?P<day>3[01]|[12]\d|[4-9](?=th)|1(?=st)|2(?=nd)|3(?=rd))(?:st"
        r"|nd|rd|th)\b(?! (?:floor|time|one|street|avenue|of|order|attempt))"),
        lambda match, at: calendar.upcoming(at.today, int(match["day"]))),
    (re.compile(r"\b(?:the )?(?P<edge>end|beginning|middle) of (?:the|this|(?P<next>next)) month\b"), _edge),
)  # fmt: skip
"""Pattern and meaning, as in `dates.py`."""
