"""What the hub lends an adapter: open sockets to tell, the blob store, tokens that expire, and places to go on from."""

from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import datetime, timedelta
from typing import Protocol

from msgspec import Struct

from hub.model import Attachment, Media


class Push(Protocol):
    """How a channel that lives in the hub (web chat) reaches an open socket; a hint, never the only copy."""

    async def __call__(self, topic: str, payload: bytes) -> None:
        """Publish `payload` to whoever listens on `topic`, in any process."""
        ...


class Files(Protocol):
    """The blob store as adapters see it. What is kept is typed by its content, pictures lose what the camera told."""

    async def keep(self, data: bytes | AsyncIterator[bytes], *, name: str, limit: int) -> Media:
        """Store a file and return the part that shows it, durable. Raises `TooLarge`, or `Invalid` for an empty one."""
        ...

    async def read(self, hash: str) -> bytes:
        """Return a stored file; raises `NotFound`."""
        ...

    def link(self, part: Attachment, *, life: timedelta = timedelta(days=7)) -> str:
        """Return a public, signed address of the file, for a provider or a customer to fetch it from."""
        ...


class Token(Struct, frozen=True, kw_only=True):
    """A token as the provider gave it; never shown in a log."""

    value: str
    expires_at: datetime

    def __repr__(self) -> str:
        """Keep the token out of logs."""
        return f"Token(expires_at={self.expires_at!r})"


class Tokens(Protocol):
    """The token broker of one inbox: one fetch at a time over all processes, sealed at rest."""

    async def get(self, name: str, fetch: Callable[[], Awaitable[Token]]) -> str:
        """Return a token that still holds, fetching it when there is none; what `fetch` raises is raised here."""
        ...

    async def refused(self, name: str, value: str) -> None:
        """Say that the provider refused this token: the next `get` fetches another, unless somebody already has."""
        ...


class Marks(Protocol):
    """Where one inbox goes on from (a cursor, a UID): small texts, durable when set."""

    async def get(self, name: str) -> str:
        """Return the mark, or "" when there is none."""
        ...

    async def set(self, name: str, value: str) -> None:
        """Keep the mark."""
        ...
