"""Public addresses of stored files: signed, for a time, for a provider, a customer or a picture in a mail to fetch."""

from datetime import datetime, timedelta
from typing import Annotated
from urllib.parse import quote

from msgspec import Meta, Struct

from hub.clock import Clock
from hub.keys import Keyring
from hub.signing import Signer
from server.attachments import file_name

WEEK = timedelta(days=7)
PATH = "/files/{token}/{name}"
REMOTE_PATH = "/remote/{token}"


class Lent(Struct, frozen=True, kw_only=True):
    """What a file's token says: the blob's content hash."""

    h: Annotated[str, Meta(pattern="^[0-9a-f]{64}$")]


class Far(Struct, frozen=True, kw_only=True):
    """What the token of a picture elsewhere says: where it is."""

    u: Annotated[str, Meta(max_length=2048, pattern="^https?://")]


class Links:
    """Makes the addresses and reads them back."""

    def __init__(self, keyring: Keyring, clock: Clock, base_url: str) -> None:
        self._files = Signer(keyring, "file", Lent)
        self._remote = Signer(keyring, "remote picture", Far)
        self._clock = clock
        self._base = base_url

    def to(self, blob: str, name: str, *, life: timedelta = WEEK) -> str:
        """Return the whole address of a blob, good for `life`."""
        return self._base + self.path(blob, name, life=life)

    def path(self, blob: str, name: str, *, life: timedelta = WEEK) -> str:
        """Return the address without the host, for our own pages."""
        token = self._files.sign(Lent(h=blob), until=self._clock.now() + life)
        return f"/files/{token}/{quote(file_name(name), safe='')}"

    def remote(self, url: str, *, life: timedelta = timedelta(hours=12)) -> str:
        """Return the path at which the hub fetches a picture elsewhere for a page of ours."""
        return f"/remote/{self._remote.sign(Far(u=url), until=self._clock.now() + life)}"

    def blob(self, token: str, at: datetime) -> str:
        """Return the hash that a token names; raises `Unverified` for one that is not ours, or over."""
        return self._files.verify(token, at).payload.h

    def far(self, token: str, at: datetime) -> str:
        """Return the address elsewhere that a token names; raises `Unverified`."""
        return self._remote.verify(token, at).payload.u
