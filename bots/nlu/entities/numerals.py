"""Numbers as they are written, in figures, in Chinese and in English words: from text to a Decimal. Pure.

Nothing is searched here; `numbers.py` finds them in a sentence. None means that it is no number.
"""

import re
from decimal import Decimal

DIGITS = {
    **dict(zip("零〇一二三四五六七八九", (0, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9), strict=True)),
    **dict(zip("壹贰叁肆伍陆柒捌玖", range(1, 10), strict=True)),
    "两": 2, "幺": 1,
}  # fmt: skip
UNITS = {"十": 10, "拾": 10, "百": 100, "佰": 100, "千": 1000, "仟": 1000}
SCALES = {"万": 10**4, "亿": 10**8}
CHINESE = "零〇一二三四五六七八九壹贰叁肆伍陆柒捌玖两十拾百佰千仟万亿廿"
SMALL = r"(?:\d{1,3}|[零〇一二两三四五六七八九十廿]{1,4})"
"""A small number inside another expression: an hour, a day, how many weeks."""

ONES = {
    word: number
    for number, word in enumerate(
        [
            "zero",
            "one",
            "two",
            "three",
            "four",
            "five",
            "six",
            "seven",
            "eight",
            "nine",
            "ten",
            "eleven",
            "twelve",
            "thirteen",
            "fourteen",
            "fifteen",
            "sixteen",
            "seventeen",
            "eighteen",
            "nineteen",
        ]
    )
}
TENS = {
    word: 10 * number
    for number, word in enumerate(
        ["twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"], start=2
    )
}
GREAT = {"thousand": 10**3, "million": 10**6, "billion": 10**9, "trillion": 10**12}
_FIGURES = re.compile(r"(\d{1,3}(?:,\d{3})+|\d+)(\.\d+)?([百千万亿]*)")


def figures(text: str) -> Decimal | None:
    """Read `12,345.6` and `3.5万`."""
    told = _FIGURES.fullmatch(text)
    if told is None:
        return None
    value = Decimal(told[1].replace(",", "") + (told[2] or ""))
    for unit in told[3]:
        value *= UNITS.get(unit) or SCALES[unit]
    return value


def chinese(text: str) -> Decimal | None:
    """Read 一百二十三, 两千零五, 三万五 (35000), 二〇二六 and 三点一四."""
    whole, point, rest = text.partition("点")
    value = _whole(whole.replace("廿", "二十"))
    if value is None or (point and (not rest or any(char not in DIGITS for char in rest))):
        return None
    if not point:
        return Decimal(value)
    return Decimal(f"{value}.{''.join(str(DIGITS[char]) for char in rest)}")


def _whole(text: str) -> int | None:
    if not text or (text[0] not in DIGITS and text[0] not in "十拾"):
        return None
    if all(char in DIGITS for char in text):
        return int("".join(str(DIGITS[char]) for char in text))
    return _counted(text)


def _counted(text: str) -> int | None:
    """Add up digits and units. A last digit right behind a unit counts in tenths of it: 两百五 is 250."""
    total = section = 0
    digit: int | None = None
    tenth = 1
    for char in text:
        if char in DIGITS:
            if digit:
                return None
            digit = DIGITS[char]
            tenth = 1 if digit == 0 else tenth
        elif char in UNITS:
            section += (1 if digit is None else digit) * UNITS[char]
            digit, tenth = None, UNITS[char] // 10
        else:
            scale = SCALES[char]
            section += digit or 0
            total = (total + section) * scale if scale > total > 0 else total + section * scale
            section, digit, tenth = 0, None, scale // 10
    return total + section + (digit or 0) * tenth


def small(text: str) -> int | None:
    """Read a whole number below a thousand, in figures or Chinese."""
    value = Decimal(text) if text.isdecimal() else chinese(text)
    return int(value) if value is not None else None


def english(words: list[str]) -> Decimal | None:
    """Read `one hundred and twenty three`, `two point five`, `a million`."""
    if "point" in words:
        place = words.index("point")
        whole, rest = english(words[:place]), words[place + 1 :]
        if whole is None or not rest or any(ONES.get(word, 10) > 9 for word in rest):
            return None
        return Decimal(f"{whole}.{''.join(str(ONES[word]) for word in rest)}")
    total = section = 0
    last = 1000
    for word in words:
        if word in ONES or word in TENS:
            value = ONES.get(word, TENS.get(word, 0))
            if last < 20 or (last < 100 and value >= 10):
                return None
            section += value
            last = value if word in ONES else 99
        elif word == "hundred":
            section = (section or 1) * 100
            last = 100
        elif word in GREAT:
            total += (section or 1) * GREAT[word]
            section, last = 0, 1000
    return Decimal(total + section)
