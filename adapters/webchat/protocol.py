"""The frames between widget and hub, as docs/protocols.md section 3 says. Pure data; the wire is JSON text."""

from datetime import datetime
from typing import Annotated, Literal

import msgspec
from msgspec import Meta, Struct

from hub.errors import Invalid, Malformed
from hub.model import Audio, File, Image, Location, Part, Status, Text, Video

VERSION = "yizhan.chat.1"
LONGEST_FRAME = 64 * 1024
LONGEST_TEXT = 10_000
MOST_FRAMES = 50

ClientId = Annotated[str, Meta(pattern="^[A-Za-z0-9_-]{8,64}$")]
"""Made by the widget once per message and the same at every attempt: what makes a repeated send harmless."""
ThreadId = Annotated[str, Meta(max_length=36, pattern="^[0-9a-f-]*$")]
Seq = Annotated[int, Meta(ge=0, le=2**53)]
Spoken = Text | Image | Audio | Video | File | Location


class Hello(Struct, frozen=True, kw_only=True, tag="hello", forbid_unknown_fields=True):
    """First frame: what the widget holds. `seq` counts within `conversation`; 0 asks for all of it."""

    seq: Seq = 0
    conversation: ThreadId = ""


class Send(Struct, frozen=True, kw_only=True, tag="send", forbid_unknown_fields=True):
    """The visitor says something."""

    client_id: ClientId
    parts: Annotated[tuple[Spoken, ...], Meta(min_length=1, max_length=10)]


class Typing(Struct, frozen=True, kw_only=True, tag="typing", forbid_unknown_fields=True):
    """The visitor began or stopped writing."""

    on: bool


class Read(Struct, frozen=True, kw_only=True, tag="read", forbid_unknown_fields=True):
    """The visitor has seen everything up to `seq`."""

    seq: Seq
    conversation: ThreadId = ""


class Fill(Struct, frozen=True, kw_only=True, tag="form", forbid_unknown_fields=True):
    """The visitor filled in a form; `pre_chat` is the one before the chat."""

    client_id: ClientId
    name: Annotated[str, Meta(min_length=1, max_length=256)]
    answers: Annotated[
        dict[Annotated[str, Meta(pattern="^[a-z][a-z0-9_]{0,31}$")], Annotated[str, Meta(max_length=2000)]],
        Meta(max_length=32),
    ]


class Rate(Struct, frozen=True, kw_only=True, tag="rate", forbid_unknown_fields=True):
    """What the visitor thought of a conversation."""

    client_id: ClientId
    stars: Annotated[int, Meta(ge=1, le=5)]
    comment: Annotated[str, Meta(max_length=2000)] = ""
    conversation: ThreadId = ""


class End(Struct, frozen=True, kw_only=True, tag="end", forbid_unknown_fields=True):
    """The visitor ends the conversation."""

    client_id: ClientId
    conversation: ThreadId = ""


class Ping(Struct, frozen=True, kw_only=True, tag="ping", forbid_unknown_fields=True):
    """Are you there."""


ClientFrame = Hello | Send | Typing | Read | Fill | Rate | End | Ping
Durable = Send | Fill | Rate | End
"""Frames answered with `accepted` once they are on disk."""


class ClientFrames(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Body of `POST /chat/{key}/frames`."""

    frames: Annotated[tuple[ClientFrame, ...], Meta(max_length=MOST_FRAMES)]


class Welcome(Struct, frozen=True, kw_only=True, tag="hello", omit_defaults=True):
    """Where things stand. Sent first, and again whenever another conversation begins."""

    visitor: str
    conversation: str = ""
    seq: int
    state: str
    agent: str = ""
    queue_position: int | None = None
    wait_low: int | None = None
    wait_high: int | None = None
    rate: bool = False


class Said(Struct, frozen=True, kw_only=True, tag="message", omit_defaults=True):
    """One message of the thread. `client_id` is set on the visitor's own."""

    conversation: str
    seq: int
    client_id: str = ""
    by: Literal["me", "agent", "bot", "system"] = msgspec.field(name="from")
    name: str = ""
    parts: tuple[Part, ...]
    at: datetime
    status: Status


class Accepted(Struct, frozen=True, kw_only=True, tag="accepted"):
    """The frame of that `client_id` is durable."""

    client_id: str


class Refused(Struct, frozen=True, kw_only=True, tag="refused"):
    """The frame of that `client_id` will never be taken; do not send it again."""

    client_id: str
    code: str
    detail: str


class StatusChanged(Struct, frozen=True, kw_only=True, tag="status"):
    """How far a message has come."""

    conversation: str
    seq: int
    status: Status


class TheyType(Struct, frozen=True, kw_only=True, tag="typing", omit_defaults=True):
    """An agent or bot began or stopped writing."""

    on: bool
    name: str = ""


class TheyRead(Struct, frozen=True, kw_only=True, tag="read"):
    """An agent has seen everything up to `seq`."""

    conversation: str
    seq: int


class StateChanged(Struct, frozen=True, kw_only=True, tag="state", omit_defaults=True):
    """Whose turn it is now. `rate` asks for stars; the wait is probably between `wait_low` and `wait_high` seconds."""

    conversation: str
    state: str
    agent: str = ""
    queue_position: int | None = None
    wait_low: int | None = None
    wait_high: int | None = None
    rate: bool = False


class Pong(Struct, frozen=True, kw_only=True, tag="pong"):
    """Still here."""


class Trouble(Struct, frozen=True, kw_only=True, tag="error"):
    """Something about the connection, not about one frame."""

    code: str
    detail: str


ServerFrame = Welcome | Said | Accepted | Refused | StatusChanged | TheyType | TheyRead | StateChanged | Pong | Trouble


class ServerFrames(Struct, frozen=True, kw_only=True):
    """Answer of `GET poll` and `POST frames`. Hand `cursor` back with the next poll."""

    frames: tuple[ServerFrame, ...]
    cursor: str = ""


class _Named(Struct, frozen=True, kw_only=True):
    client_id: ClientId


_one: msgspec.json.Decoder[ClientFrame] = msgspec.json.Decoder(ClientFrame)
_many = msgspec.json.Decoder(ClientFrames)
_named = msgspec.json.Decoder(_Named)
_loose = msgspec.json.Decoder(dict[str, list[msgspec.Raw]])
_encoder = msgspec.json.Encoder()


class WrongFrame(Invalid):
    """A frame that can be named, and so refused by its name; the connection goes on."""

    code = "wrong_frame"

    def __init__(self, client_id: str, reason: str) -> None:
        super().__init__("The hub does not take this frame", reason=reason)
        self.client_id = client_id
        self.reason = reason


def decode(raw: bytes | str) -> ClientFrame:
    """Read one frame; raises `WrongFrame` when it has a good `client_id`, else `Malformed`."""
    if len(raw) > LONGEST_FRAME:
        raise Malformed("The frame is too large", limit=LONGEST_FRAME)
    try:
        frame = _one.decode(raw)
    except ValueError as error:
        raise _wrong(raw, str(error)) from error
    if isinstance(frame, Send):
        _short(frame)
    return frame


def decode_many(raw: bytes) -> list[ClientFrame | WrongFrame]:
    """Read the body of a POST; frames that can be refused by name stay in their place. Raises `Malformed`."""
    if len(raw) > LONGEST_FRAME:
        raise Malformed("The body is too large", limit=LONGEST_FRAME)
    try:
        return list(map(_checked, _many.decode(raw).frames))
    except ValueError as error:
        return _one_by_one(raw, str(error))


def encode(frame: ServerFrame | ServerFrames) -> bytes:
    """Write one frame, or an answer of many."""
    return _encoder.encode(frame)


def _checked(frame: ClientFrame) -> ClientFrame | WrongFrame:
    try:
        if isinstance(frame, Send):
            _short(frame)
    except WrongFrame as wrong:
        return wrong
    return frame


def _short(frame: Send) -> None:
    if sum(len(part.body) for part in frame.parts if isinstance(part, Text)) > LONGEST_TEXT:
        raise WrongFrame(frame.client_id, f"A message has at most {LONGEST_TEXT} characters")


def _one_by_one(raw: bytes, reason: str) -> list[ClientFrame | WrongFrame]:
    """Find the frame at fault in a POST, so that its neighbours are not lost with it."""
    try:
        loose = _loose.decode(raw)
    except ValueError as error:
        raise Malformed("Not a list of frames", reason=reason) from error
    if set(loose) != {"frames"} or len(loose["frames"]) > MOST_FRAMES:
        raise Malformed("Not a list of frames", reason=reason)
    return [_read(bytes(frame)) for frame in loose["frames"]]


def _read(raw: bytes) -> ClientFrame | WrongFrame:
    try:
        return decode(raw)
    except WrongFrame as wrong:
        return wrong


def _wrong(raw: bytes | str, reason: str) -> WrongFrame | Malformed:
    try:
        return WrongFrame(_named.decode(raw).client_id, reason)
    except ValueError:
        return Malformed("Not a chat frame", reason=reason)
