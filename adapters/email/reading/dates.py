"""When a mail says that it was written."""

import re
from datetime import UTC, datetime, timedelta, timezone
from email.utils import mktime_tz, parsedate_tz

EARLIEST, LATEST = 1969, 2199
_ISO = re.compile(
    r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?[T ,]*(?:\S{0,4}\s)?(\d{1,2})[:：时](\d{2})(?:[:：分](\d{2}))?"
    r"(?:\.\d+)?\s*(Z|[+-]\d{2}:?\d{2})?"
)


def read(value: bytes) -> datetime | None:
    """Return the time in UTC, or None when it says none that can be; a time without a zone is taken as UTC."""
    text = re.sub(r"\([^()]*\)", " ", value[:300].decode("ascii", "replace"))
    text = re.sub(r"\s*:\s*", ":", text)
    return _standard(text) or _iso(value[:300].decode("utf-8", "replace"))


def _standard(text: str) -> datetime | None:
    try:
        parsed = parsedate_tz(text)
        return _sane(datetime.fromtimestamp(mktime_tz(parsed), UTC)) if parsed else None
    except (ValueError, OverflowError, OSError, IndexError, TypeError):
        return None


def _iso(text: str) -> datetime | None:
    found = _ISO.search(text)
    if not found:
        return None
    year, month, day, hour, minute, second = (int(part or 0) for part in found.groups()[:6])
    try:
        return _sane(datetime(year, month, day, hour, minute, second, tzinfo=_zone(found[7])).astimezone(UTC))
    except (ValueError, OverflowError):
        return None


def _zone(text: str | None) -> timezone:
    if not text or text == "Z":
        return UTC
    sign = -1 if text[0] == "-" else 1
    return timezone(sign * timedelta(hours=int(text[1:3]), minutes=int(text[-2:])))


def _sane(found: datetime) -> datetime | None:
    return found if EARLIEST <= found.year <= LATEST else None
