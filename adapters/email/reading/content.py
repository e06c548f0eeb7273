"""From the leaves of a mail to its pieces: decoded, named, and each with the role it plays."""

import mimetypes
from collections.abc import Iterator

from adapters.email.reading import charsets, fields, parameters, people, transfer, tree, words
from adapters.email.reading.mail import Bounds, Piece
from adapters.email.reading.tree import Leaf

DEFAULT = Bounds()
REPORTS = frozenset({
    "message/delivery-status", "message/global-delivery-status", "message/disposition-notification",
    "message/feedback-report", "text/rfc822-headers", "message/global-headers",
})  # fmt: skip
MAILS = frozenset({"message/rfc822", "message/global", "message/news"})
TNEF = frozenset({"application/ms-tnef", "application/vnd.ms-tnef"})
BODIES = {"text/plain": "text", "text/html": "html"}
OTHER_FORMS = frozenset({"text/enriched", "text/richtext", "text/x-amp-html", "text/watch-html", "text/markdown"})
NAMES = {"message/rfc822": ".eml", "text/calendar": ".ics", "text/plain": ".txt", "text/html": ".html"}


def hint(leaves: list[Leaf]) -> str:
    """Return the charset that the mail's texts name, for what names none."""
    named = (leaf.media.get("charset") for leaf in leaves if leaf.media.value.startswith("text/"))
    return next((name for name in named if charsets.codec(name) not in ("", "ascii")), "")


def pieces(leaves: list[Leaf], around: str) -> list[tuple[Leaf, Piece]]:
    """Return the piece that each leaf is; `around` is the charset for what names none."""
    alone = len(leaves) == 1
    return [(leaf, _piece(leaf, around, number, alone)) for number, leaf in enumerate(leaves, start=1)]


def inside(piece: Piece, limits: Bounds = DEFAULT) -> list[Piece]:
    """Return the leaves of an attached mail; nothing for any other piece."""
    if piece.media_type not in MAILS:
        return []
    begin, _ = fields.start(piece.content)
    head, body = fields.split(piece.content, begin, len(piece.content), tree.PART_HEAD)
    leaves = list(tree.leaves(piece.content, head, body, len(piece.content), tree.Budget(limits)))
    return [found for _, found in pieces(leaves, hint(leaves))]


def _piece(leaf: Leaf, around: str, number: int, alone: bool) -> Piece:
    decoded = transfer.decode(leaf.body, leaf.encoding)
    media, disposition = _with_hint(leaf, around)
    name = parameters.file_name(disposition.get("filename") or media.get("name") or _location(leaf))
    cid = words.read(leaf.head.first("content-id")).text.strip("<> ")[:200]
    role = _role(leaf, name, cid, alone)
    return Piece(
        name=name or _named(leaf, decoded.content, role, number), media_type=leaf.media.value, content=decoded.content,
        cid=cid, inline=role == "inline", role=role, asked=leaf.media.get("charset")[:60],
        faults=(*leaf.faults, *([decoded.fault] if decoded.fault else [])),
    )  # fmt: skip


def _with_hint(leaf: Leaf, around: str) -> tuple[parameters.Typed, parameters.Typed]:
    """Read names again with the body's charset where they are raw 8-bit text."""
    media, disposition = leaf.head.first("content-type"), leaf.head.first("content-disposition")
    if media.isascii() and disposition.isascii():
        return leaf.media, leaf.disposition
    return parameters.media(media, around), parameters.disposition(disposition, around)


def _location(leaf: Leaf) -> str:
    """A Content-Location names a file when it is no address of a page."""
    location = words.read(leaf.head.first("content-location")).text
    return "" if leaf.media.value in BODIES else location.partition("?")[0]


def _role(leaf: Leaf, name: str, cid: str, alone: bool) -> str:
    media, attached = leaf.media.value, leaf.disposition.value == "attachment"
    if media in REPORTS and not (attached and media.startswith("text/")):
        return "report"
    if media in BODIES and not attached and (alone or not name or leaf.group >= 0):
        return BODIES[media]
    if media == "text/calendar":
        return "calendar"
    if media in OTHER_FORMS and leaf.group >= 0 and not attached:
        return "alternative"
    if cid and media.startswith("image/") and (not attached or "multipart/related" in leaf.around):
        return "inline"
    return "attachment"


def _named(leaf: Leaf, content: bytes, role: str, number: int) -> str:
    """Give a name to what is offered for download."""
    if role in ("text", "html", "alternative"):
        return ""
    ending = NAMES.get(leaf.media.value) or mimetypes.guess_extension(leaf.media.value) or ".bin"
    subject = _subject(content) if leaf.media.value in MAILS else ""
    return parameters.file_name(f"{subject.replace('/', '_')[:100] or f'part-{number}'}{ending}")


def _subject(content: bytes) -> str:
    begin, _ = fields.start(content)
    head, _ = fields.split(content, begin, len(content), tree.PART_HEAD)
    return words.read(head.first("subject")).text


def sender(head: fields.Fields) -> Iterator[str]:
    """Yield the addresses under which an attached mail went out."""
    for name in ("from", "reply-to", "sender", "return-path"):
        yield from (person.address for person in people.read(head.first(name), 3) if person.address)
