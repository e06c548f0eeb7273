"""The chat of one process, from opening to drain: its routes, and the loops that keep its windows fresh."""

import asyncio
import random
from collections.abc import AsyncIterator, Coroutine

import structlog
from aiohttp import web

from server.chat.door import preflight, public
from server.chat.hints import Hints
from server.chat.history import history
from server.chat.pages import DemoPages
from server.chat.parts import Chat
from server.chat.polls import frames, poll
from server.chat.sessions import config, session
from server.chat.sockets import RESTART, socket
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
    loops = [_for_ever(hints.listen(chat.bus)), _for_ever(_beat(chat)), _for_ever(_queue(chat, hints))]
    try:
        yield
    finally:
        await drain(chat)
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
