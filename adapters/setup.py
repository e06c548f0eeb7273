"""What an adapter is built from: its inbox, its settings, and what it is lent."""

from collections.abc import Mapping
from typing import TypeVar

from aiohttp import ClientSession
from msgspec import Struct, field, structs

from adapters.lent import Files, Marks, Push, Tokens
from hub.clock import Clock, SystemClock
from hub.errors import ChannelBroken
from hub.keys import Keyring

T = TypeVar("T")


class Setup(Struct, frozen=True, kw_only=True):
    """One inbox, ready to be served. `settings` are checked and complete (`adapters/settings.py`).

    `base_url` is the hub's public address, no slash at its end, for providers that must be told where to call.
    `keys` are for channels that sign tokens of their own. `http` is the hub's one door for outgoing calls, closed to
    private networks. `hook` is the address that the provider calls (`{base_url}/hooks/{inbox}`).
    """

    inbox: str
    settings: Mapping[str, object]
    http: ClientSession
    push: Push
    files: Files | None = None
    tokens: Tokens | None = None
    marks: Marks | None = None
    base_url: str = ""
    keys: Keyring | None = None
    clock: Clock = field(default_factory=SystemClock)

    def __repr__(self) -> str:
        """Keep the secrets out of logs: name the inbox and nothing else."""
        return f"Setup(inbox={self.inbox!r})"

    @property
    def hook(self) -> str:
        """Return the address to enter at the provider."""
        return f"{self.base_url}/hooks/{self.inbox}"

    @property
    def lent_files(self) -> Files:
        """Return the blob store; raises `ChannelBroken` where none was lent (a channel built for its settings only)."""
        return _lent(self.files, "files")

    @property
    def lent_tokens(self) -> Tokens:
        """Return the token broker; raises `ChannelBroken` where none was lent."""
        return _lent(self.tokens, "tokens")

    @property
    def lent_marks(self) -> Marks:
        """Return the marks; raises `ChannelBroken` where none were lent."""
        return _lent(self.marks, "marks")

    def text(self, name: str) -> str:
        """Return a text setting, or "" when it is not set."""
        value = self.settings.get(name)
        return value if isinstance(value, str) else ""

    def with_settings(self, **changed: object) -> "Setup":
        """Return a copy with other settings, as the contract suite needs it."""
        return structs.replace(self, settings={**self.settings, **changed})


def _lent(thing: T | None, name: str) -> T:
    if thing is None:
        raise ChannelBroken("The channel was not lent what it needs", lacks=name)
    return thing
