"""What a visitor's frame does: stored before it is `accepted`, told to the agents when it passes, refused by name."""

from collections.abc import Sequence

import structlog
from msgspec import Struct, structs

from adapters.webchat.adapter import inbound
from adapters.webchat.protocol import (
    Accepted,
    ClientFrame,
    Durable,
    Hello,
    Ping,
    Pong,
    Read,
    Refused,
    Send,
    ServerFrame,
    Trouble,
    Typing,
    WrongFrame,
)
from adapters.webchat.visitors import Visitor
from hub.errors import HubError, Overloaded, TooMany, TryLater
from hub.model import Inbound
from server.chat.door import Caller
from server.chat.parts import Chat
from server.chat.uploads import vouch
from server.live.frames import Typing as Types
from server.live.frames import encode
from server.live.live import TYPING

log = structlog.get_logger(__name__)


class Seat(Struct, frozen=True, kw_only=True):
    """Who speaks, and where; `conversation` is what their window shows."""

    chat: Chat
    who: Caller
    visitor: Visitor

    @property
    def name(self) -> str:
        """Return the visitor's id."""
        return self.visitor.visitor


async def take(seat: Seat, frame: ClientFrame | WrongFrame, *, raw: bytes, conversation: str) -> Sequence[ServerFrame]:
    """Do what the frame says and return the answers; raises `TooMany`, and whatever is our own fault."""
    chat = seat.chat
    chat.spend(f"chat:frames:{seat.name}", chat.limits.frames)
    match frame:
        case WrongFrame():
            return (Refused(client_id=frame.client_id, code=frame.code, detail=frame.reason),)
        case Ping():
            return (Pong(),)
        case Typing(on=on):
            if conversation:
                await chat.bus.publish(TYPING, encode(Types(conversation=conversation, who="customer", on=on)))
            return ()
        case Read():
            await _store(seat, frame, raw)
            return ()
        case Hello():
            return ()
        case _:
            return (await _lasting(seat, frame, raw),)


async def _lasting(seat: Seat, frame: Durable, raw: bytes) -> ServerFrame:
    """Store what must last; the answer says so only when it is on disk."""
    seat.chat.spend(f"chat:said:{seat.name}", seat.chat.limits.said)
    try:
        if isinstance(frame, Send):
            frame = structs.replace(frame, parts=await vouch(seat.chat.store, seat.name, frame.parts))
        await _store(seat, frame, raw)
    except TooMany:
        raise
    except Overloaded:
        return Trouble(code="overloaded", detail="Please send again in a moment")
    except TryLater as error:
        return Trouble(code=error.code, detail=error.message)
    except HubError as error:
        return Refused(client_id=frame.client_id, code=error.code, detail=error.message)
    return Accepted(client_id=frame.client_id)


async def _store(seat: Seat, frame: ClientFrame, raw: bytes) -> None:
    made: Inbound | None = inbound(seat.visitor, frame, raw=raw, at=seat.chat.clock.now())
    if made is not None:
        await seat.chat.ingest.accept([made])
