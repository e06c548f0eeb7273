"""Plain webhook calls, read from bytes: `POST /hooks/{inbox}`, a whole request of known length, nothing special. Pure.

What is plain is drawn narrowly, for it passes by aiohttp's reader: one pattern over the whole head, every header once,
a query of few characters with every name once, no encodings, no `Expect`, no upgrade, a small body. Whatever is not
plain is for aiohttp to read, or refuse.
"""

import re
from collections.abc import Mapping
from urllib.parse import unquote_plus

from msgspec import Struct

START = b"POST /hooks/"
HEAD = 8192
BODY = 64 * 1024
_HEAD = re.compile(
    rb"POST (/hooks/([A-Za-z0-9_-]{1,64})(?:\?([A-Za-z0-9._~%+=&*-]{0,2048}))?) HTTP/1\.1\r\n"
    rb"((?:[A-Za-z0-9!#$%&'*+.^_`|~-]+:[\t -~]*\r\n)+)\r\n"
)
_SPECIAL = frozenset(("transfer-encoding", "content-encoding", "expect", "upgrade", "te", "trailer"))

NOTHING: Mapping[str, str] = {}
_BROKEN = re.compile("%(?![0-9A-Fa-f]{2})")


class Plain(Struct, frozen=True):
    """One call: path and query, the inbox in it, the query read, headers by lower-case name, body, bytes it took."""

    path: str
    inbox: str
    query: Mapping[str, str]
    headers: dict[str, str]
    body: bytes
    size: int


class NotPlain(ValueError):
    """Not a call for the small door."""


def read(data: bytes) -> Plain | None:
    """Return the call at the beginning of `data`, or None while more has to come; raises `NotPlain`."""
    found = _HEAD.match(data, 0, HEAD)
    if found is None:
        if not _may_become_one(data):
            raise NotPlain
        return None
    headers = _headers(found[4].decode("ascii"))
    query = _query(found[3].decode("ascii")) if found[3] else NOTHING
    start = found.end()
    end = start + _length(headers)
    if len(data) < end:
        return None
    return Plain(found[1].decode("ascii"), found[2].decode("ascii"), query, headers, data[start:end], end)


def _may_become_one(data: bytes) -> bool:
    """Say whether this is the beginning of a head that only lacks its end."""
    begun = data.startswith(START) or START.startswith(data)
    ended = b"\r\n\r\n" in data or b"\n" in data.replace(b"\r\n", b"")
    return begun and not ended and len(data) < HEAD


def _headers(text: str) -> dict[str, str]:
    lines = text.removesuffix("\r\n").split("\r\n")
    headers: dict[str, str] = {}
    for line in lines:
        name, _, value = line.partition(":")
        headers[name.lower()] = value.strip(" \t")
    if len(headers) != len(lines) or "host" not in headers or not _SPECIAL.isdisjoint(headers):
        raise NotPlain
    if headers.get("connection", "keep-alive").lower() != "keep-alive":
        raise NotPlain
    return headers


def _query(text: str) -> dict[str, str]:
    """Read a query as aiohttp would; what two readers could understand differently is not plain."""
    pairs = [pair.partition("=") for pair in text.split("&") if pair]
    try:
        query = {unquote_plus(name, errors="strict"): unquote_plus(value, errors="strict") for name, _, value in pairs}
    except UnicodeDecodeError as error:
        raise NotPlain from error
    if len(query) != len(pairs) or _BROKEN.search(text):
        raise NotPlain
    return query


def _length(headers: dict[str, str]) -> int:
    told = headers.get("content-length", "")
    if not told.isdecimal() or len(told) > len(str(BODY)) or int(told) > BODY:
        raise NotPlain
    return int(told)
