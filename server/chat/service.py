"""The chat of one process, from opening to drain: its routes, and the loops that keep its windows fresh."""

import asyncio
import random
from collections.abc import AsyncIterator, Coroutine

import structlog
from aiohttp import web

from adapters.webchat.adapter import WebChat
from server.chat.door import preflight, public
from server.chat.hints import Hints
from server.chat.history import history
from server.chat.pages import DemoPages
from server.chat.parts import Chat
from server.chat.polls import frames, poll
from server.chat.sessions import config, session
from server.chat.sockets import RESTART, Socket, socket
from server.chat.uploads import blob, upload

log = structlog.get_logger(__name__)
QUEUE_EVERY = 2.0
AT_ONCE = 200
PAGES = DemoPages()


def mount(app: web.Application) -> None:
    """Put the chat's routes on the application; `app[CHAT]` must be set before the first request."""
    add = app.router.add_route
    add("GET", "/chat/{key}/config", public(config))
    add("POST", "/chat/{key}/session", public(session))
    add("GET", "/chat/{key}/socket", public(socket, knows_strangers=True))
    add("GET", "/chat/{key}/poll", public(poll))
    add("POST", "/chat/{key}/frames", public(frames))
    add("POST", "/chat/{key}/upload", public(upload))
    add("GET", "/chat/{key}/blobs/{hash:[0-9a-f]{64}}", public(blob))
    add("GET", "/chat/{key}/history", public(history))
    add("OPTIONS", "/chat/{key}/{rest:.*}", public(preflight))
    PAGES.mount(app)


async def running(chat: Chat) -> AsyncIterator[None]:
    """Keep the windows fresh until the generator is closed; then let everybody go with the code for a restart."""
    hints = Hints(chat.crowd)
    chat.store.watch(hints.saw)
    doubts: asyncio.Queue[str] = asyncio.Queue()
    chat.channels.changed.append(doubts.put_nowait)
    work = (hints.listen(chat.bus), _beat(chat), _queue(chat, hints), _doubt(chat, doubts), _leave(chat))
    loops = [_for_ever(one) for one in work]
    try:
        yield
    finally:
        chat.draining.set()
        await drain(chat)
        chat.channels.changed.remove(doubts.put_nowait)
        for loop in loops:
            loop.cancel()
        await asyncio.gather(*loops, return_exceptions=True)


async def drain(chat: Chat) -> None:
    """Close every window for a restart, some at a time; polls that wait answer at once."""
    everybody = chat.crowd.everybody()
    random.shuffle(everybody)
    for first in range(0, len(everybody), AT_ONCE):
        some = everybody[first : first + AT_ONCE]
        await asyncio.gather(*(one.close(RESTART, "restart") for one in some), return_exceptions=True)


async def _leave(chat: Chat) -> None:
    """Let everybody go as soon as the process is told to end: before it waits for what is under way."""
    await chat.draining.wait()
    await drain(chat)


async def _doubt(chat: Chat, changed: asyncio.Queue[str]) -> None:
    """Look at the open windows of an inbox that was changed, and close those it would not let in any more."""
    while True:
        inbox = await changed.get()
        live = chat.channels.find(inbox)
        adapter = live.adapter if live and isinstance(live.adapter, WebChat) else None
        open_ = [one for one in chat.crowd.everybody() if isinstance(one, Socket) and one.seat.who.inbox.id == inbox]
        unwelcome = [(one, code) for one in open_ if (code := one.is_welcome(adapter))]
        await asyncio.gather(*(one.close(code, "changed") for one, code in unwelcome), return_exceptions=True)


async def _beat(chat: Chat) -> None:
    while True:
        await chat.clock.sleep(chat.limits.beat / chat.wheel.slots)
        await chat.wheel.turn()


async def _queue(chat: Chat, hints: Hints) -> None:
    """Show those who wait that they moved up; at most once in a while, however busy the queue is."""
    while True:
        await chat.clock.sleep(QUEUE_EVERY)
        if hints.queue_moved:
            hints.queue_moved = False
            chat.crowd.wake_queue()


def _for_ever(work: Coroutine[None, None, None]) -> asyncio.Task[None]:
    task = asyncio.create_task(work)
    task.add_done_callback(_tell)
    return task


def _tell(task: asyncio.Task[None]) -> None:
    if not task.cancelled() and task.exception() is not None:
        log.error("chat_loop_ended", exc_info=task.exception())
