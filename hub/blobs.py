"""Files of any size, named by the SHA-256 of their content: a local folder, or any object store that obstore speaks to.

A blob never changes and never moves. `put` returns when it is durable; the same content is stored once.
"""

import asyncio
import hashlib
import os
import re
import tempfile
from collections.abc import AsyncIterable, AsyncIterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, TYPE_CHECKING, NamedTuple

import obstore
from obstore.exceptions import BaseError, NotFoundError
from obstore.store import LocalStore, from_url

from hub.errors import Invalid, NotFound, TryLater
from hub.media import HEAD, media_type

if TYPE_CHECKING:
    from collections.abc import Iterator

HASH = re.compile("[0-9a-f]{64}")
IN_MEMORY = 1 << 20
"""Smaller uploads never touch a temporary file."""


class Stored(NamedTuple):
    """A blob that is safe: its hash, its size in bytes, and its media type found by content."""

    hash: str
    size: int
    type: str


class Blobs:
    """The blob store. `place` is a folder, or a URL (s3://bucket/prefix, gs://, az://), keys from the environment."""

    def __init__(self, place: str | Path) -> None:
        self._folder = None if "://" in str(place) else Path(place)
        if self._folder is not None:
            self._store = LocalStore(prefix=self._folder.absolute(), mkdir=True)
        else:
            self._store = from_url(str(place))  # type: ignore[assignment]  # every store has the same verbs

    async def put(self, data: bytes | AsyncIterable[bytes], *, limit: int) -> Stored:
        """Store the bytes and return what they are. Raises `Invalid` at the first byte over `limit`."""
        with _Spool(limit) as spool:
            if isinstance(data, bytes):
                await spool.add(data)
            else:
                async for chunk in data:
                    await spool.add(chunk)
            stored = spool.done()
            if not await self._is_there(stored):
                content = await asyncio.to_thread(spool.content)
                with translated(stored.hash):
                    await obstore.put_async(self._store, _path(stored.hash), content)
            await self._secure(stored.hash)
        return stored

    async def get(self, hash: str) -> bytes:
        """Return a whole blob; raises `NotFound`."""
        path = _path(hash)
        with translated(hash):
            return bytes(await (await obstore.get_async(self._store, path)).bytes_async())

    async def stream(self, hash: str, start: int = 0, end: int | None = None) -> AsyncIterator[bytes]:
        """Yield the bytes [start, end) of a blob in chunks; raises `NotFound`. Ask `size` for what is there."""
        size = await self.size(hash)
        stop = size if end is None else min(end, size)
        if start >= stop:
            return
        with translated(hash):
            found = await obstore.get_async(self._store, _path(hash), options={"range": (start, stop)})
            async for chunk in found.stream(min_chunk_size=1 << 16):
                yield bytes(chunk)

    async def size(self, hash: str) -> int:
        """Return the size in bytes; raises `NotFound`."""
        path = _path(hash)
        with translated(hash):
            return int((await obstore.head_async(self._store, path))["size"])

    async def exists(self, hash: str) -> bool:
        """Tell whether the blob is stored."""
        try:
            await self.size(hash)
        except NotFound:
            return False
        return True

    async def _is_there(self, stored: Stored) -> bool:
        """A power cut may have left a name without its bytes: then the size is wrong, and it is written again."""
        try:
            return await self.size(stored.hash) == stored.size
        except NotFound:
            return False

    async def _secure(self, hash: str) -> None:
        """Object stores answer when it is safe; a local file has to be told."""
        if self._folder is not None:
            await asyncio.to_thread(_sync, self._folder / _path(hash), self._folder)


class _Spool:
    """What comes in, hashed and counted, in memory while it is small."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._hash = hashlib.sha256()
        self._size = 0
        self._head = b""
        self._chunks: list[bytes] = []
        self._file: IO[bytes] | None = None

    def __enter__(self) -> "_Spool":
        return self

    def __exit__(self, *_: object) -> None:
        if self._file is not None:
            self._file.close()

    async def add(self, chunk: bytes) -> None:
        self._size += len(chunk)
        if self._size > self._limit:
            raise Invalid("The file is too large", limit=self._limit, hint="The limit is a setting of the channel.")
        self._hash.update(chunk)
        if len(self._head) < HEAD:
            self._head += chunk[: HEAD - len(self._head)]
        self._chunks.append(chunk)
        if self._size > IN_MEMORY and sum(map(len, self._chunks)) > IN_MEMORY:
            await asyncio.to_thread(self._spill)

    def _spill(self) -> None:
        if self._file is None:
            self._file = tempfile.TemporaryFile()  # noqa: SIM115 - closed by __exit__
        self._file.write(b"".join(self._chunks))
        self._chunks.clear()

    def done(self) -> Stored:
        return Stored(self._hash.hexdigest(), self._size, media_type(self._head))

    def content(self) -> bytes | IO[bytes]:
        if self._file is None:
            return b"".join(self._chunks)
        self._spill()
        self._file.seek(0)
        return self._file


@contextmanager
def translated(hash: str) -> "Iterator[None]":
    """Turn the store's errors into ours."""
    try:
        yield
    except (NotFoundError, FileNotFoundError) as error:
        raise NotFound("No such file", hash=hash) from error
    except (BaseError, OSError) as error:
        raise TryLater(
            "The file store did not answer", reason=type(error).__name__, hint="Look at `blobs` and its disk or bucket."
        ) from error


def _path(hash: str) -> str:
    """Folders by the first two digits, so that none grows too long."""
    if not HASH.fullmatch(hash):
        raise NotFound("No such file", hash=hash[:64])
    return f"{hash[:2]}/{hash}"


def _sync(file: Path, top: Path) -> None:
    """Bring a file, its name, and the name of its folder to the disk."""
    for path in (file, file.parent, top):
        handle = os.open(path, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


__all__ = ["Blobs", "Stored"]
