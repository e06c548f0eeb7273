"""Web chat as a channel: frames of a verified visitor become what the hub knows; sending wakes the open window."""

from datetime import datetime

import msgspec
from msgspec import Struct

from adapters import carry
from adapters.contract import Adapter, Request
from adapters.manifest import Manifest
from adapters.setup import Setup
from adapters.webchat import protocol, sites, visitors
from adapters.webchat.protocol import ClientFrame, End, Fill, Hello, Ping, Rate, Read, Send, Typing
from adapters.webchat.visitors import Visitor
from hub.errors import ChannelBroken, Malformed, Unverified
from hub.model import Address, Form, Inbound, Outbound, Said, Sender, Signal

CHANNEL = "webchat"
TOPIC = "chat"
"""Where hints about what a visitor should see are published; every process that holds sockets listens."""


class Nudge(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A hint: look again at this visitor's thread."""

    inbox: str
    visitor: str


class WebChat(Adapter):
    """One web-chat inbox. The endpoints of `server/chat` are its provider."""

    def __init__(self, setup: Setup, card: Manifest) -> None:
        if setup.keys is None:
            raise ChannelBroken("Web chat has no keys to sign with", inbox=setup.inbox, hint="Give `keys` in Setup.")
        self._setup = setup
        self._card = card
        self.signer = visitors.signer(setup.keys)
        self.site = sites.read(setup)

    def verify(self, request: Request) -> None:
        """Return quietly when the Bearer token is a visitor's of this inbox."""
        self._visitor(request)

    def parse(self, request: Request) -> list[Inbound]:
        """Read the body of `POST frames`; frames that tell nothing lasting give nothing."""
        visitor = self._visitor(request)
        read = protocol.decode_many(request.body)
        wrong = next((frame for frame in read if isinstance(frame, protocol.WrongFrame)), None)
        if wrong:
            raise Malformed("A frame is not one of ours", client_id=wrong.client_id, reason=wrong.reason) from wrong
        frames = (frame for frame in read if not isinstance(frame, protocol.WrongFrame))
        made = (inbound(visitor, frame, raw=request.body, at=request.at) for frame in frames)
        return [one for one in made if one]

    async def send(self, message: Outbound) -> str:
        """Wake whoever shows this visitor's thread; the message itself is in the store, so the id is enough."""
        carry.check(self._card, message)
        nudge = Nudge(inbox=message.inbox, visitor=message.to.user)
        await self._setup.push(TOPIC, msgspec.json.encode(nudge))
        return message.id

    def _visitor(self, request: Request) -> Visitor:
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        if scheme.lower() != "bearer":
            raise Unverified("There is no visitor token", hint="Send `Authorization: Bearer` with the session's token.")
        return visitors.verify(self.signer, token, self._setup.inbox, self.site.identity, request.at).payload


def inbound(visitor: Visitor, frame: ClientFrame, *, raw: bytes = b"", at: datetime) -> Inbound | None:
    """Say in the hub's words what a frame tells; None for what does not last (typing, ping, hello).

    `provider_id` is made of the visitor and the id the widget gave, so a frame sent again is the same inbound.
    """
    match frame:
        case Send(client_id=id, parts=parts):
            return _said(visitor, id, parts, visitor.sender, raw, at)
        case Fill(client_id=id, name=name, answers=answers):
            return _said(visitor, id, (Form(name=name, answers=answers),), _introduced(visitor, answers), raw, at)
        case Rate(client_id=id, stars=stars, comment=comment, conversation=thread):
            facts = {"stars": str(stars), "comment": comment, "conversation": thread}
            return _signal(visitor, f"rated:{id}", "rated", facts, raw, at)
        case End(client_id=id, conversation=thread):
            return _signal(visitor, f"ended:{id}", "ended", {"conversation": thread}, raw, at)
        case Read(seq=seq, conversation=thread):
            facts = {"seq": str(seq), "conversation": thread}
            return _signal(visitor, f"read:{thread}:{seq}", "read", facts, raw, at)
        case Typing() | Ping() | Hello():
            return None


def build(setup: Setup, card: Manifest) -> WebChat:
    """Make the adapter of one inbox."""
    return WebChat(setup, card)


def client_id(visitor: str, provider_id: str) -> str:
    """Return the id the widget gave a message, read back from what the hub stored."""
    return provider_id.removeprefix(f"{visitor}:") if provider_id.startswith(f"{visitor}:") else ""


def _said(visitor: Visitor, id: str, parts: tuple[protocol.Spoken | Form, ...], who: Sender,
          raw: bytes, at: datetime) -> Said:  # fmt: skip
    return Said(inbox=visitor.inbox, provider_id=f"{visitor.visitor}:{id}", sender=_address(visitor), sent_at=at,
                parts=parts, who=who, raw=raw)  # fmt: skip


def _signal(visitor: Visitor, id: str, name: str, facts: dict[str, str], raw: bytes, at: datetime) -> Signal:
    return Signal(inbox=visitor.inbox, provider_id=f"{visitor.visitor}:{id}", sender=_address(visitor), sent_at=at,
                  name=name, facts={fact: value for fact, value in facts.items() if value}, who=visitor.sender,
                  raw=raw)  # fmt: skip


def _introduced(visitor: Visitor, answers: dict[str, str]) -> Sender:
    """Take name and attributes from a filled form; nothing of it is proved."""
    name = visitor.name or answers.get("name", "")[:128]
    told = {key: value for key, value in answers.items() if value and key != "name"}
    known = visitor.sender
    return Sender(name=name, language=known.language, attributes={**told, **known.attributes}, verified=known.verified)


def _address(visitor: Visitor) -> Address:
    return Address(channel=CHANNEL, user=visitor.visitor)
