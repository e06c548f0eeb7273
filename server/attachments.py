"""Files people send and fetch: typed by their content, never by their name; what a page could run is only saved.

Used by the agents' REST API and by web chat.
"""

import asyncio
import re
from collections.abc import AsyncIterator
from typing import Protocol
from urllib.parse import quote

from msgspec import Struct

from hub.errors import Invalid, TooLarge
from hub.media import BINARY, DECODED, HEAD, media_type, shown
from hub.model import Audio, File, Image, Media, Video
from server.pictures import FORMATS, clean

_pictures = asyncio.Semaphore(2)


class Kept(Struct, frozen=True, kw_only=True):
    """Where a blob is: its content hash, and its size in bytes."""

    hash: str
    size: int


class Shelf(Protocol):
    """What uploads need of the blob store."""

    async def put(self, chunks: AsyncIterator[bytes]) -> Kept:
        """Store a stream; durable when it returns."""
        ...


async def keep(shelf: Shelf, chunks: AsyncIterator[bytes], *, name: str, limit: int) -> Media:
    """Store an upload and return the part that shows it; raises `TooLarge`, or `Invalid` for nothing or a bomb."""
    head = bytearray()
    rest = _bounded(chunks, limit)
    async for chunk in rest:
        head += chunk
        if len(head) >= HEAD:
            break
    if not head:
        raise Invalid("The file is empty", path="$.file")
    kind, label = media_type(bytes(head)), file_name(name)
    if kind in FORMATS:
        async for chunk in rest:
            head += chunk
        return await _picture(shelf, bytes(head), kind, label)
    kept = await shelf.put(_joined(bytes(head), rest))
    return _part(kept, kind, label)


def file_name(given: str) -> str:
    """Return a name to show: no path, no control or direction characters, at most 120 characters, ending kept."""
    last = re.split(r"[/\\]", given)[-1]
    clear = re.sub(r"[\x00-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069]", "", last).strip(" .") or "file"
    stem, dot, ending = clear.rpartition(".")
    if not dot or len(ending) > 12:
        return clear[:120]
    return f"{stem[: 119 - len(ending)]}.{ending}"


def headers(type: str, name: str) -> dict[str, str]:
    """Return the headers under which a blob may be fetched: nothing of it ever runs in a page."""
    inline = shown(type)
    way = "inline" if inline else "attachment"
    plain = re.sub(r"[^A-Za-z0-9._ -]", "_", file_name(name))
    return {
        "Content-Type": type if inline else BINARY,
        "Content-Disposition": f"{way}; filename=\"{plain}\"; filename*=UTF-8''{quote(file_name(name), safe='')}",
        "X-Content-Type-Options": "nosniff",
        "Content-Security-Policy": "default-src 'none'; sandbox",
        "Cache-Control": "private, max-age=31536000, immutable",
    }


async def _picture(shelf: Shelf, data: bytes, type: str, name: str) -> Media:
    async with _pictures:
        picture = await asyncio.to_thread(clean, data, type)
    if picture is None:
        return _part(await shelf.put(_joined(data, None)), BINARY, name)
    kept = await shelf.put(_joined(picture.data, None))
    return Image(blob=kept.hash, name=name, media_type=type, size=kept.size, width=picture.width, height=picture.height)


def _part(kept: Kept, type_: str, name: str) -> Media:
    kinds: dict[str, type[Audio | Video]] = {"audio": Audio, "video": Video}
    kind = kinds.get(type_.partition("/")[0], File) if shown(type_) or type_ in DECODED else File
    return kind(blob=kept.hash, name=name, media_type=type_, size=kept.size)


async def _bounded(chunks: AsyncIterator[bytes], limit: int) -> AsyncIterator[bytes]:
    size = 0
    async for chunk in chunks:
        size += len(chunk)
        if size > limit:
            raise TooLarge("The file is too large", limit=limit)
        yield chunk


async def _joined(head: bytes, rest: AsyncIterator[bytes] | None) -> AsyncIterator[bytes]:
    yield head
    if rest is not None:
        async for chunk in rest:
            yield chunk
