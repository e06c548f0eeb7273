"""What a web-chat inbox looks like and whom it lets in: its settings as one typed value. Pure."""

from typing import Literal
from urllib.parse import urlsplit

import msgspec
from msgspec import Struct

from adapters.setup import Setup
from hub.model import FormField

MEGABYTE = 1024 * 1024


class Site(Struct, frozen=True, kw_only=True):
    """The settings of one inbox (`manifest.toml` says what each means)."""

    inbox: str
    origins: tuple[str, ...] = ()
    title: str = ""
    colour: str = "#1261a0"
    greeting: str = ""
    offline: str = ""
    pre_chat: tuple[FormField, ...] = ()
    identity: Literal["off", "optional", "required"] = "off"
    identity_secret: str = ""
    identity_secret_before: str = ""
    uploads: bool = True
    upload_megabytes: int = 10

    def __repr__(self) -> str:
        """Keep the secrets out of logs."""
        return f"Site({self.inbox!r})"

    @property
    def secrets(self) -> tuple[str, ...]:
        """Return the identity secrets that count, newest first."""
        return tuple(filter(None, (self.identity_secret, self.identity_secret_before)))

    @property
    def largest_upload(self) -> int:
        """Return the most bytes of one file."""
        return self.upload_megabytes * MEGABYTE

    def allows(self, origin: str) -> bool:
        """Say whether a page of this origin may open the chat; `https://*.example.cn` allows every host below it."""
        return any(origin == allowed or _below(origin, allowed) for allowed in self.origins)


def read(setup: Setup) -> Site:
    """Return the checked settings of an inbox as a Site."""
    given = {name: value for name, value in setup.settings.items() if value is not None}
    return msgspec.convert({"inbox": setup.inbox, **given}, Site)


def _below(origin: str, allowed: str) -> bool:
    scheme, _, host = allowed.partition("://*.")
    parts = urlsplit(origin)
    return bool(host) and parts.scheme == scheme and parts.netloc.endswith(f".{host}")
