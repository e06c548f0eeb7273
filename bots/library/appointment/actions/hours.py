"""What patients say for a time of day, as HH:MM. Pure."""

import re
from collections.abc import Mapping

DIGITS = {"零": 0, "一": 1, "二": 2, "两": 2, "三": 3, "四": 4, "五": 5, "六": 6, "七": 7, "八": 8, "九": 9, "十": 10}
WORDS = {
    "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9, "ten": 10,
    "eleven": 11, "twelve": 12,
}  # fmt: skip
LATE = ("下午", "午后", "晚", "pm", "p.m", "afternoon", "evening")
MORNING, AFTERNOON = "morning", "afternoon"


def time(said: object) -> str | None:
    """Return HH:MM, or None. Takes `{"value": ...}`, ISO times, 上午九点半, 3pm, half past ten, 14:30."""
    text = str(said.get("value", "") if isinstance(said, Mapping) else said).strip().casefold()
    text = re.sub(r"^\d{4}-\d{2}-\d{2}[t ]", "", text)
    found = _clock(text)
    if found is None:
        return None
    hour, minute = found
    if hour < 12 and (any(word in text for word in LATE) or 1 <= hour <= 5):
        hour += 12  # nobody is seen at three in the night
    return f"{hour:02d}:{minute:02d}" if hour < 24 and minute < 60 else None


def half(said: object) -> str | None:
    """Return which half of the day was said, where no hour was. Takes `{"from": ..., "to": ...}` too."""
    if isinstance(said, Mapping) and (since := re.search(r"T(\d{2})", str(said.get("from", "")))):
        return MORNING if int(since[1]) < 12 else AFTERNOON
    text = str(said.get("value", "") if isinstance(said, Mapping) else said).casefold()
    if any(word in text for word in ("上午", "早上", "早晨", "morning")):
        return MORNING
    return AFTERNOON if any(word in text for word in LATE) else None


def _clock(text: str) -> tuple[int, int] | None:
    if digital := re.search(r"(\d{1,2})\s*[:：.点時时]\s*(\d{2})", text):
        return int(digital[1]), int(digital[2])
    if spoken := re.search(r"(\d{1,2}|[一二两三四五六七八九十]{1,3})\s*[点點时](半|一刻|三刻)?", text):
        return _number(spoken[1]), {"半": 30, "一刻": 15, "三刻": 45}.get(spoken[2] or "", 0)
    if past := re.search(r"half past (\w+)", text):
        return (_number(past[1]), 30) if _number(past[1]) else None
    if plain := re.search(r"(?<!\d)(\d{1,2})\s*(?:am|pm|a\.m|p\.m|o'?clock)|^(?:at )?(\d{1,2})$", text):
        return int(plain[1] or plain[2]), 0
    named = next((word for word in re.findall(r"[a-z]+", text) if word in WORDS), "")
    return (WORDS[named], 0) if named else None


def _number(text: str) -> int:
    if text.isdigit():
        return int(text)
    if text in WORDS:
        return WORDS[text]
    tens, ten, ones = text.partition("十")
    if ten:
        return DIGITS.get(tens, 1) * 10 + DIGITS.get(ones, 0)
    return DIGITS.get(text, 0)
