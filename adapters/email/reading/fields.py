"""The head of a mail or a part: its fields as bytes, unfolded, whatever stands between them."""

import re
from collections.abc import Iterator

FIELDS = 5000
"""So many fields of one head are read."""
_NAME = re.compile(rb"([!-9;-~]{1,200})[ \t]*:")
_LINE = re.compile(rb"[^\r\n]*(?:\r\n|\n|\r|\Z)")
_BREAKS = re.compile(rb"[\r\n\0]+[ \t]*")
_MBOX = re.compile(rb">?From (?![ \t]*:)[^\r\n]*(?:\r?\n|\r|\Z)")
_SEPARATOR = re.compile(rb">?From (?![ \t]*:)[^\r\n]*")


class Fields:
    """The fields in the order in which they stand, asked for by lower-case name; `faults` are repairs."""

    def __init__(self, items: list[tuple[str, bytes]], faults: list[str]) -> None:
        self.items = items
        self.faults = faults

    def first(self, name: str) -> bytes:
        """Return the first value that says something, or b""."""
        return next((value for known, value in self.items if known == name and value), b"")

    def all(self, name: str) -> list[bytes]:
        """Return every value of that name."""
        return [value for known, value in self.items if known == name]

    def has(self, name: str) -> bool:
        """Say whether there is such a field, empty or not."""
        return any(known == name for known, _ in self.items)


def start(raw: bytes) -> tuple[int, bytes]:
    """Return where the mail begins, and the mbox separator before it.

    Blank lines, byte order marks and separators hide the head from whoever does not step over them.
    """
    at = 3 if raw.startswith(b"\xef\xbb\xbf") else 0
    separator = b""
    while at < len(raw):
        if raw[at : at + 1] in (b"\r", b"\n", b"\0"):
            at += 1
        elif blank := re.compile(rb"[ \t]+(?=\r|\n)").match(raw, at):
            at = blank.end()
        elif found := _MBOX.match(raw, at):
            separator, at = separator or found[0].strip(), found.end()
        else:
            break
    return at, separator


def split(raw: bytes, begin: int, end: int, limit: int) -> tuple[Fields, int]:
    """Read the head in `raw[begin:end]`; return its fields and where the body begins."""
    items: list[tuple[str, bytearray]] = []
    faults: list[str] = []
    at = begin
    while at < end:
        line = _line(raw, at, end)
        after = at + len(line)
        if not line.strip(b"\r\n"):
            return _made(items, faults), after
        if after - begin > limit or len(items) >= FIELDS:
            faults.append("head:cut")
            return _made(items, faults), _blank(raw, at, end)
        if not _take(raw, line, after, end, items, faults):
            faults.append("head:no blank line")
            return _made(items, faults), at
        at = after
    return _made(items, faults), end


def _line(raw: bytes, at: int, end: int) -> bytes:
    found = _LINE.match(raw, at, end)
    return found[0] if found else raw[at:end]


def _take(raw: bytes, line: bytes, after: int, end: int, items: list[tuple[str, bytearray]], faults: list[str]) -> bool:
    """Add one line to what was read; False when the body begins here without a blank line."""
    named = _NAME.match(line)
    if line[:1] in (b" ", b"\t") and items:
        items[-1][1].extend(line)
    elif named:
        items.append((named[1].decode("ascii", "replace").lower(), bytearray(line[named.end() :])))
    elif _SEPARATOR.match(line):
        faults.append("head:separator")
    elif items and _goes_on(raw, after, end):
        items[-1][1].extend(b" " + line)
        faults.append("head:stray line")
    else:
        return False
    return True


def _goes_on(raw: bytes, at: int, end: int) -> bool:
    """Say whether after a line that is no field the head goes on: a field, a fold, or the blank line."""
    line = _line(raw, at, end)
    return bool(line) and (line[:1] in b" \t\r\n" or _NAME.match(line) is not None)


def _blank(raw: bytes, at: int, end: int) -> int:
    found = re.compile(rb"\r?\n\r?\n").search(raw, at, end)
    return found.end() if found else end


def _made(items: list[tuple[str, bytearray]], faults: list[str]) -> Fields:
    unfolded = [(name, _BREAKS.sub(b" ", bytes(value)).strip()) for name, value in items]
    return Fields(unfolded, faults)


def words(values: Iterator[bytes] | list[bytes]) -> list[str]:
    """Return values as lower-case ASCII text, for fields that machines write."""
    return [value.decode("ascii", "replace").lower() for value in values]
