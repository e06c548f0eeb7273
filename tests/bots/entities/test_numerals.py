"""Every number to a million millions, written in Chinese or English, is read back."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bots.nlu.entities.numerals import GREAT, ONES, TENS, chinese, english, figures
from tests.bots.entities.saying import found

NUMBERS = st.one_of(st.integers(0, 10**12), st.integers(0, 200), st.integers(0, 12).map(lambda power: 10**power))
SIGNS = "零一二三四五六七八九"


def section(number: int) -> str:
    """Write a number below ten thousand in Chinese, with 零 where places are empty."""
    text = ""
    for unit, size in (("千", 1000), ("百", 100), ("十", 10), ("", 1)):
        digit = number // size % 10
        if digit:
            text += SIGNS[digit] + unit
        elif text and number % size and not text.endswith("零"):
            text += "零"
    return text


def in_chinese(number: int) -> str:
    """Write a number in Chinese."""
    if number < 10_000:
        return section(number) or "零"
    size, unit = (10**8, "亿") if number >= 10**8 else (10**4, "万")
    rest = number % size
    gap = "零" if 0 < rest < size // 10 else ""
    return in_chinese(number // size) + unit + gap + (in_chinese(rest) if rest else "")


def in_english(number: int) -> str:
    """Write a number in English."""
    if number < 20:
        return next(word for word, value in ONES.items() if value == number)
    if number < 100:
        tens = next(word for word, value in TENS.items() if value == number // 10 * 10)
        return tens + (f"-{in_english(number % 10)}" if number % 10 else "")
    if number < 1000:
        rest = f" and {in_english(number % 100)}" if number % 100 else ""
        return f"{in_english(number // 100)} hundred{rest}"
    word, size = next((word, size) for word, size in reversed(GREAT.items()) if number >= size)
    rest = f" {in_english(number % size)}" if number % size else ""
    return f"{in_english(number // size)} {word}{rest}"


@given(NUMBERS)
def test_a_number_written_in_chinese_is_itself(number: int) -> None:
    text = in_chinese(number)
    assert chinese(text) == number
    assert [(one.value, one.end) for one in found("number", text)] == [(number, len(text))]


@given(NUMBERS)
def test_a_number_written_in_english_is_itself(number: int) -> None:
    text = in_english(number)
    assert [(one.value, one.end) for one in found("number", text)] == [(number, len(text))]


@given(NUMBERS)
def test_a_number_written_in_figures_is_itself(number: int) -> None:
    assert [one.value for one in found("number", f"{number:,}")] == [number]
    assert [one.value for one in found("number", f"{number}")] == [number]


@pytest.mark.parametrize("text", ["", "点五", "百", "万", "一二十", "三点", "三点十"])
def test_what_is_no_numeral_is_none(text: str) -> None:
    assert chinese(text) is None


def test_words_and_figures_that_are_none() -> None:
    assert english(["one", "two"]) is None
    assert english(["two", "point"]) is None
    assert figures("1.2.3") is None
    assert figures("1.5万") == Decimal(15000)
