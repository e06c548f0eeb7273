"""The adapter's contract: verify, parse, send; every other verb is optional. No state about customers."""

from abc import ABC, abstractmethod
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import datetime

from msgspec import Struct

from adapters.lent import Files, Marks, Push, Tokens
from hub.model import Address, Bell, Inbound, Media, Outbound, Remote

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


class Ack(Struct, frozen=True, kw_only=True):
    """What a provider wants to hear with the 200."""

    body: bytes = b""
    content_type: str = "text/plain"


class Step(Struct, frozen=True, kw_only=True):
    """One thing that a test of the connection tried: what, how it went, and what to change when it failed."""

    name: str
    ok: bool
    detail: str = ""
    hint: str = ""


class TemplateCard(Struct, frozen=True, kw_only=True):
    """A text registered at the provider: its id there, how it reads (`{name}` for a variable), and its variables."""

    id: str
    title: str
    body: str = ""
    variables: tuple[str, ...] = ()


class Voice(Struct, frozen=True, kw_only=True):
    """Under which name a message goes out, and what is put below it."""

    name: str
    signature: str


class Adapter(ABC):
    """Translate between one provider and the hub, for one inbox."""

    @abstractmethod
    def verify(self, request: Request) -> None:
        """Return quietly, or raise `Unverified` with a hint that names the setting. No I/O."""

    @abstractmethod
    def parse(self, request: Request) -> list[Inbound]:
        """Return what came in; an empty list means known and ignored. Raises `Malformed`. No I/O.

        A kind of message we do not know is `Said` with `Notice(code="unsupported", facts={"type": ...})`, raw kept.
        """

    @abstractmethod
    async def send(self, message: Outbound) -> str:
        """Hand one message to the provider and return the provider's id for it.

        Raises `Unsupported` (before any call), `Refused` (`WindowClosed`, `OptedOut`), `TryLater`, `ChannelBroken`, or
        `OutcomeUnknown` when bytes were written and no answer came.
        """

    def challenge(self, request: Request) -> Ack | None:
        """Answer a provider's proof of address (WeChat `echostr`, Meta `hub.challenge`), or None. Checks it itself."""
        return None

    def ack(self, request: Request) -> Ack:
        """Return what the provider wants to hear once its call is durable."""
        return Ack()

    async def listen(self, accept: Accept) -> None:  # noqa: B027  # optional on purpose
        """Stay connected to the provider (IMAP, SMPP) until cancelled; the default has nothing to hear.

        One process at a time listens for an inbox. Return or raise to be called again, later each time.
        """

    async def pull(self, bell: Bell, accept: Accept) -> None:
        """Fetch what a bell announced. What is accepted twice is stored once, so move `Setup.marks` after `accept`."""
        raise NotImplementedError("This channel rings no bells")

    async def media(self, remote: Remote) -> Media:
        """Fetch a file that `parse` only named, keep it (`Setup.files.keep`) and return the part that shows it.

        Raises `TryLater`, or `Refused` when it is gone.
        """
        raise NotImplementedError("This channel names no files")

    async def probe(self) -> list[Step]:
        """Connect to the provider as `send` and `listen` would, send nothing, and say how each step went."""
        return []

    async def typing(self, to: Address, on: bool) -> None:  # noqa: B027  # optional on purpose
        """Show the customer that somebody types; a hint, whose failure is nobody's business."""

    def voice(self, team: str, author: str) -> Voice | None:
        """Return how a colleague of a team speaks here, or None where nobody signs. `team` is its name."""
        return None

    async def templates(self) -> list[TemplateCard]:
        """List the texts registered at the provider."""
        return []

    async def figures(self) -> dict[str, str]:
        """Return what the provider tells about the account itself (quota left, balance), for the health page."""
        return {}

    def consent_url(self, state: str, redirect: str) -> str:
        """Return where an administrator agrees to our use of the account (OAuth 2 authorisation code, RFC 6749 4.1)."""
        raise NotImplementedError("This channel asks nobody for consent")

    async def redeem(self, code: str, redirect: str) -> dict[str, str]:
        """Exchange the code that the provider's consent page gave, and return the settings to keep (a refresh token).

        Raises `Refused` when the provider does not take the code.
        """
        raise NotImplementedError("This channel asks nobody for consent")


__all__ = [
    "Accept", "Ack", "Adapter", "Files", "Marks", "Push", "Request", "Step", "TemplateCard", "Tokens",
    "Voice",
]  # fmt: skip
