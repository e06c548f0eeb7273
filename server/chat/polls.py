"""The same chat without a socket: a poll that waits for news, and a POST that carries frames."""

import asyncio
from typing import Annotated

import msgspec
from aiohttp import web
from msgspec import Meta, Struct

from adapters.webchat.protocol import (
    LONGEST_FRAME,
    Seq,
    ServerFrame,
    ServerFrames,
    ThreadId,
    Trouble,
    WrongFrame,
    decode_many,
    encode,
)
from adapters.webchat.visitors import Visitor
from hub.errors import HubError
from server.api.decode import query_decoder, read_body
from server.chat.door import Caller
from server.chat.feed import Place, from_cursor, step, to_cursor
from server.chat.frames import Seat, take
from server.chat.thread import Thread

MOST = 20
"""Pages of one answer; what remains comes with the next poll at once."""


class Where(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Query of a poll: the hello (seq, conversation), or the cursor of the last answer."""

    seq: Seq = 0
    conversation: ThreadId = ""
    cursor: Annotated[str, Meta(max_length=1024)] = ""


_where = query_decoder(Where)


class Waiter:
    """A poll that waits: a listener that only notes that there is news."""

    def __init__(self, visitor: str, place: Place) -> None:
        self.visitor = visitor
        self.place = place
        self.passing: list[ServerFrame] = []
        self._news = asyncio.Event()

    @property
    def conversation(self) -> str:
        """Return what the window shows."""
        return self.place.conversation

    @property
    def waiting(self) -> bool:
        """Say whether its conversation stands in a queue."""
        return self.place.standing.queue_position is not None

    def wake(self) -> None:
        """There is news in the store."""
        self._news.set()

    def show(self, frame: ServerFrame) -> None:
        """Keep it for the answer."""
        if len(self.passing) < MOST:
            self.passing.append(frame)
        self._news.set()

    async def close(self, code: int, reason: str = "") -> None:
        """Answer now: the process goes down."""
        self._news.set()

    async def wait(self, seconds: float) -> None:
        """Return at the first news, or when the time is up."""
        try:
            async with asyncio.timeout(seconds):
                await self._news.wait()
        except TimeoutError:
            return


async def poll(who: Caller) -> web.StreamResponse:
    """Answer with what follows the caller's place, at once or as soon as there is something."""
    visitor = who.visitor()
    where = _where(who.request.query)
    place = from_cursor(where.cursor) if where.cursor else Place(conversation=where.conversation, seq=where.seq)
    waiter = Waiter(visitor.visitor, place)
    who.chat.room_for(visitor.visitor)
    who.chat.crowd.join(waiter)
    try:
        frames, place = await _news(who, visitor, place)
        if not frames:
            await waiter.wait(who.chat.limits.poll)
            frames, place = await _news(who, visitor, place)
    finally:
        who.chat.crowd.leave(waiter)
    return _answer((*frames, *waiter.passing), to_cursor(place))


async def frames(who: Caller) -> web.StreamResponse:
    """Take the frames of one POST in their order."""
    visitor = who.visitor()
    body = await read_body(who.request, LONGEST_FRAME)
    seat = Seat(chat=who.chat, who=who, visitor=visitor)
    current = await Thread(who.chat.store, who.inbox.id, visitor.visitor).current()
    answers: list[ServerFrame] = []
    for frame in decode_many(body):
        try:
            raw = b"" if isinstance(frame, WrongFrame) else msgspec.json.encode(frame)
            answers += await take(seat, frame, raw=raw, conversation=current.id if current else "")
        except HubError as error:
            answers.append(Trouble(code=error.code, detail=error.message))
            break
    return _answer(tuple(answers), "")


async def _news(who: Caller, visitor: Visitor, place: Place) -> tuple[tuple[ServerFrame, ...], Place]:
    thread = Thread(who.chat.store, who.inbox.id, visitor.visitor, who.chat.waits)
    frames: list[ServerFrame] = []
    for _ in range(MOST):
        served = await step(thread, place)
        frames += served.frames
        place = served.place
        if not served.more:
            break
    return tuple(frames), place


def _answer(frames: tuple[ServerFrame, ...], cursor: str) -> web.Response:
    return web.Response(body=encode(ServerFrames(frames=frames, cursor=cursor)), content_type="application/json")
