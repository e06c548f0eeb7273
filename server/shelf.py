"""The blob store as uploads and downloads use it."""

from collections.abc import AsyncIterator

from hub.blobs import Blobs
from server.attachments import Kept

LARGEST = 40 * 1024 * 1024


class BlobShelf:
    """Streams in, streams out; how large one file may be is asked before (`attachments.keep`)."""

    def __init__(self, blobs: Blobs) -> None:
        self._blobs = blobs

    async def put(self, chunks: AsyncIterator[bytes]) -> Kept:
        """Store a stream; durable when it returns."""
        stored = await self._blobs.put(chunks, limit=LARGEST)
        return Kept(hash=stored.hash, size=stored.size)

    def open(self, hash: str, start: int = 0, end: int | None = None) -> AsyncIterator[bytes]:
        """Give the bytes [start, end) of a blob; raises `NotFound`."""
        return self._blobs.stream(hash, start, end)

    async def read(self, hash: str) -> bytes:
        """Return a whole blob; raises `NotFound`."""
        return await self._blobs.get(hash)

    async def size(self, hash: str) -> int:
        """Return how many bytes it has; raises `NotFound`."""
        return await self._blobs.size(hash)

    async def head(self, hash: str) -> bytes:
        """Return its first bytes, which tell what it is; raises `NotFound`."""
        return b"".join([chunk async for chunk in self._blobs.stream(hash, 0, 8192)])
