"""What the hub lends an adapter, in memory: small and honest, for channels under test.

The real ones are server's (`Files`, `Tokens`, `Marks` over the store) and have tests of their own.
"""

from __future__ import annotations

import hashlib
from datetime import timedelta
from typing import TYPE_CHECKING

from hub import media
from hub.errors import Invalid, NotFound, TooLarge
from hub.model import Attachment, Audio, File, Image, Media, Video

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable

    from adapters.lent import Token
    from hub.clock import Clock

WEEK = timedelta(days=7)
KINDS: dict[str, type[Image | Audio | Video]] = {"image": Image, "audio": Audio, "video": Video}


class Files:
    """Implements `adapters.lent.Files`; `link` is an address below `hub` that nobody serves."""

    def __init__(self, hub: str = "https://hub.example") -> None:
        self.kept: dict[str, bytes] = {}
        self._hub = hub

    async def keep(self, data: bytes | AsyncIterator[bytes], *, name: str, limit: int) -> Media:
        """Store a file under its hash; typed by its content."""
        content = data if isinstance(data, bytes) else b"".join([piece async for piece in data])
        if not content:
            raise Invalid("The file is empty")
        if len(content) > limit:
            raise TooLarge("The file is too large", limit=limit)
        return self.put(content, name=name)

    def put(self, content: bytes, *, name: str) -> Media:
        """Store a file without further ado."""
        hash = hashlib.sha256(content).hexdigest()
        self.kept[hash] = content
        type_ = media.media_type(content)
        kind = KINDS.get(type_.partition("/")[0], File)
        return kind(blob=hash, name=name, media_type=type_, size=len(content))

    async def read(self, hash: str) -> bytes:
        """Return a stored file."""
        if hash not in self.kept:
            raise NotFound("There is no such file", hash=hash)
        return self.kept[hash]

    def link(self, part: Attachment, *, life: timedelta = WEEK) -> str:
        """Return an address that tells what is behind it and for how many seconds."""
        return f"{self._hub}/files/{part.blob[:12]}-{int(life.total_seconds())}/{part.name}"


class Tokens:
    """Implements `adapters.lent.Tokens`: one fetch for each name until the token ends or is refused."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._held: dict[str, Token] = {}
        self.fetched = 0

    async def get(self, name: str, fetch: Callable[[], Awaitable[Token]]) -> str:
        """Return the token, fetching it when there is none that holds."""
        held = self._held.get(name)
        if held is None or held.expires_at <= self._clock.now():
            self.fetched += 1
            held = await fetch()
            self._held[name] = held
        return held.value

    async def refused(self, name: str, value: str) -> None:
        """Forget this very token; a newer one stays."""
        held = self._held.get(name)
        if held is not None and held.value == value:
            del self._held[name]


class Marks:
    """Implements `adapters.lent.Marks`."""

    def __init__(self) -> None:
        self.kept: dict[str, str] = {}

    async def get(self, name: str) -> str:
        """Return the mark, or ""."""
        return self.kept.get(name, "")

    async def set(self, name: str, value: str) -> None:
        """Keep the mark."""
        self.kept[name] = value
