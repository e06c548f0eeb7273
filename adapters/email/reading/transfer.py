"""Content as it was attached: the transfer encodings of RFC 2045, and uuencode from before it."""

import binascii
import re

from msgspec import Struct

_UU_BEGIN = re.compile(rb"^begin(?:-base64)? +[0-7]{3,4} +([^\r\n]{1,255}?)[ \t]*\r?\n", re.MULTILINE)
_UU_LINE = re.compile(rb"([^\r\n]*)(?:\r\n|\n|\r|\Z)")
_NOT_BASE64 = re.compile(rb"[^A-Za-z0-9+/]+")
UU = frozenset({"x-uuencode", "uuencode", "x-uue", "uue"})


class Decoded(Struct, frozen=True, kw_only=True):
    """The bytes, and what was wrong with the encoding."""

    content: bytes
    fault: str = ""


class Uu(Struct, frozen=True, kw_only=True):
    """A file that stood in a text by uuencode, and where."""

    name: bytes
    content: bytes
    begin: int
    end: int


def encoding(value: bytes) -> str:
    """Return the name of an encoding as programs write it: `Quoted- Printable ;` is quoted-printable."""
    name = re.sub(r"[\s\"']+", "", value[:100].decode("ascii", "replace").lower().partition(";")[0])
    return {"quotedprintable": "quoted-printable", "qp": "quoted-printable", "base-64": "base64"}.get(name, name)


def decode(data: memoryview, name: str) -> Decoded:
    """Undo the encoding; what is not encoded, or in a way that nobody knows, stays as it is."""
    match name:
        case "base64":
            return _base64(data)
        case "quoted-printable":
            return Decoded(content=binascii.a2b_qp(data))
        case name if name in UU:
            return _uu(bytes(data))
        case _:
            return Decoded(content=bytes(data), fault="" if name in PLAIN else f"encoding:{name[:40]}")


PLAIN = frozenset({"", "7bit", "8bit", "binary", "7-bit", "8-bit", "8bits", "7bits", "none", "plain", "unknown"})


def _base64(data: memoryview) -> Decoded:
    try:
        return Decoded(content=binascii.a2b_base64(data))
    except binascii.Error:
        kept = _NOT_BASE64.sub(b"", bytes(data).partition(b"=")[0])
        kept = kept[: len(kept) - 1] if len(kept) % 4 == 1 else kept
        return Decoded(content=binascii.a2b_base64(kept + b"=" * (-len(kept) % 4)), fault="base64:cut")


def _uu(data: bytes) -> Decoded:
    found = uu_files(data)
    return Decoded(content=found[0].content) if found else Decoded(content=data, fault="uuencode:nothing")


def uu_files(data: bytes) -> list[Uu]:
    """Return the uuencoded files in a text; what only looks like one stays text."""
    found: list[Uu] = []
    at = 0
    while begin := _UU_BEGIN.search(data, at):
        file = _uu_file(data, begin)
        if file:
            found.append(file)
        at = file.end if file else begin.end()
    return found


def _uu_file(data: bytes, begin: re.Match[bytes]) -> Uu | None:
    content = bytearray()
    at = begin.end()
    while at < len(data) and (line := _UU_LINE.match(data, at)):
        at = line.end()
        said = line[1].rstrip()
        if said == b"end":
            return Uu(name=begin[1], content=bytes(content), begin=begin.start(), end=at)
        decoded = _uu_line(line[1])
        if decoded is None:
            break
        content += decoded
    return None


def _uu_line(line: bytes) -> bytes | None:
    """Decode one line; programs pad it in ways that the library refuses (stdlib `uu` does the same)."""
    if not line.strip() or line.strip() == b"`":
        return b""
    size = (line[0] - 32) & 63
    need = (size * 4 + 5) // 3
    if len(line) - 1 > 90 or not 32 <= line[0] <= 96:
        return None
    try:
        return binascii.a2b_uu((line + b" " * need)[: 1 + (size + 2) // 3 * 4])
    except binascii.Error:
        return None
