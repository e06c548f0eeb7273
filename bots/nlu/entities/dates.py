"""Days as Chinese and figures say them: 大后天, 下周五, 12月5号, 月底, 三天后, 5/12/2026. Pure; a table of patterns.

No dates: a house number (科技园路1号, 3号楼), a metro line, and what comes again and again (每周一).
"""

import re
from collections.abc import Callable, Iterator
from datetime import date, timedelta

from msgspec import Struct, structs

from bots.nlu.entities import calendar
from bots.nlu.entities.calendar import Days
from bots.nlu.entities.durations import Length
from bots.nlu.entities.numerals import DIGITS, small


class Dated(Struct, frozen=True, kw_only=True):
    """Folded code points [start, end) name these days. `part` is a part of the day that was said with it (tonight)."""

    start: int
    end: int
    days: Days
    loose: bool = False
    """Only a number of a day, whose month the other end of a range may give."""


class Calendar(Struct, frozen=True, kw_only=True):
    """What a pattern's meaning depends on."""

    today: date
    day_first: bool = False


Rule = tuple[re.Pattern[str], Callable[[re.Match[str], Calendar], Days]]

_AWAY = {
    "大前天": -3, "前天": -2, "前日": -2, "前": -2, "昨天": -1, "昨日": -1, "昨": -1, "今天": 0, "今日": 0, "今": 0,
    "当天": 0,
    "明天": 1, "明日": 1, "明": 1, "后天": 2, "后": 2, "大后天": 3,
}  # fmt: skip
_WEEKS = {"上上": -2, "上": -1, "这": 0, "本": 0, "下": 1, "下下": 2}
_MONTHS = {"上上": -2, "上": -1, "这": 0, "本": 0, "当": 0, "下": 1, "下下": 2}
_YEARS = {"前年": -2, "去年": -1, "今年": 0, "明年": 1, "后年": 2}
_WEEKDAYS = {**{char: place for place, char in enumerate("一二三四五六")}, "日": 6, "天": 6, "7": 6} | {
    str(n): n - 1 for n in range(1, 7)
}
_HOLIDAYS = (
    "|".join(sorted((*calendar.FIXED, *calendar.MOON, *calendar.SAME), key=len, reverse=True))
    .replace("五一", "五一(?![一二三四五六七八九十百千号])(?=节|假|期间|长假|那天|前|后|放|$|\\W)")
    .replace("元宵", "元宵节?")
)
_MONTH = r"(?P<month>1[0-2]|0?[1-9]|十[一二]?|[一二三四五六七八九])"
_DAY = r"(?P<day>3[01]|[12]\d|0?[1-9]|三十一?|二?十[一二三四五六七八九]?|廿[一二三四五六七八九]?|[一二三四五六七八九])"
_LATER = _DAY.replace("(?P<day>", "(?:")
_YEAR = r"(?P<year>(?:19|20)\d\d|[一二][〇零九]\w\w)"
_DOOR = r"(?!\s?(?:楼|线|店|机|门|院|桥|仓|厅|单元|室|码|柜|窗|车|井|表|房|电|选手|公馆|文件|栋|幢|-|铺|库|厂|工))"


def _number(text: str) -> int:
    return small(text) or 0


def _year_number(text: str) -> int:
    return int(text) if text.isdecimal() else int("".join(str(DIGITS[char]) for char in text))


def _full(match: re.Match[str], at: Calendar) -> Days:
    year = _year_number(match["year"])
    return calendar.day(date(year, _number(match["month"]), _number(match["day"])))


def _spoken_year(match: re.Match[str], at: Calendar) -> Days:
    year = at.today.year + _YEARS[match["years"]]
    if match["ending"]:
        return _ending(year)
    if not match["month"]:
        return calendar.year(year)
    if not match["day"]:
        return calendar.month(year, _number(match["month"]))
    return calendar.day(date(year, _number(match["month"]), _number(match["day"])))


def _ending(year: int) -> Days:
    return calendar.day(date(year, 12, 31))


def _year_month(match: re.Match[str], at: Calendar) -> Days:
    return calendar.month(_year_number(match["year"]), _number(match["month"]))


def _month_day(match: re.Match[str], at: Calendar) -> Days:
    return _through(calendar.nearest(at.today, _number(match["month"]), _number(match["day"])), match)


def _through(found: Days, match: re.Match[str]) -> Days:
    return calendar.until(found, _number(match["until"])) if match["until"] else found


def _slashed(match: re.Match[str], at: Calendar) -> Days:
    first, second = int(match["first"]), int(match["second"])
    day, month = (first, second) if (at.day_first and second <= 12) or first > 12 else (second, first)
    if not match["year"]:
        return calendar.nearest(at.today, month, day)
    year = int(match["year"])
    return calendar.day(date(year if year > 99 else 2000 + year, month, day))


def _named_month(match: re.Match[str], at: Calendar) -> Days:
    return calendar.nearest_month(at.today, _number(match["month"]))


def _in_month(match: re.Match[str], at: Calendar) -> Days:
    there = calendar.month(at.today.year, at.today.month + _MONTHS[match["months"] or "本"])
    if match["day"]:
        return calendar.day(there.first.replace(day=_number(match["day"])))
    part = match["part"]
    if part is None:
        return there
    if part in "底末":
        return calendar.day(there.last)
    first = there.first.replace(day=1 if part == "初" else 11)
    return Days(first=first, last=first + timedelta(days=9))


def _weeks(match: re.Match[str], at: Calendar) -> Days:
    weeks = _WEEKS[match["weeks"]] if match["weeks"] else None
    told = match["weekday"]
    if told is None:
        return calendar.week(at.today, weeks or 0)
    if told in ("末", "天末"):
        return calendar.weekend(at.today, weeks or 0)
    return calendar.weekday(at.today, _WEEKDAYS[told], weeks)


def _year_end(match: re.Match[str], at: Calendar) -> Days:
    return _ending(at.today.year)


RULES: tuple[Rule, ...] = (
    (
        re.compile(
            rf"(?<![\w一-龥]){_YEAR}\s?[-/.]\s?(?P<month>\d{{1,2}})\s?[-/.]\s?(?P<day>\d{{1,2}})(?!\d)(?!-\d)", re.ASCII
        ),
        _full,
    ),
    (re.compile(rf"(?<!\d){_YEAR}\s?[年/.-]\s?{_MONTH}\s?[月/.-]\s?{_DAY}(?!\d)\s?[日号]?"), _full),
    (
        re.compile(rf"(?P<years>{'|'.join(_YEARS)})(?:(?P<ending>年?底)|的?{_MONTH}月份?(?:{_DAY}[日号]?)?)?"),
        _spoken_year,
    ),
    (re.compile(rf"{_YEAR}\s?年\s?{_MONTH}\s?月份?"), _year_month),
    (re.compile(r"(?<!\d)(?P<year>(?:19|20)\d\d)\s?年"), lambda match, at: calendar.year(int(match["year"]))),
    (
        re.compile(
            rf"(?<![\d零一二三四五六七八九]){_MONTH}\s?月\s?{_DAY}(?:[-~到至](?P<until>{_LATER})(?=[日号]))?(?![\d点:时个])\s?[日号]?"
        ),
        _month_day,
    ),
    (
        re.compile(
            rf"(?<![\d./-]){_MONTH.replace('month', 'first')}[/](?P<second>\d{{1,2}})(?:/(?P<year>\d{{4}}"
            rf"|\d\d))?(?![\d/.])".replace("十[一二]?|[一二三四五六七八九]", r"\d\d?")
        ),
        _slashed,
    ),
    (re.compile(r"(?<![\d./-])(?P<first>\d{1,2})[-.](?P<second>\d{1,2})[-.](?P<year>\d{4})(?![\d/.-])"), _slashed),
    (re.compile(rf"(?<![\d零一二三四五六七八九个]){_MONTH}月份?(?!\s?\d)"), _named_month),
    (
        re.compile(rf"(?P<months>上上|上|这|本|当|下下|下)(?:个)?月份?的?(?:{_DAY}[日号]|(?P<part>[底末初中]))?"),
        _in_month,
    ),
    (
        re.compile(r"(?P<months>(?!))?(?P<day>(?!))?月(?P<part>[底末初中])(?!学)"),
        _in_month,
    ),
    (
        re.compile(
            r"(?<![每上])(?P<weeks>(?:这|本|下下|下)(?=个?[周星礼]))?个?(?:周|星期|礼拜)(?P<weekday>末"
            r"|[一二三四五六日天1-7](?!\d))"
        ),
        _weeks,
    ),
    (re.compile(r"(?P<weeks>上上|上)个?(?:周|星期|礼拜)(?P<weekday>末|[一二三四五六日天1-7](?!\d))?"), _weeks),
    (
        re.compile(r"(?P<weeks>这|本|下下|下)一?个?(?:周|星期|礼拜)(?P<weekday>(?!))?(?![一二三四五六日天末1-7])"),
        _weeks,
    ),
    (
        re.compile(r"大?[前后]天|[昨今明][天日]|当天|[昨今明](?=[早晚晨夜])(?!晚报)|(?<![以之])前(?=晚)|后(?=晚)"),
        lambda match, at: calendar.day(at.today + timedelta(days=_AWAY[match[0]])),
    ),
    (
        re.compile(
            rf"(?<![路街道巷弄里村栋楼第号型编账帐卡牌段组区月\d\w.-]){_DAY}(?:[-~到至](?P<until>{_LATER}))?[号日]{_DOOR}".replace(
                r"\d\w.-", r"\da-z.-"
            )
        ),
        lambda match, at: _through(calendar.upcoming(at.today, _number(match["day"])), match),
    ),
    (re.compile(r"年[底末]"), _year_end),
    (
        re.compile(rf"(?<![a-z])(?:{_HOLIDAYS})(?:节|假期|长假|当天)?(?![a-z])"),
        lambda match, at: calendar.holiday(at.today, _name(match[0])),
    ),
)
"""Pattern and meaning. Of those that match in one place, the longest counts."""


def _name(text: str) -> str:
    """Return a holiday's name without 节 and the like, unless that is part of it."""
    for name in (text, re.sub(r"(节|假期|长假|当天)$", "", text)):
        if name in calendar.FIXED or name in calendar.MOON or name in calendar.SAME:
            return name
    return text


_BEHIND = re.compile(r"(?:之|以)?(?P<side>[后前])(?![天面门台日])|\s(?P<ago>ago|from\s(?:now|today)|later|earlier)\b")
_AHEAD = re.compile(r"\b(?:in|within)\s(?:about\s)?$|再?过$")


def away(text: str, length: Length) -> tuple[int, int, int] | None:
    """Return where a length stands with its direction (三天后, in three days), and +1 or -1; None: a mere length."""
    behind = _BEHIND.match(text, length.end)
    if behind:
        sign = -1 if (behind["side"] or behind["ago"]) in ("前", "ago", "earlier") else 1
        return length.start, behind.end(), sign
    ahead = _AHEAD.search(text, max(0, length.start - 16), length.start)
    if ahead and (ahead[0][0] != "i" or not length.days % 1):
        return ahead.start(), length.end, 1
    return None


def dated(text: str, at: Calendar, rules: tuple[Rule, ...], lengths: list[Length]) -> list[Dated]:
    """Return the days named in a folded text; those that no calendar has are left out."""
    found = [*_offsets(text, at, lengths), *_matched(text, at, rules)]
    kept: list[Dated] = []
    for one in sorted(found, key=lambda one: (one.start, -one.end)):
        if not kept or one.start >= kept[-1].end:
            kept.append(one)
    return kept


def _offsets(text: str, at: Calendar, lengths: list[Length]) -> Iterator[Dated]:
    for length in lengths:
        place = away(text, length)
        if place is None or length.seconds:
            continue
        try:
            there = length.from_(at.today, place[2])
        except (ValueError, OverflowError):
            continue
        yield Dated(start=place[0], end=place[1], days=calendar.day(there))


def _matched(text: str, at: Calendar, rules: tuple[Rule, ...]) -> Iterator[Dated]:
    for pattern, meaning in rules:
        for match in pattern.finditer(text):
            if text[: match.start()].endswith(("每", "每个", "every ", "each ")):
                continue
            try:
                days = meaning(match, at)
            except (ValueError, OverflowError, KeyError):  # 2月30日, or a year that is none
                continue
            yield Dated(
                start=match.start(), end=match.end(), days=days, loose=bool(re.fullmatch(r"\w{1,3}[号日]", match[0]))
            )


def again(one: Dated, text: str, at: Calendar, first: date) -> Dated:
    """Read the later end of a range (12月5号到8号) from its beginning."""
    days = calendar.upcoming(first, _number(text[one.start : one.end - 1]))
    return structs.replace(one, days=days)
