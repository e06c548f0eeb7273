"""An invitation in a mail (text/calendar), in short: RFC 5545 by its lines, no rule of it ever worked out."""

import re

from adapters.email.reading import charsets, words
from adapters.email.reading.mail import Invitation, Piece

LONGEST = 500_000
WANTED = {
    "SUMMARY": "summary", "DTSTART": "starts", "DTEND": "ends", "LOCATION": "place", "ORGANIZER": "organiser",
    "UID": "uid",
}  # fmt: skip


def read(piece: Piece) -> Invitation | None:
    """Return the first event of a calendar part; None when there is none to be read."""
    told: dict[str, str] = {}
    try:
        _collect(charsets.decode(piece.content[:LONGEST], piece.asked or "utf-8").text, told)
    except (ValueError, LookupError, TypeError, AttributeError):
        told["method"] = told.get("method", "")  # what stood above the broken line is told
    return Invitation(**told) if set(told) & set(WANTED.values()) else None


def _collect(text: str, told: dict[str, str]) -> None:
    from icalendar.parser import Contentlines  # few mails need it, and it takes its time to load

    inside: list[str] = []
    for line in Contentlines.from_ical(text):  # type: ignore[no-untyped-call]  # the library has no types here
        if not line:
            continue
        name, parameters, value = line.parts()
        match name.upper():
            case "BEGIN":
                inside.append(value.strip().upper())
            case "END":
                if inside and inside.pop() == "VEVENT":
                    return
            case "METHOD" if inside == ["VCALENDAR"]:
                told["method"] = words.one_line(value).upper()[:40]
            case known if known in WANTED and inside[-1:] == ["VEVENT"]:
                told.setdefault(WANTED[known], _shown(known, value, str(parameters.get("TZID", ""))))


def _shown(name: str, value: str, zone: str) -> str:
    if name in ("DTSTART", "DTEND"):
        return _time(value.strip(), zone)
    if name == "ORGANIZER":
        return words.one_line(re.sub(r"^mailto:", "", value.strip(), flags=re.IGNORECASE))[:320]
    plain = re.sub(r"\\([\\;,nN])", lambda found: " " if found[1] in "nN" else found[1], value)
    return words.one_line(plain)[:500]


def _time(value: str, zone: str) -> str:
    """Write a time as ISO 8601: `Z` for UTC, the zone's name in brackets where one is named (RFC 9557)."""
    found = re.fullmatch(r"(\d{4})(\d{2})(\d{2})(?:T(\d{2})(\d{2})(\d{2})(Z?))?", value)
    if not found:
        return ""
    day = f"{found[1]}-{found[2]}-{found[3]}"
    if not found[4]:
        return day
    named = f"[{words.one_line(zone)[:60]}]" if zone and not found[7] else ""
    return f"{day}T{found[4]}:{found[5]}:{found[6]}{found[7]}{named}"
