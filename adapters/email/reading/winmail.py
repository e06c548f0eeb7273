"""winmail.dat: what Outlook packed into one part (TNEF) is laid beside it."""

import logging
import mimetypes
import struct

from adapters.email.reading.mail import Piece
from adapters.email.reading.parameters import file_name

LONGEST = 60_000_000
FOREIGN = (
    ArithmeticError, AssertionError, AttributeError, LookupError, OSError, RecursionError, TypeError, ValueError,
    MemoryError, struct.error,
)  # fmt: skip
"""What the library may raise for bytes that it does not expect."""


def unpack(piece: Piece) -> list[Piece]:
    """Return the files and bodies in a winmail.dat; nothing when it cannot be read, or holds nothing."""
    from tnefparse import TNEF  # few mails need it

    logging.getLogger("tnefparse").setLevel(logging.CRITICAL)
    if len(piece.content) > LONGEST:
        return []
    try:
        packed = TNEF(piece.content, do_checksum=False)
        files = [_file(one.long_filename() or one.name, bytes(one.data)) for one in packed.attachments]
        return [*_bodies(packed.body, packed.htmlbody), *(file for file in files if file.content)]
    except FOREIGN:
        return []


def _file(name: object, content: bytes) -> Piece:
    said = name.decode("utf-8", "replace") if isinstance(name, bytes) else str(name or "")
    kept = file_name(said.strip("\0 ")) or "attachment.bin"
    return Piece(name=kept, media_type=mimetypes.guess_type(kept)[0] or "application/octet-stream", content=content)


def _bodies(plain: object, html: object) -> list[Piece]:
    """Return the bodies as pieces of text; the format holds them as bytes or, after the library, as text."""
    bodies = []
    for said, media_type, role in ((plain, "text/plain", "text"), (html, "text/html", "html")):
        content = said.encode() if isinstance(said, str) else said if isinstance(said, bytes) else b""
        if content.strip(b"\0 \r\n"):
            asked = "utf-8" if isinstance(said, str) else ""
            bodies.append(Piece(media_type=media_type, content=content, role=role, asked=asked))
    return bodies
