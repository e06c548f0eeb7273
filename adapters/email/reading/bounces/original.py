"""The mail of ours that a bounce returns: as a part, as a part's head, or somewhere in the text."""

import re
from collections.abc import Iterator

from msgspec import Struct

from adapters.email.reading import content, fields, people
from adapters.email.reading.fields import Fields
from adapters.email.reading.ids import ids
from adapters.email.reading.mail import Piece

LONGEST = 100_000
HEADS = frozenset({"text/rfc822-headers", "message/global-headers"})
_ID = re.compile(
    r"^[ \t>|*]*(?:original[- ])?message-id\s*[:：]\s*<?([^\s<>]{3,400}@[^\s<>]{1,300}|[^\s<>]{8,400})>?",
    re.IGNORECASE | re.MULTILINE,
)
_TO = re.compile(r"^[ \t>|*]*to:\s*(.{3,500})$", re.IGNORECASE | re.MULTILINE)


class Original(Struct, frozen=True, kw_only=True):
    """What is known of the returned mail."""

    message_id: str = ""
    to: tuple[str, ...] = ()
    traces: tuple[str, ...] = ()


def find(pieces: list[Piece], text: str, head: Fields) -> Original:
    """Return the mail that came back; its id is the likeliest first: part, text, then what the bounce answers."""
    for piece in pieces:
        if piece.media_type in content.MAILS or piece.media_type in HEADS:
            found = _from_head(piece.content)
            if found.message_id or found.to:
                return found
    text = text[:LONGEST]
    in_text = _ID.search(text)
    answered = ids(head.first("in-reply-to")) or ids(head.first("references"))[-1:]
    named = ids(head.first("x-original-message-id")) or ids(head.first("original-message-id"))
    chosen = [*named, *([in_text[1]] if in_text else []), *answered]
    to = _TO.search(text)
    return Original(
        message_id=chosen[0] if chosen else "", traces=tuple(chosen),
        to=tuple(_addresses(to[1].encode()) if to else ()),
    )  # fmt: skip


def _from_head(raw: bytes) -> Original:
    begin, _ = fields.start(raw)
    head, _ = fields.split(raw, begin, len(raw), 1_000_000)
    found = ids(head.first("message-id")) or [head.first("message-id").decode("ascii", "replace").strip("<> ")]
    refs = [*ids(head.first("in-reply-to")), *ids(head.first("references"))]
    return Original(
        message_id=found[0], to=tuple(_addresses(head.first("to"))),
        traces=tuple(one for one in (*found, *content.sender(head), *refs[:50]) if one),
    )  # fmt: skip


def _addresses(value: bytes) -> Iterator[str]:
    yield from (person.address for person in people.read(value, 20) if person.address)
