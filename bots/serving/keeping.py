"""Files and models in the blob store: what is fetched is what was kept, or it is refused."""

import asyncio
import hashlib
from collections.abc import AsyncIterator, Mapping
from typing import Protocol

import msgspec

from hub.errors import Invalid


class Kept(Protocol):
    """What a blob store says of what it took."""

    @property
    def hash(self) -> str:
        """Return the SHA-256 of the content, in hex."""
        ...


class Blobs(Protocol):
    """The blob store, as far as bots need it."""

    async def put(self, chunks: AsyncIterator[bytes]) -> Kept:
        """Store a stream; durable when it returns."""
        ...

    async def read(self, hash: str) -> bytes:
        """Return a whole blob; raises `NotFound`."""
        ...


class Chest:
    """Keeps a bot's files and models, each under the hash of its content."""

    def __init__(self, blobs: Blobs) -> None:
        self._blobs = blobs

    async def keep(self, data: bytes) -> str:
        """Store the bytes, durably, and return their hash."""
        kept = await self._blobs.put(_once(data))
        return kept.hash

    async def bring(self, hash: str) -> bytes:
        """Return the bytes; raises `NotFound`, or `Invalid` when they are not what was kept."""
        data = await self._blobs.read(hash)
        if await asyncio.to_thread(_digest, data) != hash:
            raise Invalid(
                "A bot's file was changed behind the hub's back", hash=hash, hint="Train again; look at `blobs`."
            )
        return data

    async def keep_files(self, files: Mapping[str, str]) -> str:
        """Store the texts of a project as one blob."""
        return await self.keep(await asyncio.to_thread(encoded, files))

    async def bring_files(self, hash: str) -> dict[str, str]:
        """Return the texts of a project."""
        data = await self.bring(hash)
        return await asyncio.to_thread(decoded, data)


def encoded(files: Mapping[str, str]) -> bytes:
    """Return texts as JSON, the same for the same texts."""
    return msgspec.json.encode(dict(sorted(files.items())))


def decoded(data: bytes) -> dict[str, str]:
    """Return the texts of `encoded`."""
    return msgspec.json.decode(data, type=dict[str, str])


async def _once(data: bytes) -> AsyncIterator[bytes]:
    for start in range(0, len(data), 1 << 20):
        yield data[start : start + (1 << 20)]


def _digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
