"""What the hub lends each inbox's adapter (`adapters/lent.py`): the blob store, its tokens, its marks."""

import hmac
from collections.abc import AsyncIterator, Mapping
from datetime import timedelta

import msgspec

from adapters.lent import Files, Marks
from hub.keys import Keyring
from hub.marks import InboxMarks
from hub.model import Attachment, Media
from hub.store.port import Store
from hub.tokens import InboxTokens, Tokens
from server.attachments import keep
from server.links import WEEK, Links
from server.shelf import LARGEST, BlobShelf


class LentFiles:
    """The blob store as an adapter sees it."""

    def __init__(self, shelf: BlobShelf, links: Links) -> None:
        self._shelf = shelf
        self._links = links

    async def keep(self, data: bytes | AsyncIterator[bytes], *, name: str, limit: int) -> Media:
        """Store a file and return the part that shows it, durable. Raises `TooLarge`, or `Invalid` for an empty one."""
        chunks = _one(data) if isinstance(data, bytes) else data
        return await keep(self._shelf, chunks, name=name, limit=min(limit, LARGEST))

    async def read(self, hash: str) -> bytes:
        """Return a stored file; raises `NotFound`."""
        return await self._shelf.read(hash)

    def link(self, part: Attachment, *, life: timedelta = WEEK) -> str:
        """Return a public, signed address of the file."""
        return self._links.to(part.blob, part.name, life=life)


class Lender:
    """Lends to every inbox of one process."""

    def __init__(self, *, store: Store, keyring: Keyring, shelf: BlobShelf, links: Links, tokens: Tokens) -> None:
        self.files: Files = LentFiles(shelf, links)
        self._store = store
        self._tokens = tokens
        self._key = keyring.derive("token origin").keys[-1].material

    def tokens(self, inbox: str, settings: Mapping[str, object]) -> InboxTokens:
        """Return the inbox's token broker; a token that was fetched with other settings is none of its own."""
        told = msgspec.json.encode(sorted((name, str(value)) for name, value in settings.items()))
        return InboxTokens(self._tokens, inbox, hmac.digest(self._key, told, "sha256").hex()[:32])

    def marks(self, inbox: str) -> Marks:
        """Return the inbox's marks."""
        return InboxMarks(self._store, inbox)


async def _one(data: bytes) -> AsyncIterator[bytes]:
    yield data
