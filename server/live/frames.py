"""The words of the live socket, both ways. A numbered frame is encoded once; every stream puts its number in front."""

from datetime import datetime
from typing import Annotated, Any

import msgspec
from msgspec import Meta, Struct

from conversations.model import Conversation, Message
from hub.errors import Malformed

LARGEST = 64 * 1024
Id = Annotated[str, Meta(min_length=1, max_length=64)]


class Row(Struct, frozen=True, kw_only=True, tag="conversation"):
    """A row of the lists changed."""

    row: Conversation


class Told(Struct, frozen=True, kw_only=True, tag="message"):
    """A message or note was added, or its status changed."""

    conversation: str
    seq: int
    message: Message


class Gone(Struct, frozen=True, kw_only=True, tag="gone"):
    """It may no longer be seen."""

    conversation: str


class Offered(Struct, frozen=True, kw_only=True, tag="offer"):
    """It is offered to this user."""

    conversation: str
    until: datetime


class OfferOver(Struct, frozen=True, kw_only=True, tag="offer_over"):
    """It no longer is."""

    conversation: str


class Reset(Struct, frozen=True, kw_only=True, tag="reset"):
    """Fetch again what is shown."""


Numbered = Row | Told | Gone | Offered | OfferOver | Reset


class Hello(Struct, frozen=True, kw_only=True, tag="hello"):
    """The first frame: which stream this is, and its newest number."""

    stream: str
    n: int


class AtDesk(Struct, frozen=True, kw_only=True, tag="presence"):
    """A colleague's status, load or capacity changed; `set_by` is the lead who set the status, if one did."""

    user: str
    status: str
    load: int
    capacity: int
    set_by: str = ""


class Viewer(Struct, frozen=True, kw_only=True):
    """A colleague who looks at a conversation; `listening`: a lead who listens in."""

    id: str
    name: str
    typing: bool = False
    drafting: bool = False
    listening: bool = False


class Viewing(Struct, frozen=True, kw_only=True, tag="viewing"):
    """Who looks at it now."""

    conversation: str
    users: tuple[Viewer, ...]


class Typing(Struct, frozen=True, kw_only=True, tag="typing", omit_defaults=True):
    """Somebody types, or stopped: "customer" or a user id. `text` is what a customer has typed so far, if told."""

    conversation: str
    who: str
    on: bool
    text: str = ""


class Counts(Struct, frozen=True, kw_only=True, tag="counts"):
    """How many are in each view of this user."""

    views: tuple[Any, ...]


class Trouble(Struct, frozen=True, kw_only=True, tag="trouble"):
    """An inbox broke and needs an administrator: told to those who manage inboxes."""

    inbox: str
    name: str
    code: str
    message: str
    hint: str
    at: datetime


class SessionOver(Struct, frozen=True, kw_only=True, tag="session_over"):
    """The session was ended; the socket closes with 4401."""


class Drain(Struct, frozen=True, kw_only=True, tag="drain"):
    """The server goes down; connect again after a random moment."""


class Pong(Struct, frozen=True, kw_only=True, tag="pong"):
    """The answer to `ping`."""


Passing = AtDesk | Viewing | Typing | Counts | Trouble


class Resume(Struct, frozen=True, kw_only=True, tag="resume", forbid_unknown_fields=True):
    """The client's first frame after a reconnect: what it saw last."""

    stream: Id
    n: Annotated[int, Meta(ge=0)]


class Look(Struct, frozen=True, kw_only=True, tag="view", forbid_unknown_fields=True):
    """The client shows this conversation, or none; `listening`: a lead listens in, seen as the house has it set."""

    conversation: Id | None = None
    listening: bool = False


class Types(Struct, frozen=True, kw_only=True, tag="typing", forbid_unknown_fields=True):
    """The agent types an answer, or stopped."""

    conversation: Id
    on: bool


class Sits(Struct, frozen=True, kw_only=True, tag="presence", forbid_unknown_fields=True):
    """The agent chose a status."""

    status: Annotated[str, Meta(pattern="^(online|busy|away)$")]


class Ping(Struct, frozen=True, kw_only=True, tag="ping", forbid_unknown_fields=True):
    """Are you there?"""


ClientFrame = Resume | Look | Types | Sits | Ping

_encoder = msgspec.json.Encoder()
_decoder: msgspec.json.Decoder[ClientFrame] = msgspec.json.Decoder(ClientFrame)


def encode(frame: Struct) -> bytes:
    """Write a frame."""
    return _encoder.encode(frame)


def numbered(body: bytes, n: int) -> str:
    """Put a stream's number into a frame that was encoded once for all."""
    return f'{{"n":{n},{body[1:].decode()}'


def decode(text: str) -> ClientFrame:
    """Read what a client says; raises `Malformed`."""
    try:
        return _decoder.decode(text)
    except (ValueError, RecursionError) as error:
        raise Malformed("That is no frame of the live socket", reason=str(error)) from error
