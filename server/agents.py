"""`GET /api/v1/live`: the WebSocket itself. Who may open it, how much it may say, and how it ends."""

import asyncio
from collections.abc import Awaitable

import structlog
from aiohttp import WSMsgType, web

from accounts.permissions import Permission
from conversations.model import CONVERSATIONS
from conversations.views import may_see
from hub.errors import Forbidden, HubError, Malformed, Overloaded, TooMany, Unauthenticated
from routing.model import Presence
from server.live.frames import LARGEST, ClientFrame, Drain, Look, Ping, Pong, Reset, Resume, SessionOver, Sits, Types
from server.live.frames import decode as decode_frame
from server.live.frames import encode as encode_frame
from server.live.socket import OVER, RESTART, SLOW, Socket, TooSlow
from server.origin import need_same_origin
from server.parts import EACH, HUB, Hub

log = structlog.get_logger(__name__)
PATH = "/api/v1/live"
HEARTBEAT = 20.0
TALKATIVE = 4429
WRONG = 4400
GONE = 1000
FRAMES_PER_SECOND = 20


async def live(request: web.Request) -> web.StreamResponse:
    """Hold one agent's socket until either side ends it."""
    hub = request.app[HUB]
    need_same_origin(request, hub.settings.address)
    known = await hub.doors.known(request, hub.clock.now())
    if known is None:
        raise Unauthenticated("Please log in")
    if Permission.CONVERSATIONS_READ not in known.actor.permissions:
        raise Forbidden("Your role has no live inbox", permission=Permission.CONVERSATIONS_READ.value)
    if hub.draining.is_set():
        raise Overloaded("The hub is going down", hint="Connect again in a moment.")
    ws = web.WebSocketResponse(max_msg_size=LARGEST, heartbeat=HEARTBEAT, compress=False, writer_limit=LARGEST)
    await ws.prepare(request)
    socket = hub.live.join(known.actor)
    hub.metrics.sockets.inc()
    serves = Permission.CONVERSATIONS_REPLY in known.actor.permissions
    if serves:
        await _presence(hub.presences.connect(socket.user))
    try:
        await _converse(hub, ws, request, socket)
    finally:
        await hub.live.leave(socket)
        hub.metrics.sockets.dec()
        if serves and not hub.live.connected(socket.user):
            await _presence(hub.presences.disconnect(socket.user))
    return ws


async def _converse(hub: Hub, ws: web.WebSocketResponse, request: web.Request, socket: Socket) -> None:
    """Read and write until either ends. Then close, with nobody reading beside."""
    reader = asyncio.create_task(_read(hub, ws, socket))
    writer = asyncio.create_task(_write(hub, ws, socket))
    try:
        await asyncio.wait({reader, writer}, return_when=asyncio.FIRST_COMPLETED)
    finally:
        socket.close(GONE)
        reader.cancel()
        ended = await asyncio.gather(reader, writer, return_exceptions=True)
        await _close(ws, request, socket.closing or GONE)
    for error in ended:
        if isinstance(error, Exception):
            raise error


async def _write(hub: Hub, ws: web.WebSocketResponse, socket: Socket) -> None:
    """Send what there is, and last of all why it ends."""
    try:
        await socket.write(ws)
        last = {OVER: SessionOver(), RESTART: Drain()}.get(socket.closing or GONE)
        if last:
            await ws.send_str(encode_frame(last).decode())
    except TooSlow:
        socket.closing = SLOW
        hub.metrics.slow.inc()
    except ConnectionError:
        return


async def _close(ws: web.WebSocketResponse, request: web.Request, code: int) -> None:
    """Close, and do not wait for a client that does not listen."""
    try:
        async with asyncio.timeout(2):
            await ws.close(code=code)
    except (TimeoutError, ConnectionError):
        if request.transport:
            request.transport.abort()


async def _read(hub: Hub, ws: web.WebSocketResponse, socket: Socket) -> None:
    async for message in ws:
        if message.type is not WSMsgType.TEXT:
            break
        try:
            hub.buckets.take(f"live:{id(socket)}", times=FRAMES_PER_SECOND, per=EACH, now=hub.clock.monotonic())
            await _hear(hub, socket, decode_frame(message.data))
        except Malformed:
            socket.close(WRONG)
        except TooMany:
            socket.close(TALKATIVE)
        except HubError as error:
            log.info("live_frame_refused", why=error.message, user=socket.user)


async def _hear(hub: Hub, socket: Socket, frame: ClientFrame) -> None:
    match frame:
        case Resume(stream=stream, n=n):
            if not socket.resume(stream, n):
                hub.live.feed.reset(socket.stream, Reset())
            return
        case Look(conversation=conversation, listening=listening):
            await _look(hub, socket, conversation, listening=listening)
        case Types(conversation=conversation, on=on):
            await hub.live.types(socket, conversation, on)
            talks = conversation == socket.viewing and not socket.listening
            if talks and socket.stream.actor.may(Permission.CONVERSATIONS_REPLY):
                hub.typist.types(conversation, on=on)
        case Sits(status=status):
            socket.stream.actor.must(Permission.CONVERSATIONS_REPLY)
            await hub.presences.choose(socket.user, Presence(status))
        case Ping():
            socket.pass_on("pong", Pong())
    socket.greet()


async def _look(hub: Hub, socket: Socket, id: str | None, *, listening: bool = False) -> None:
    """Look at a conversation one may see; at any other is looking at none. Only a supervisor listens in."""
    conversation = await hub.store.get(CONVERSATIONS, id) if id else None
    seen = conversation is not None and may_see(socket.stream.actor, conversation)
    listens = listening and socket.stream.actor.may(Permission.CONVERSATIONS_SUPERVISE)
    unseen = listens and not hub.settings.listening_shown
    await hub.live.look(socket, id if seen else None, listening=listens, unseen=unseen)


async def _presence(told: Awaitable[object]) -> None:
    """Tell routing; a person without a desk (quality, deactivated meanwhile) has no queue to serve."""
    try:
        await told
    except HubError as error:
        log.info("presence_not_told", why=error.message)
