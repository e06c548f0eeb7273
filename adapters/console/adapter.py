"""Console as a channel: signed JSON events in, signed JSON messages out to one address, or onto the terminal."""

import sys
from datetime import datetime
from typing import Annotated

import msgspec
from msgspec import Meta, Struct

from adapters import carry
from adapters.contract import Adapter, Request
from adapters.http import expect_success, post
from adapters.manifest import Manifest
from adapters.setup import Setup
from hub import standard_webhooks as signature
from hub.errors import Malformed
from hub.model import Address, Inbound, Outbound, Part, Receipt, Said, Sender, Signal, Status, plain

CHANNEL = "console"
UserId = Annotated[str, Meta(min_length=1, max_length=256)]


class Kind(Struct, frozen=True, kw_only=True):
    """What sort of event it is; kinds we do not know are none of our business."""

    type: str


class Person(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Who it is about."""

    id: UserId
    name: Annotated[str, Meta(max_length=128)] = ""
    language: Annotated[str, Meta(max_length=35)] = ""
    avatar: Annotated[str, Meta(max_length=2048)] = ""
    attributes: dict[str, Annotated[str, Meta(max_length=2000)]] = {}

    @property
    def address(self) -> Address:
        """Return where they are reached."""
        return Address(channel=CHANNEL, user=self.id)

    @property
    def sender(self) -> Sender:
        """Return what is told about them."""
        return Sender(name=self.name, language=self.language, avatar=self.avatar, attributes=self.attributes)


class Event(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What every event has."""

    type: str
    sender: Person = msgspec.field(name="from")
    at: Annotated[datetime, Meta(tz=True)]


class MessageEvent(Event, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`message`: somebody said something."""

    parts: Annotated[tuple[Part, ...], Meta(min_length=1, max_length=20)]
    subject: Annotated[str, Meta(max_length=998)] = ""
    reply_to: Annotated[str, Meta(max_length=512)] = ""


class StatusEvent(Event, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`status`: how far a message of ours has come."""

    message: Annotated[str, Meta(min_length=1, max_length=512)]
    status: Status
    reason: Annotated[str, Meta(max_length=1000)] = ""


class SignalEvent(Event, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`signal`: something happened that is no message."""

    name: Annotated[str, Meta(pattern="^[a-z_.]{1,64}$")]
    facts: dict[str, Annotated[str, Meta(max_length=2000)]] = {}


class Delivered(Struct, frozen=True, kw_only=True):
    """What the other side may answer: its own id for the message."""

    id: Annotated[str, Meta(min_length=1, max_length=512)] = ""


class Console(Adapter):
    """One inbox of the channel."""

    def __init__(self, setup: Setup, card: Manifest) -> None:
        self._setup = setup
        self._card = card
        self._tolerance = msgspec.convert(setup.settings.get("tolerance_seconds", 300), int)

    @property
    def _secrets(self) -> tuple[str, str]:
        """Return the secret that signs and the one before it; kept where no log shows them."""
        return self._setup.text("signing_secret"), self._setup.text("signing_secret_before")

    def verify(self, request: Request) -> None:
        """Check the signature over the raw body."""
        signature.check(request.headers, request.body, self._secrets, at=request.at, tolerance=self._tolerance)

    def parse(self, request: Request) -> list[Inbound]:
        """Read one event. `webhook-id` is its identity: the scheme keeps it the same whenever it is sent again."""
        id = request.headers.get(signature.ID, "")
        if not 0 < len(id) <= 512:
            raise Malformed("The event has no id", hint=f"Send {signature.ID} with 1 to 512 characters.")
        try:
            return self._read(id, request.body)
        except ValueError as error:
            raise Malformed("Not an event of the API channel", inbox=self._setup.inbox, reason=str(error)) from error

    async def send(self, message: Outbound) -> str:
        """Post it to `deliver_url`; our message id is the idempotency key at every attempt."""
        carry.check(self._card, message)
        url = self._setup.text("deliver_url")
        if not url:
            sys.stdout.write(_line(message))
            return message.id
        at, body = self._setup.clock.now(), msgspec.json.encode(_outgoing(message))
        headers = {
            "Content-Type": "application/json",
            "Idempotency-Key": message.id,
            **signature.sign(self._secrets[0], message.id, at, body),
        }
        answer = await post(self._setup.http, url, body, headers, setting="deliver_url")
        expect_success(answer, at=at, who="The program at `deliver_url`", setting="signing_secret")
        return _their_id(answer.body) or message.id

    def _read(self, id: str, body: bytes) -> list[Inbound]:
        match msgspec.json.decode(body, type=Kind).type:
            case "message":
                said = msgspec.json.decode(body, type=MessageEvent)
                return [Said(inbox=self._setup.inbox, provider_id=id, sender=said.sender.address, sent_at=said.at,
                             parts=said.parts, who=said.sender.sender, subject=said.subject, reply_to=said.reply_to,
                             raw=body)]  # fmt: skip
            case "status":
                told = msgspec.json.decode(body, type=StatusEvent)
                return [Receipt(inbox=self._setup.inbox, provider_id=id, sender=told.sender.address, sent_at=told.at,
                                message=told.message, status=told.status, reason=told.reason, raw=body)]  # fmt: skip
            case "signal":
                sign = msgspec.json.decode(body, type=SignalEvent)
                return [Signal(inbox=self._setup.inbox, provider_id=id, sender=sign.sender.address, sent_at=sign.at,
                               name=sign.name, facts=sign.facts, who=sign.sender.sender, raw=body)]  # fmt: skip
            case _:
                return []


def build(setup: Setup, card: Manifest) -> Console:
    """Make the adapter of one inbox."""
    return Console(setup, card)


def _line(message: Outbound) -> str:
    """Say a message on one line, without what a terminal would obey."""
    line = f"[{message.inbox}] {message.author or 'hub'} -> {message.to.user}: {plain(message.parts)}"
    return "".join(letter if letter.isprintable() else " " for letter in line) + "\n"


def _outgoing(message: Outbound) -> dict[str, object]:
    return {
        "type": "message",
        "id": message.id,
        "to": {"id": message.to.user},
        "conversation": message.conversation,
        "seq": message.seq,
        "author": message.author,
        "reply_to": message.reply_to,
        "parts": message.parts,
    }


def _their_id(body: bytes) -> str:
    try:
        return msgspec.json.decode(body, type=Delivered).id if body else ""
    except ValueError:
        return ""
