"""One visitor's socket: frames in, stored; hints in, what the store holds after its place out. Ten thousand fit."""

import asyncio

import structlog
from aiohttp import WSMsgType, web

from adapters.webchat.adapter import WebChat
from adapters.webchat.protocol import (
    LONGEST_FRAME,
    VERSION,
    ClientFrame,
    Hello,
    ServerFrame,
    Trouble,
    WrongFrame,
    decode,
    encode,
)
from hub.errors import HubError, Malformed, Overloaded, TooMany, Unverified
from server.chat.door import Caller, may_come_from
from server.chat.feed import Place, step
from server.chat.frames import Seat, take
from server.chat.thread import Thread

log = structlog.get_logger(__name__)
MALFORMED, TOKEN, ORIGIN, SLOW, RATE, RESTART = 4400, 4401, 4403, 4408, 4429, 1012
GRACE = 5.0
FULL = 256 * 1024
"""Bytes waiting for a window beyond which passing frames are dropped."""


class Socket:
    """An open window. Holds its place in the thread and nothing of what was said: the store is its queue."""

    __slots__ = ("_again", "_beaten", "_busy", "_ws", "closing", "heard", "place", "seat", "transport")

    def __init__(self, seat: Seat, ws: web.WebSocketResponse, transport: asyncio.Transport | None) -> None:
        self.seat = seat
        self.place: Place | None = None
        self.heard = True
        self.closing = False
        self.transport = transport
        self._ws = ws
        self._busy: asyncio.Task[None] | None = None
        self._again = False
        self._beaten = False

    @property
    def visitor(self) -> str:
        """Return whose window it is."""
        return self.seat.name

    @property
    def conversation(self) -> str:
        """Return what it shows."""
        return self.place.conversation if self.place else ""

    @property
    def waiting(self) -> bool:
        """Say whether its conversation stands in a queue, so that its place may change by what others do."""
        return self.place is not None and self.place.standing.queue_position is not None

    @property
    def behind(self) -> bool:
        """Say whether the browser is slow to take what was written."""
        return self.transport is not None and self.transport.get_write_buffer_size() > FULL

    def wake(self) -> None:
        """Look into the store again; one look at a time, one more when something came meanwhile."""
        if self.place is None or self.closing:
            return
        if self._busy is not None:
            self._again = True
            return
        self._busy = asyncio.create_task(self._look())

    def show(self, frame: ServerFrame) -> None:
        """Show something passing, unless the window is behind or busy."""
        if self.place is not None and not self.closing and not self.behind and self._busy is None:
            self._busy = asyncio.create_task(self._pass(frame))

    async def write(self, frame: ServerFrame) -> None:
        """Write one frame; a window that takes nothing for too long is closed."""
        try:
            async with asyncio.timeout(self.seat.chat.limits.slow):
                await self._ws.send_frame(encode(frame), WSMsgType.TEXT)
        except TimeoutError:
            await self.close(SLOW, "slow consumer")
            raise ConnectionResetError("slow consumer") from None

    async def beat(self) -> None:
        """Ask whether the browser is there; let go of one that did not answer the last time."""
        if not self.heard or (self._beaten and self.place is None):
            self.drop()
            return
        self.heard, self._beaten = False, True
        if not self.behind:
            await self._ws.ping()

    def is_welcome(self, adapter: WebChat | None) -> int:
        """Return 0, or the close code that tells why the inbox as it is now would not let this window in."""
        request = self.seat.who.request
        if adapter is None or not may_come_from(adapter.site, request, self.seat.chat.address):
            return ORIGIN
        return TOKEN if adapter.site.identity == "required" and not self.seat.visitor.verified else 0

    async def close(self, code: int, reason: str = "") -> None:
        """Say good-bye; who does not answer in time is dropped."""
        self.closing = True
        try:
            async with asyncio.timeout(GRACE):
                await self._ws.close(code=code, message=reason.encode())
        except (TimeoutError, ConnectionError):
            self.drop()

    def drop(self) -> None:
        """Let go of the connection without a word."""
        self.closing = True
        if self.transport is not None:
            self.transport.abort()

    async def _look(self) -> None:
        try:
            await self._serve()
        except ConnectionError:
            self.closing = True
        except Exception:
            log.exception("chat_feed_failed")
            await self.close(1011, "our fault")
        finally:
            self._busy = None
            if self._again:
                self._again = False
                self.wake()

    async def _serve(self) -> None:
        thread = Thread(self.seat.chat.store, self.seat.who.inbox.id, self.visitor, self.seat.chat.waits)
        more = True
        while more and self.place is not None and not self.closing:
            self._again = False
            served = await step(thread, self.place)
            for frame in served.frames:
                await self.write(frame)
            self.place = served.place
            self.seat.chat.crowd.settle(self)
            more = served.more or self._again

    async def _pass(self, frame: ServerFrame) -> None:
        try:
            await self.write(frame)
        except ConnectionError:
            self.closing = True
        finally:
            self._busy = None
            if self._again:
                self._again = False
                self.wake()


async def socket(who: Caller) -> web.StreamResponse:
    """Serve one socket from its opening to its end."""
    ws = web.WebSocketResponse(
        protocols=(VERSION,), autoping=False, compress=False, max_msg_size=LONGEST_FRAME, timeout=GRACE
    )
    await ws.prepare(who.request)
    open_ = await _opened(who, ws)
    if open_ is None:
        return ws
    crowd = who.chat.crowd
    crowd.join(open_)
    who.chat.wheel.add(open_)
    try:
        await _converse(open_, ws)
    except TooMany:
        await open_.close(RATE, "too many")
    except Malformed as error:
        await open_.close(MALFORMED, error.message)
    except ConnectionError:
        pass
    finally:
        open_.closing = True
        crowd.leave(open_)
        who.chat.wheel.remove(open_)
    return ws


async def _opened(who: Caller, ws: web.WebSocketResponse) -> Socket | None:
    """Check page and token; a refusal is a close code, the only thing a page's script can see of it."""
    chat, request = who.chat, who.request
    if not may_come_from(who.site, request, chat.address):
        await ws.close(code=ORIGIN, message=b"origin")
        return None
    try:
        chat.spend(f"chat:open:{who.ip}", chat.limits.open_ip)
        visitor = who.proved(_token(request))
        chat.room_for(visitor.visitor)
    except Unverified as error:
        await ws.close(code=TOKEN, message=error.message.encode()[:100])
        return None
    except TooMany:
        await ws.close(code=RATE, message=b"too many")
        return None
    except Overloaded:
        await ws.close(code=RESTART, message=b"restart")
        return None
    return Socket(Seat(chat=chat, who=who, visitor=visitor), ws, request.transport)


def _token(request: web.Request) -> str:
    """Return the token from the offered subprotocols: a header is not written into any log, unlike an address."""
    offered = request.headers.get("Sec-WebSocket-Protocol", "").split(",")
    return next((one.strip()[6:] for one in offered if one.strip().startswith("token.")), "")


async def _converse(open_: Socket, ws: web.WebSocketResponse) -> None:
    """Take one frame after the other until the window closes."""
    while not open_.closing:
        said = await ws.receive()
        open_.heard = True
        match said.type:
            case WSMsgType.TEXT:
                await _frame(open_, said.data)
            case WSMsgType.PING:
                await ws.pong(said.data)
            case WSMsgType.PONG:
                pass
            case WSMsgType.BINARY:
                raise Malformed("Frames are text")
            case _:
                return


async def _frame(open_: Socket, text: str) -> None:
    frame = _read(text)
    if isinstance(frame, Hello):
        if open_.place is not None:
            raise Malformed("One hello is enough")
        open_.place = Place(conversation=frame.conversation, seq=frame.seq)
        open_.wake()
        return
    try:
        answers = await take(open_.seat, frame, raw=text.encode(), conversation=open_.conversation)
    except TooMany:
        raise
    except HubError as error:
        answers = (Trouble(code=error.code, detail=error.message),)
    for answer in answers:
        await open_.write(answer)


def _read(text: str) -> ClientFrame | WrongFrame:
    try:
        return decode(text)
    except WrongFrame as wrong:
        return wrong
