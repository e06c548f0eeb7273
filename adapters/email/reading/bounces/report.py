"""message/delivery-status: what a server says of each recipient in words for machines (RFC 3464)."""

import re
from collections.abc import Iterator

from adapters.email.reading import fields, words
from adapters.email.reading.bounces.status import made
from adapters.email.reading.fields import Fields
from adapters.email.reading.mail import Failed

GROUPS = 500
ACTIONS = frozenset({"failed", "delayed", "delivered", "relayed", "expanded"})
RECIPIENTS = ("original-recipient", "final-recipient", "x-actual-recipient")
_BLANK = re.compile(rb"(?:\n[ \t]*){2,}")


def recipients(content: bytes) -> list[Failed]:
    """Return the recipients in a report, in its order; none when it is no such report."""
    found = [failed for head in _groups(content) if (failed := _failed(head))]
    return list({failed.address.lower() or str(number): failed for number, failed in enumerate(found)}.values())


def _groups(content: bytes) -> Iterator[Fields]:
    text = content[:1_000_000].replace(b"\r\n", b"\n").replace(b"\r", b"\n").strip()
    for group in _BLANK.split(text, maxsplit=GROUPS):
        head, _ = fields.split(group, 0, len(group), 65_536)
        yield head


def _failed(head: Fields) -> Failed | None:
    action = words.read(head.first("action")).text.lower().partition("(")[0].strip().split(" ")[0]
    status = re.search(r"[245]\.\d{1,3}\.\d{1,3}", words.read(head.first("status")).text)
    address = _address(head)
    if not address and action not in ACTIONS:
        return None
    diagnostic = re.sub(r"^[\w-]{1,20}\s*;\s*", "", words.read(head.first("diagnostic-code")).text)
    return made(address, action if action in ACTIONS else "", status[0] if status else "", diagnostic)


def _address(head: Fields) -> str:
    """Return whom we wrote to (Original-Recipient) before whom it was handed to (Final-Recipient)."""
    for name in RECIPIENTS:
        said = re.sub(r"^[\w-]{1,20}\s*;\s*", "", words.read(head.first(name)).text).strip("<> \"'")
        said = re.sub(r"\+([0-9A-F]{2})", lambda found: chr(int(found[1], 16)), said) if "+40" in said else said
        if "@" in said and " " not in said:
            return said
    return words.read(head.first("final-recipient")).text.rpartition(";")[2].strip("<> \"'")[:320]
