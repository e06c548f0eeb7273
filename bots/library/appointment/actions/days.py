"""What customers say for a day, as a date. Pure: the day of the conversation comes from its tracker."""

import re
from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any

ZONE = timezone(timedelta(hours=8))
"""The health centre stands in China, where all clocks show the same."""
AHEAD = {
    "今天": 0, "今日": 0, "today": 0, "tonight": 0, "现在": 0, "now": 0,
    "明天": 1, "明日": 1, "明儿": 1, "tomorrow": 1, "tmr": 1, "tmrw": 1,
    "大后天": 3, "后天": 2, "后日": 2, "day after": 2,
}  # fmt: skip
WEEKDAYS = (
    ("周一", "星期一", "礼拜一", "mon"), ("周二", "星期二", "礼拜二", "tue"), ("周三", "星期三", "礼拜三", "wed"),
    ("周四", "星期四", "礼拜四", "thu"), ("周五", "星期五", "礼拜五", "fri"), ("周六", "星期六", "礼拜六", "sat"),
    ("周日", "周天", "星期日", "星期天", "礼拜天", "礼拜日", "sun"),
)  # fmt: skip


def today(tracker: Mapping[str, Any]) -> date:
    """Return the day of the last event of a tracker; the clock's when it has none."""
    times = [event["timestamp"] for event in tracker.get("events") or () if event.get("timestamp")]
    return datetime.fromtimestamp(times[-1], ZONE).date() if times else datetime.now(UTC).astimezone(ZONE).date()


def day(said: object, now: date) -> date | None:
    """Return the day, or None. Takes ISO dates, `{"value": ...}`, 明天, 周六, 12月5日, tomorrow, Friday."""
    text = str(said.get("value", "") if isinstance(said, Mapping) else said).strip().casefold()
    if iso := re.search(r"(\d{4})-(\d{2})-(\d{2})", text):
        return _date(*(int(part) for part in iso.groups()))
    if named := re.search(r"(\d{1,2})\s*月\s*(\d{1,2})", text):
        return _next(int(named[1]), int(named[2]), now)
    for word in sorted(AHEAD, key=len, reverse=True):
        if word in text and not (word == "tomorrow" and "after" in text):
            return now + timedelta(days=AHEAD[word])
    return _weekday(text, now)


def _weekday(text: str, now: date) -> date | None:
    for number, names in enumerate(WEEKDAYS):
        if any(name in text for name in names):
            ahead = (number - now.weekday()) % 7
            monday = now - timedelta(days=now.weekday())
            following = "下" in text or "next" in text
            return monday + timedelta(days=7 + number) if following else now + timedelta(days=ahead)
    return None


def _date(year: int, month: int, number: int) -> date | None:
    try:
        return date(year, month, number)
    except ValueError:
        return None


def _next(month: int, number: int, now: date) -> date | None:
    found = _date(now.year, month, number)
    return _date(now.year + 1, month, number) if found and found < now else found
