"""Days by the calendar: weeks, months, holidays and a day with how exactly it was said. Pure.

A week begins on Monday. Documented choices where language is ambiguous: a weekday alone is the next one, today
included; 下周五 and `next Friday` are of the next calendar week; a month and day without a year is the nearest one to
today, before or after (a customer speaks of the last bill as of the next visit); a day alone (20号) is the next one;
a holiday is the next one. 月初, 月中 are days 1-10 and 11-20, 月底 and 年底 the last day.
"""

from datetime import date, timedelta

from msgspec import Struct


class Days(Struct, frozen=True, kw_only=True):
    """One day or a run of days, both ends within it. `grain` is day, week, month or year."""

    first: date
    last: date
    grain: str = "day"

    def value(self) -> str | dict[str, str]:
        """Return ISO 8601: a day, a week `2026-W50`, a month `2026-12`, a year, or the two ends."""
        if self.grain == "week":
            year, week, _ = self.first.isocalendar()
            return f"{year:04d}-W{week:02d}"
        if self.grain in ("month", "year"):
            return self.first.isoformat()[: 7 if self.grain == "month" else 4]
        if self.first == self.last:
            return self.first.isoformat()
        return {"from": self.first.isoformat(), "to": self.last.isoformat()}


def day(found: date) -> Days:
    """Return one day."""
    return Days(first=found, last=found)


def month(year: int, number: int) -> Days:
    """Return a month; numbers outside 1-12 count into other years."""
    year, number = year + (number - 1) // 12, (number - 1) % 12 + 1
    after = date(year + number // 12, number % 12 + 1, 1)
    return Days(first=date(year, number, 1), last=after - timedelta(days=1), grain="month")


def year(number: int) -> Days:
    """Return a year."""
    return Days(first=date(number, 1, 1), last=date(number, 12, 31), grain="year")


def week(today: date, weeks: int) -> Days:
    """Return the calendar week so many weeks from this one."""
    monday = today - timedelta(days=today.weekday()) + timedelta(weeks=weeks)
    return Days(first=monday, last=monday + timedelta(days=6), grain="week")


def weekend(today: date, weeks: int) -> Days:
    """Return Saturday and Sunday of that week."""
    monday = week(today, weeks).first
    return Days(first=monday + timedelta(days=5), last=monday + timedelta(days=6))


def until(found: Days, of_month: int) -> Days:
    """Return the days from one to a later day of its month. Raises ValueError where it is not later."""
    last = found.first.replace(day=of_month)
    if last <= found.first:
        raise ValueError(f"{last.isoformat()} is not after {found.first.isoformat()}")
    return Days(first=found.first, last=last)


def weekday(today: date, number: int, weeks: int | None) -> Days:
    """Return a weekday (0 is Monday) of a calendar week, or (None) the next one, today included."""
    if weeks is None:
        return day(today + timedelta(days=(number - today.weekday()) % 7))
    return day(week(today, weeks).first + timedelta(days=number))


def nearest(today: date, number: int, of_month: int) -> Days:
    """Return the month and day nearest to today. Raises ValueError where no near year has it."""
    found = []
    for guess in (today.year + 1, today.year, today.year - 1):
        try:
            found.append(date(guess, number, of_month))
        except ValueError:  # 29 February
            continue
    if not found:
        raise ValueError(f"{number}-{of_month} is no day of a near year")
    return day(min(found, key=lambda one: abs((one - today).days)))


def nearest_month(today: date, number: int) -> Days:
    """Return the month of that number nearest to this one."""
    away = (number - today.month + 5) % 12 - 5
    return month(today.year, today.month + away)


def upcoming(today: date, of_month: int) -> Days:
    """Return the next day of that number, today included. Raises ValueError where two months have none."""
    for ahead in range(3):
        start = month(today.year, today.month + ahead)
        if of_month <= start.last.day:
            found = start.first.replace(day=of_month)
            if found >= today:
                return day(found)
    raise ValueError(f"No month has a day {of_month}")


def months_away(today: date, months: int) -> date:
    """Return the same day so many months from now, or the last one of a shorter month."""
    there = month(today.year, today.month + months)
    return there.first.replace(day=min(today.day, there.last.day))


FIXED = {
    "元旦": (1, 1), "情人节": (2, 14), "妇女节": (3, 8), "三八节": (3, 8), "愚人节": (4, 1), "劳动节": (5, 1),
    "五一": (5, 1), "儿童节": (6, 1), "教师节": (9, 10), "国庆": (10, 1), "十一长假": (10, 1), "双十一": (11, 11),
    "双十二": (12, 12),
    "平安夜": (12, 24), "圣诞": (12, 25), "跨年夜": (12, 31), "christmas eve": (12, 24), "christmas": (12, 25),
    "new year's eve": (12, 31), "new year's day": (1, 1), "national day": (10, 1), "valentine's day": (2, 14),
    "halloween": (10, 31), "labour day": (5, 1), "boxing day": (12, 26),
}  # fmt: skip
"""Holidays of one day in the year. Labour Day is China's."""
MOON = {
    "除夕": ("2026-02-16", "2027-02-05", "2028-01-25", "2029-02-12", "2030-02-02", "2031-01-22"),
    "春节": ("2026-02-17", "2027-02-06", "2028-01-26", "2029-02-13", "2030-02-03", "2031-01-23"),
    "元宵": ("2026-03-03", "2027-02-20", "2028-02-09", "2029-02-27", "2030-02-17"),
    "清明": ("2026-04-05", "2027-04-05", "2028-04-04", "2029-04-04", "2030-04-05"),
    "端午": ("2026-06-19", "2027-06-09", "2028-05-28", "2029-06-16", "2030-06-05"),
    "中秋": ("2026-09-25", "2027-09-15", "2028-10-03", "2029-09-22", "2030-09-12"),
}
"""Holidays by the moon and the sun; a year that is not here is not found, rather than guessed."""
SAME = {
    "大年三十": "除夕", "年三十": "除夕", "大年初一": "春节", "过年": "春节", "chinese new year": "春节",
    "spring festival": "春节", "mid-autumn festival": "中秋", "dragon boat festival": "端午", "xmas": "christmas",
    "new year": "new year's day", "new years eve": "new year's eve",
}  # fmt: skip


def holiday(today: date, name: str) -> Days:
    """Return the next day of that holiday, today included. Raises ValueError where it is not known."""
    name = SAME.get(name, name)
    if name in FIXED:
        found = date(today.year, *FIXED[name])
        return day(found if found >= today else date(today.year + 1, *FIXED[name]))
    for written in MOON.get(name, ()):
        if date.fromisoformat(written) >= today:
            return day(date.fromisoformat(written))
    raise ValueError(f"{name} is not known after {today.isoformat()}")
