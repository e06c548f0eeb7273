"""Public holidays of a country, and the weekend days worked instead (调休), as it announced them. Pure data.

China: the State Council's General Office announces each year's arrangement in the autumn before
(国务院办公厅关于部分节假日安排的通知): 2024 in 国办发明电〔2023〕7号, 2025 in 国办发明电〔2024〕12号, 2026 in
国办发明电〔2025〕7号. The arrangement of 2027 is not known here yet: its entry holds the days that the
regulation itself names (全国年节及纪念日放假办法, as of 2025-01-01) and no worked weekend days. A year without an
entry has no public holidays here; `known_until` says so to whoever shows it.
"""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Literal

from msgspec import Struct

Country = Literal["", "CN"]


class Year(Struct, frozen=True, kw_only=True):
    """One year: stretches off as (name, first day, last day), and the weekend days that are worked, as MMDD.

    `announced` is false while only the law is known and not the arrangement.
    """

    off: tuple[tuple[str, str, str], ...]
    worked: tuple[str, ...] = ()
    announced: bool = True


CHINA: dict[int, Year] = {
    2024: Year(
        off=(
            ("元旦", "0101", "0101"), ("春节", "0210", "0217"), ("清明节", "0404", "0406"), ("劳动节", "0501", "0505"),
            ("端午节", "0610", "0610"), ("中秋节", "0915", "0917"), ("国庆节", "1001", "1007"),
        ),
        worked=("0204", "0218", "0407", "0428", "0511", "0914", "0929", "1012"),
    ),
    2025: Year(
        off=(
            ("元旦", "0101", "0101"), ("春节", "0128", "0204"), ("清明节", "0404", "0406"), ("劳动节", "0501", "0505"),
            ("端午节", "0531", "0602"), ("国庆节、中秋节", "1001", "1008"),
        ),
        worked=("0126", "0208", "0427", "0928", "1011"),
    ),
    2026: Year(
        off=(
            ("元旦", "0101", "0103"), ("春节", "0215", "0223"), ("清明节", "0404", "0406"), ("劳动节", "0501", "0505"),
            ("端午节", "0619", "0621"), ("中秋节", "0925", "0927"), ("国庆节", "1001", "1007"),
        ),
        worked=("0104", "0214", "0228", "0509", "0920", "1010"),
    ),
    2027: Year(
        off=(
            ("元旦", "0101", "0101"), ("春节", "0205", "0208"), ("清明节", "0405", "0405"), ("劳动节", "0501", "0502"),
            ("端午节", "0609", "0609"), ("中秋节", "0915", "0915"), ("国庆节", "1001", "1003"),
        ),
        announced=False,
    ),
}  # fmt: skip


class PublicDay(Struct, frozen=True, kw_only=True):
    """A day that is not as its weekday: off, or `worked` though it is a weekend's."""

    date: date
    name: str
    worked: bool = False


def public_day(country: Country, day: date) -> PublicDay | None:
    """Return what is special about this day in this country, or None."""
    return _BY_DATE.get(day) if country == "CN" else None


def public_days(country: Country, year: int) -> list[PublicDay]:
    """Return the special days of a year in order; none of a year that is not known."""
    return [day for day in _DAYS if day.date.year == year] if country == "CN" else []


def known_until(country: Country) -> date | None:
    """Return the last day of the last year whose arrangement was announced; None for a country without any."""
    return date(max(year for year, entry in CHINA.items() if entry.announced), 12, 31) if country == "CN" else None


def _all() -> Iterator[PublicDay]:
    for number, year in CHINA.items():
        for name, first, last in year.off:
            day = _date(number, first)
            while day <= _date(number, last):
                yield PublicDay(date=day, name=name)
                day += timedelta(days=1)
        for worked in year.worked:
            yield PublicDay(date=_date(number, worked), name="调休上班", worked=True)


def _date(year: int, text: str) -> date:
    return date(year, int(text[:2]), int(text[2:]))


_DAYS = sorted(_all(), key=lambda day: day.date)
_BY_DATE = {day.date: day for day in _DAYS}
