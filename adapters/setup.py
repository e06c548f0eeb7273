"""What an adapter is built from: its inbox, its settings, and the two ways out it is lent."""

from collections.abc import Mapping

from aiohttp import ClientSession
from msgspec import Struct, field, structs

from adapters.contract import Push
from hub.clock import Clock, SystemClock
from hub.keys import Keyring


class Setup(Struct, frozen=True, kw_only=True):
    """One inbox, ready to be served. `settings` are checked and complete (`adapters/settings.py`).

    `base_url` is the hub's public address, no slash at its end, for providers that must be told where to call.
    `keys` are for channels that sign tokens of their own.
    """

    inbox: str
    settings: Mapping[str, object]
    http: ClientSession
    push: Push
    base_url: str = ""
    keys: Keyring | None = None
    clock: Clock = field(default_factory=SystemClock)

    def __repr__(self) -> str:
        """Keep the secrets out of logs: name the inbox and nothing else."""
        return f"Setup(inbox={self.inbox!r})"

    def text(self, name: str) -> str:
        """Return a text setting, or "" when it is not set."""
        value = self.settings.get(name)
        return value if isinstance(value, str) else ""

    def with_settings(self, **changed: object) -> "Setup":
        """Return a copy with other settings, as the contract suite needs it."""
        return structs.replace(self, settings={**self.settings, **changed})
