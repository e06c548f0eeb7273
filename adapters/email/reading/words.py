"""Text in header fields: RFC 2047 words as they are really written, and raw 8-bit text (RFC 6532, or none)."""

import binascii
import re
from collections.abc import Iterator

from msgspec import Struct

from adapters.email.reading import charsets

LONGEST = 65_536
_OPEN = re.compile(rb"=\?([^?\s]{1,60})\?([bBqQ])\?")
_BLANK = re.compile(rb"\s*")
_CONTROL = re.compile(r"[\x00-\x1f\x7f\u2028\u2029]+")
_HEX = re.compile(rb"=([0-9a-fA-F]{2})")


class Piece(Struct, frozen=True, kw_only=True):
    """A run of a field: a decoded word's bytes with their charset, or raw bytes (charset "")."""

    data: bytes
    charset: str = ""
    base64: bytes = b""


class Heading(Struct, frozen=True, kw_only=True):
    """A field's text on one line, and what had to be repaired."""

    text: str
    faults: tuple[str, ...] = ()


def read(value: bytes, hint: str = "") -> Heading:
    """Return the text of an unstructured field. `hint` is the charset of the body, for raw 8-bit text."""
    texts, faults = [], []
    for piece in _joined(_pieces(value[:LONGEST])):
        found = charsets.decode(piece.data, piece.charset, hint)
        texts.append(found.text)
        if found.fault and found.fault != "unlabelled:utf-8":
            faults.append(found.fault)
    return Heading(text=one_line("".join(texts)), faults=tuple(dict.fromkeys(faults)))


def one_line(text: str) -> str:
    """Leave no control character in a text: what was put into a field must not make another one."""
    return _CONTROL.sub(" ", text).strip()


def _pieces(value: bytes) -> Iterator[Piece]:
    """Cut a field into words and what is between them; blanks between two words are not text (RFC 2047, 6.2)."""
    at = 0
    after_word = False
    for begin, end, piece in _words(value):
        between = value[at:begin]
        if between.strip() or (between and not after_word):
            yield Piece(data=between)
        yield piece
        at, after_word = end, True
    if value[at:]:
        yield Piece(data=value[at:])


def _words(value: bytes) -> Iterator[tuple[int, int, Piece]]:
    at = 0
    while opened := _OPEN.search(value, at):
        close = value.find(b"?=", opened.end())
        if close < 0:
            return
        coded, charset = value[opened.end() : close], opened[1].partition(b"*")[0].decode("ascii", "replace")
        if opened[2] in b"bB":
            piece = Piece(data=base64(coded), charset=charset, base64=coded)
        else:
            piece = Piece(data=quoted(coded), charset=charset)
        yield opened.start(), close + 2, piece
        at = close + 2


def _joined(pieces: Iterator[Piece]) -> Iterator[Piece]:
    """Put words of one charset together before they are decoded: a character may be cut between them."""
    held: Piece | None = None
    for piece in pieces:
        if held and held.charset and held.charset.lower() == piece.charset.lower():
            held = _sum(held, piece)
            continue
        if held:
            yield held
        held = piece
    if held:
        yield held


def _sum(one: Piece, two: Piece) -> Piece:
    """Join two words; base64 that was cut between its groups of four is joined before it is decoded."""
    if one.base64 and two.base64 and len(one.base64) % 4 and not one.base64.endswith(b"="):
        coded = one.base64 + two.base64
        return Piece(data=base64(coded), charset=one.charset, base64=coded)
    return Piece(data=one.data + two.data, charset=one.charset, base64=two.base64 if not one.base64 else b"")


def base64(coded: bytes) -> bytes:
    """Decode base64 with blanks, missing padding or a cut end."""
    kept = re.sub(rb"[^A-Za-z0-9+/]", b"", coded)
    kept = kept[: len(kept) - 1] if len(kept) % 4 == 1 else kept
    return binascii.a2b_base64(kept + b"=" * (-len(kept) % 4))


def quoted(coded: bytes) -> bytes:
    """Decode the Q encoding; blanks that should not be there are blanks."""
    return _HEX.sub(lambda found: bytes.fromhex(found[1].decode()), coded.replace(b"_", b" "))
