"""Times of day: 下午三点半, 晚上12点, 15:30, half past nine, 3 pm, and parts of a day (上午, evening). Pure; tables.

Documented choices: an hour from 1 to 6 without a part of the day is in the afternoon, 7 to 12 as said; 晚上12点
is the midnight that ends that day; 晚上 and `night` 1 to 4 are of the next day.
一点 alone means `a little`, never one o'clock;
三四点 is read as the earlier hour.
"""

import re
from collections.abc import Iterator
from datetime import datetime, time, timedelta

from msgspec import Struct, structs

from bots.nlu.entities.numerals import ONES, SMALL, small
from bots.nlu.entities.triggers import Trigger

PARTS = {
    "凌晨": (0, 6), "清晨": (5, 8), "早上": (6, 9), "早晨": (6, 9), "大早": (6, 9), "上午": (6, 12), "中午": (11, 13),
    "正午": (12, 13), "下午": (12, 18), "午后": (12, 18), "傍晚": (17, 19), "晚上": (18, 24), "晚间": (18, 24),
    "夜里": (18, 24),
    "夜间": (18, 24), "半夜": (0, 6), "深夜": (22, 24), "早": (6, 9), "晨": (6, 9), "晚": (18, 24), "夜": (18, 24),
    "一早": (6, 9),
    "morning": (6, 12), "afternoon": (12, 18), "evening": (18, 24), "night": (18, 24),
}  # fmt: skip
"""From and to, in hours."""
TRIGGER = Trigger(
    "点时:晚早晨夜午",
    "凌晨|傍晚|am|pm|a.m|p.m|o'clock|oclock|past |quarter|noon|midday|midnight|morning|evening|night|at | to ",
)
_PART = "|".join(sorted((word for word in PARTS if not word.isascii()), key=len, reverse=True))
_LONG_PART = "|".join(word for word in _PART.split("|") if len(word) > 1)
_WORD = re.compile(
    rf"(?<![差])(?:{_LONG_PART})(?!好)|(?<=[昨今明前后])[早晚晨夜](?!报|餐|饭)"
    rf"|(?<=[周一二三四五六日天末号])[早晚](?!餐|饭|点到|于|就)"
)
_HOUR = r"(?P<hour>2[0-4]|1\d|0?\d|[零〇一二两三四五六七八九]|二?十[一二三四五六七八九]?)"
_HAN = re.compile(
    rf"(?:(?P<part>{_PART})的?\s?)?(?:差(?P<short>{SMALL}|一刻)分?钟?(?:到)?)?(?<![\d.第])(?<![百千])(?P<about>[一二两三四五六七八九](?=[二三四五六七八九十]点))?{_HOUR}\s?"
    rf"(?:(?P<mark>点钟?|时(?![候间代刻差而])|[:](?P<digits>[0-5]\d)(?::(?P<seconds>[0-5]\d))?(?!\d)"
    rf"|(?=[到至~-]{_HOUR.replace('hour', 'next')}[点]))"
    rf"(?P<rest>半|整|[一三]刻|过?{SMALL}分|[零〇][一二三四五六七八九]|[0-5]\d(?!\d)分?"
    rf"|[一二三四五]?十[一二三四五六七八九]?(?![个块元天点])分?)?)"
)
_THINGS = re.compile(
    r"[个条]?(?:意见|建议|要求|问题|原因|说明|理由|疑问|想法|好处|内容|钱|儿|也|都|不|没|击|名|赞|评|开|头)"
)
_EN = re.compile(
    r"(?<![\w.:/$£€])(?:(?P<hour>\d{1,2})(?:[:.](?P<minute>[0-5]\d))?(?::[0-5]\d)?\s?(?P<half>[ap])\.?m\b\.?"
    r"|(?P<clock>\w+)\s?o'?clock"
    r"|(?P<past>half|(?:a )?quarter|(?:(?<=at )|(?<=it's )|(?<=is ))\d{1,2}|\d{1,2}(?= minutes?)"
    r"|five|ten|twenty|twenty[ -]five)(?: minutes?)? (?P<side>past"
    r"|to|after) (?P<of>\d{1,2}|[a-z]+)\b(?!\s[a-z]+s\b)(?:\s?(?P<end>[ap])\.?m\b\.?)?"
    r"|(?P<name>noon|midday|midnight)"
    r"|(?<=at )(?:about |around )?(?P<bare>\d{1,2}|one|two|three|four|five|six"
    r"|seven|eight|nine|ten|eleven|twelve)(?: thirty(?P<thirty>))?(?![\w:.,/%$-]"
    r"|\s?(?:percent|dollars|yuan|[a-z]+ street))"
    r"|(?P<said>\d{1,2})(?= this (?:morning|afternoon|evening)\b| (?:tonight|last night)\b"
    r"| (?:tomorrow|yesterday) (?:mor|aft|eve))"
    r"|(?P<from>\d{1,2})(?=\s?(?:-|to|–|and|until|till)\s?(?P<to>\d{1,2})\s?(?P<shared>[ap])\.?m\b))"
)
_EN_PART = re.compile(
    r"\b(?:in the |at |(?<=to))?(?P<part>morning|afternoon|evening|(?<!good )night)\b|(?<=\bto)(?P<tonight>night)\b"
)
_GREETING = re.compile(r"good $|[上中下]$")


class Clocked(Struct, frozen=True, kw_only=True):
    """A time of day at [start, end): minutes since midnight, or with `until` a part of the day.

    `open`: an hour from 1 to 12 that nothing says the half of; the other end of a range or a part may.
    """

    start: int
    end: int
    minutes: int
    until: int | None = None
    grain: str = "minute"
    open: bool = False
    part: str = ""

    def on(self, day: datetime) -> datetime:
        """Return the moment on a day (its midnight, aware)."""
        return datetime.combine(day.date(), time(), day.tzinfo) + timedelta(minutes=self.minutes)


def clocked(text: str) -> list[Clocked]:
    """Return the times of day in a folded text."""
    found = sorted([*_chinese(text), *_english(text), *_parts(text)], key=lambda one: (one.start, -one.end))
    kept: list[Clocked] = []
    for one in found:
        if not kept or one.start >= kept[-1].end:
            kept.append(one)
    return _said_behind(text, kept)


def _said_behind(text: str, found: list[Clocked]) -> list[Clocked]:
    """Give an hour the part of the day that follows or precedes it (`at 8 in the evening`)."""
    kept: list[Clocked] = []
    for one in found:
        before = kept[-1] if kept else None
        gap = text[before.end : one.start] if before else "!"
        if before and re.fullmatch(r"[\s,]*(?:in the|at|around|about|大概|大约|差不多|的)?[\s,]*", gap):
            if one.until is not None and before.until is None:
                kept[-1] = structs.replace(within(before, one.part), end=one.end)
                continue
            if before.until is not None and one.until is None:
                kept[-1] = structs.replace(within(one, before.part), start=before.start)
                continue
        kept.append(one)
    return kept


def within(one: Clocked, part: str) -> Clocked:
    """Give an hour whose half of the day was open the part of the day."""
    if not one.open:
        return one
    hour, minute = divmod(one.minutes, 60)
    hour = hour - 12 if 13 <= hour <= 18 else hour
    return structs.replace(one, minutes=60 * _hour(hour, part) + minute, open=False, part=part)


def _hour(hour: int, part: str) -> int:
    """Return the hour of the day for one on the dial in a part of the day."""
    start, end = PARTS[part]
    if hour > 12 or (end <= 12 and part not in ("中午", "凌晨", "半夜", "morning")):
        return hour
    if part in ("凌晨", "半夜", "morning"):
        late = part == "半夜" and hour >= 10
        return (0 if not late else 24) if hour == 12 and part != "morning" else hour + (12 if late else 0)
    if hour == 12:
        return 24 if start >= 18 else 12
    if part == "中午":
        return hour if hour >= 10 else hour + 12
    return hour + 24 if start >= 18 and hour <= 4 else hour + 12


def _plain(hour: int) -> int:
    return hour + 12 if 1 <= hour <= 6 else hour


def _chinese(text: str) -> Iterator[Clocked]:
    for match in _HAN.finditer(text):
        hour, part = small(match["about"] or match["hour"]) or 0, match["part"] or ""
        minute = _minute(match)
        if minute is None or _little(text, match, part):
            continue
        digital = bool(match["digits"])
        openly = not part and 1 <= hour <= 12 and not (digital and match["hour"].startswith("0"))
        at = _hour(hour, part) if part else hour if digital else _plain(hour)
        at, minute = (at - 1, 60 - _short(match["short"])) if match["short"] else (at, minute)
        grain = "hour" if not match["rest"] and not digital and not match["short"] else "minute"
        yield Clocked(
            start=match.start(),
            end=match.end(),
            minutes=60 * at + minute,
            grain=grain,
            open=openly,
            part=part,
        )


def _short(text: str) -> int:
    return 15 if text == "一刻" else small(text) or 0


def _minute(match: re.Match[str]) -> int | None:
    if match["digits"]:
        return int(match["digits"])
    rest = match["rest"]
    if rest is None or rest == "整":
        return 0
    if rest == "半":
        return 30
    if rest.endswith("刻"):
        return 15 if rest[0] == "一" else 45
    minute = small(rest.strip("过分"))
    return minute if minute is not None and minute < 60 else None


def _little(text: str, match: re.Match[str], part: str) -> bool:
    """Say whether 点 stands for a little, a point of a list or a decimal, or 时 for something else."""
    if part or match["short"] or match["digits"]:
        return False
    mark, rest = match["mark"] or "", match["rest"]
    before = text[: match.start()][-1:]
    if mark == "点" and match["hour"] == "一" and not rest:
        return not (before and before in "天日号一二三四五六末" and before != "一")
    if mark == "点" and not rest:
        return bool(_THINGS.match(text, match.end())) or (before == "有" and match["hour"] == "一")
    return (mark == "时" and before in "小几") or (
        mark == "点" and rest is not None and rest[0] in "零〇" and before == "第"
    )


def _english(text: str) -> Iterator[Clocked]:
    for match in _EN.finditer(text):
        told = _said(match)
        if told is not None:
            minutes, openly = told
            exact = minutes % 60 or match["minute"] or match["past"]
            yield Clocked(
                start=match.start(), end=match.end(), minutes=minutes, grain="minute" if exact else "hour", open=openly
            )


def _said(match: re.Match[str]) -> tuple[int, bool] | None:
    """Return minutes since midnight, and whether the half of the day was left open."""
    if match["name"]:
        return (24 * 60 if match["name"] == "midnight" else 12 * 60), False
    if match["hour"]:
        return _halved(int(match["hour"]), int(match["minute"] or 0), match["half"])
    if match["from"]:
        start, end = int(match["from"]), int(match["to"])
        half = match["shared"] if start <= end % 12 or match["shared"] == "a" else "a"
        return _halved(start, 0, half)
    hour = _dial(match["clock"] or match["of"] or match["bare"] or match["said"])
    if hour is None:
        return None
    minute = 30 if match["thirty"] is not None else _past(match) if match["past"] else 0
    if match["end"]:
        there = _halved(hour, 0, match["end"])
        return (there[0] + minute, False) if there else None
    return 60 * _plain(hour) + minute, True


def _past(match: re.Match[str]) -> int:
    told = match["past"].replace("-", " ").removeprefix("a ")
    minutes = {"half": 30, "quarter": 15, "twenty": 20, "twenty five": 25}.get(told)
    if minutes is None:
        minutes = int(told) if told.isdecimal() else ONES.get(told, 0)
    return -minutes if match["side"] == "to" else minutes


def _halved(hour: int, minute: int, half: str) -> tuple[int, bool] | None:
    if not 1 <= hour <= 12:
        return None
    return 60 * (hour % 12 + (12 if half == "p" else 0)) + minute, False


def _dial(text: str) -> int | None:
    hour = int(text) if text.isdecimal() else ONES.get(text)
    return hour if hour is not None and 1 <= hour <= 12 else None


def _parts(text: str) -> Iterator[Clocked]:
    for match in _WORD.finditer(text):
        yield _part(match.span(), match[0])
    for match in _EN_PART.finditer(text):
        if not _GREETING.search(text[: match.start()]):
            yield _part(match.span(), match["part"] or match["tonight"])


def _part(span: tuple[int, int], word: str) -> Clocked:
    start, end = PARTS[word]
    return Clocked(start=span[0], end=span[1], minutes=60 * start, until=60 * end, grain="part", part=word)
