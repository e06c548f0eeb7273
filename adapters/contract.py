"""The adapter's contract: verify, parse, send; optionally challenge and listen. No state about customers."""

from abc import ABC, abstractmethod
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import datetime
from typing import Protocol

from msgspec import Struct

from hub.model import Inbound, Outbound

Accept = Callable[[Sequence[Inbound]], Awaitable[None]]
"""The hub's first door: returns when everything given is durable."""


class Request(Struct, frozen=True, kw_only=True):
    """A provider's HTTP request as bytes, so that a recording can stand in for the web framework.

    Ask `headers` with lower-case names; `url` is the public address the provider called, query included.
    """

    method: str
    url: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    body: bytes
    at: datetime


class Push(Protocol):
    """How a channel that lives in the hub (web chat) reaches an open socket; a hint, never the only copy."""

    async def __call__(self, topic: str, payload: bytes) -> None:
        """Publish `payload` to whoever listens on `topic`, in any process."""
        ...


class Adapter(ABC):
    """Translate between one provider and the hub, for one inbox."""

    @abstractmethod
    def verify(self, request: Request) -> None:
        """Return quietly, or raise `Unverified` with a hint that names the setting. No I/O."""

    @abstractmethod
    def parse(self, request: Request) -> list[Inbound]:
        """Return what came in; an empty list means known and ignored. Raises `Malformed`. No I/O."""

    @abstractmethod
    async def send(self, message: Outbound) -> str:
        """Hand one message to the provider and return the provider's id for it.

        Raises `Unsupported` (before any call), `Refused`, `TryLater`, `ChannelBroken`, or `OutcomeUnknown` when
        bytes were written and no answer came.
        """

    def challenge(self, request: Request) -> bytes | None:
        """Answer a provider's proof of address (WeChat `echostr`, Meta `hub.challenge`), or None."""
        return None

    async def listen(self, accept: Accept) -> None:  # noqa: B027  # optional on purpose
        """Stay connected to the provider (IMAP, streams) until cancelled; the default has nothing to hear."""
