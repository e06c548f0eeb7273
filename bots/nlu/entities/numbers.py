"""Numbers in a sentence: figures, Chinese and English words, per cent. Pure.

A value is an int where it is whole, else a float; 15 % is 0.15 with `{"unit": "percent"}`. One Chinese numeral alone is
a number only before a measure word or between marks, for 一 stands in hundreds of words (一下, 统一).
"""

import re
from collections.abc import Iterator
from decimal import Decimal

from bots.nlu.entities.hits import Hit, Setting
from bots.nlu.entities.numerals import CHINESE, GREAT, ONES, TENS, chinese, english, figures
from bots.nlu.entities.triggers import FIGURES, Trigger

_WORDS = "|".join(sorted((*ONES, *TENS, *GREAT, "hundred"), key=len, reverse=True))
TRIGGER = Trigger(FIGURES + CHINESE, "|".join((*ONES, *TENS, *GREAT, "hundred")))
ARABIC = r"(?<![\d.,:/])(?:\d{1,3}(?:,\d{3})+(?!\d)|\d+)(?:\.\d+)?(?![\d:/])"
_FIRST = "零〇一二三四五六七八九壹贰叁肆伍陆柒捌玖两十拾廿"
HAN = rf"[{_FIRST}][{CHINESE}]{{0,40}}(?:点[零〇一二三四五六七八九]{{1,20}})?"
_MEASURES = "个位人次台张件条只本瓶份户层栋间度吨米斤公辆箱包袋盒双套名块元角岁倍桶吨立方平千字页"
_FIGURE = re.compile(
    rf"(?P<percent>百分之)?(?P<minus>负|零下|(?<![\w)])-)?"
    rf"(?P<value>(?<![a-z]){ARABIC}(?![a-z])(?P<scale>[百千]?[万亿]+|\s?(?:{'|'.join(GREAT)})\b)?|{HAN})(?P<sign>\s?%)?"
)
_ENGLISH = re.compile(
    rf"(?<![a-z])(?:(?P<minus>minus|negative)\s)?(?:a\s(?=hundred|thousand|million|billion))?"
    rf"(?P<words>(?:{_WORDS})(?![a-z])(?:(?:\s+and\s+|\s*-\s*|\s+|,\s+)(?:{_WORDS}"
    rf"|point)(?![a-z]))*)(?P<sign>\s(?:percent|per cent))?"
)
_STOPS = re.compile(
    r"一(?=[点下样起直定些般切边旦律共向再时致体路方面旁度种带心会块同股])|(?<=[统唯同万单专不逐])一"
    r"|(?<=第)[一二三四五六七八九十百千]+"
    r"|十(?=[分足])|(?<=[周期拜])[一二三四五六]|四川|三亚|三明|九江|六安|二维"
    r"|二手|千万|百度|万能|十堰|七台河|三峡|八卦|一卡通|十字"
)
_NO_ONE = re.compile(
    r"\b(?:the|this|that|no|any|which|each|every|another|new|first|last|other|some|old|right|wrong)\s$"
)
_BIGGEST = Decimal(10) ** 18


def find(text: str, setting: Setting) -> list[Hit]:
    """Return the numbers of a folded text."""
    return [*_figures(text), *spoken(text)]


def _figures(text: str) -> Iterator[Hit]:
    stopped = {place for match in _STOPS.finditer(text) for place in range(*match.span())}
    for match in _FIGURE.finditer(text):
        start, end = match.span()
        told = match["value"]
        if match.start("value") in stopped or (told[0] not in "0123456789" and _idle(text, match)):
            continue
        scale = (match["scale"] or "").strip()
        value = chinese(told) if not told[0].isdecimal() else figures(told.removesuffix(match["scale"] or ""))
        if value is None:
            continue
        if scale:
            value = figures(f"1{scale}") * value if scale not in GREAT else value * GREAT[scale]  # type: ignore[operator]  # 1 and units is a number
        yield from _hit(start, end, value, minus=bool(match["minus"]), percent=bool(match["percent"] or match["sign"]))


def _idle(text: str, match: re.Match[str]) -> bool:
    """Say whether a Chinese numeral is only part of a word."""
    told = match["value"]
    if match["percent"] or match["minus"] or match["sign"]:
        return False
    if len(told) == 2 and "十" not in told and told[0] != "廿" and told[-1] in "零〇一二两三四五六七八九":
        return True
    if len(told) > 1:
        return False
    after, before = text[match.end() : match.end() + 1], text[: match.start()][-1:]
    return not (after and after in _MEASURES) and not (_mark(after) and (_mark(before) or before in "是要有选共买"))


def _mark(char: str) -> bool:
    return not char.isalnum()


def spoken(text: str) -> Iterator[Hit]:
    """Return the numbers that are English words."""
    for match in _ENGLISH.finditer(text):
        words = [word for word in re.split(r"[\s,-]+", match["words"]) if word != "and"]
        if words == ["one"] and (_NO_ONE.search(text[: match.start()]) or text.startswith((" of", "-"), match.end())):
            continue
        value = english(words)
        if value is not None:
            yield from _hit(*match.span(), value, minus=bool(match["minus"]), percent=bool(match["sign"]))


def _hit(start: int, end: int, value: Decimal, *, minus: bool, percent: bool) -> Iterator[Hit]:
    value = -value if minus else value
    if percent:
        value /= 100
    if abs(value) <= _BIGGEST:
        info = {"unit": "percent"} if percent else {}
        told = int(value) if value == value.to_integral_value() else float(value)
        yield Hit(kind="number", start=start, end=end, value=told, info=info)
