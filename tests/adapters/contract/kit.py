"""What the suite needs of one channel: where its card and code are, and where the evidence is.

`recordings/<channel>/settings.json` and `provider.json` are described in `evidence.py`. Every kit lends files (those of
`files/` are in it), tokens and marks of its own, and the clock that a test sets.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec
from msgspec import Struct

from adapters.setup import Setup
from hub import keys
from hub.clock import SystemClock
from hub.model import Outbound
from tests.adapters.contract import lent
from tests.adapters.contract.evidence import evidence, script
from tests.adapters.contract.recordings import HUB, Recording, read

if TYPE_CHECKING:
    from aiohttp import ClientSession

    from adapters.contract import Adapter
    from adapters.manifest import Manifest
    from adapters.registry import Registry
    from hub.clock import Clock
    from hub.model import Media

FILES = Path(__file__).parent / "files"
INBOX = "inbox-1"
NOWHERE = "http://127.0.0.1:9"


class Sample(Struct, frozen=True, kw_only=True):
    """One message to send, and the request or push it must become (`send/<part>.json`)."""

    message: Outbound
    calls: list[dict[str, Any]] = []
    pushes: list[dict[str, Any]] = []


class Kit:
    """One channel under test."""

    def __init__(self, registry: Registry, channel: str, recordings: Path) -> None:
        self.registry = registry
        self.channel = channel
        self.folder = recordings
        self.recordings: list[Recording] = read(recordings)
        self.evidence = evidence(recordings)
        self.script = script(recordings)
        self.pushed: list[tuple[str, bytes]] = []
        self.clock: Clock = SystemClock()
        self.files = lent.Files(HUB)
        self.marks = lent.Marks()
        for name in sorted(FILES.glob("*.*")):
            self.files.put(name.read_bytes(), name=name.name)

    @property
    def card(self) -> Manifest:
        """Return the channel's manifest."""
        return self.registry.manifest(self.channel)

    @property
    def secrets(self) -> list[str]:
        """Return every configured secret, keys of the keyring included."""
        own = [value for name, value in self._settings("").items() if name in self.card.secrets and value]
        return [*own, *([self.evidence.keys.partition(":")[2]] if self.evidence.keys else [])]

    @property
    def calls(self) -> bool:
        """Say whether sending calls a provider; a channel inside the hub calls nobody."""
        samples = (msgspec.json.decode(file.read_bytes(), type=Sample) for file in self.samples().values())
        return any(sample.calls for sample in samples)

    def samples(self) -> dict[str, Path]:
        """Return the golden of every part that has one."""
        return {file.stem: file for file in sorted((self.folder / "send").glob("*.json"))}

    def exempt(self, test: str) -> str:
        """Return why a test cannot hold for this channel, or ""."""
        return next((reason for words, reason in self.evidence.exempt.items() if words in test), "")

    def file(self, name: str) -> Media:
        """Return the part that shows one of `files/`."""
        return self.files.put((FILES / name).read_bytes(), name=name)

    def adapter(self, http: ClientSession | None = None, provider: str = NOWHERE, **changed: object) -> Adapter:
        """Build the adapter with the test inbox's settings, some of them changed."""
        setup = Setup(
            inbox=INBOX,
            settings={**self._settings(provider), **changed},
            http=http,  # type: ignore[arg-type]  # verify and parse do no I/O: nothing to call with proves it
            push=self._push,
            base_url=HUB,
            keys=keys.parse(self.evidence.keys) if self.evidence.keys else None,
            clock=self.clock,
            files=self.files,
            tokens=lent.Tokens(self.clock),
            marks=self.marks,
        )
        return self.registry.build(self.channel, setup)

    def _settings(self, provider: str) -> dict[str, Any]:
        return {
            name: value.replace("{provider}", provider) if isinstance(value, str) else value
            for name, value in self.evidence.settings.items()
        }

    async def _push(self, topic: str, payload: bytes) -> None:
        self.pushed.append((topic, payload))
