"""From a place in a thread to the frames that follow it. The same for sockets and polls, so both show the same."""

import asyncio
import base64

import msgspec
from msgspec import Struct, structs

from adapters.webchat.protocol import ServerFrame, StateChanged, TheyRead, Welcome
from conversations.model import Conversation
from hub.errors import Malformed
from server.chat.thread import PAGE, Standing, Thread

BACKLOG = 200
"""A window that holds nothing yet gets this much of a long thread; the rest is scrolled back to."""


class Place(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """How far a window has been served: all up to `seq` of `conversation`, this standing, this read mark.

    `begun` is false until the window was welcomed.
    """

    conversation: str = ""
    seq: int = 0
    standing: Standing = Standing()
    read: int = 0
    begun: bool = False


class Step(Struct, frozen=True, kw_only=True):
    """What to show next, where that leads, and whether there is still more to fetch."""

    frames: tuple[ServerFrame, ...]
    place: Place
    more: bool = False


async def step(thread: Thread, place: Place) -> Step:
    """Return what follows a place: at most one page of messages, then how things stand.

    A thread that was closed and followed by another is first shown to its end.
    """
    at = await thread.own(place.conversation)
    unseen = at is not None and (at.live or at.seq > place.seq)
    shown = at if unseen else await thread.current()
    if not place.begun or (shown is not None and shown.id != place.conversation):
        return await _welcome(thread, shown, place)
    if shown is None:
        return Step(frames=(), place=place)
    served = await _messages(thread, shown, place)
    if served.more:
        return served
    over = not shown.live and served.place.seq > place.seq  # at its end, another thread may have begun
    return structs.replace(await _standing(thread, shown, served), more=over)


async def _welcome(thread: Thread, current: Conversation | None, place: Place) -> Step:
    standing = await thread.standing(current)
    conversation, seq = (current.id, current.seq) if current else ("", 0)
    known = place.seq if conversation == place.conversation else 0
    frame = Welcome(visitor=thread.visitor, conversation=conversation, seq=seq, **structs.asdict(standing))
    begun = Place(conversation=conversation, seq=known or max(0, seq - BACKLOG), standing=standing, begun=True)
    return Step(frames=(frame,), place=begun, more=current is not None)


async def _messages(thread: Thread, conversation: Conversation, place: Place) -> Step:
    if conversation.seq <= place.seq:
        return Step(frames=(), place=place)
    found = await thread.after(conversation.id, place.seq)
    shown = tuple(frame for frame in map(thread.shown, found) if frame)
    reached = structs.replace(place, seq=found[-1].seq if found else place.seq)
    return Step(frames=shown, place=reached, more=len(found) == PAGE)


async def _standing(thread: Thread, conversation: Conversation, served: Step) -> Step:
    """Add what changed beside messages: whose turn it is, how far the agent has read."""
    standing, read = await asyncio.gather(thread.standing(conversation), thread.read_by_agent(conversation))
    frames: list[ServerFrame] = [*served.frames]
    if standing != served.place.standing:
        frames.append(StateChanged(conversation=conversation.id, **structs.asdict(standing)))
    if read > served.place.read:
        frames.append(TheyRead(conversation=conversation.id, seq=read))
    place = structs.replace(served.place, standing=standing, read=max(read, served.place.read))
    return Step(frames=tuple(frames), place=place)


def to_cursor(place: Place) -> str:
    """Write a place for a poll to hand back. It opens nothing: whose thread it is, is asked again each time."""
    return base64.urlsafe_b64encode(msgspec.json.encode(place)).decode().rstrip("=")


def from_cursor(cursor: str) -> Place:
    """Read a cursor; raises `Malformed`."""
    try:
        return msgspec.json.decode(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)), type=Place)
    except ValueError as error:
        raise Malformed("The cursor is not one of ours", hint="Poll without one.") from error
