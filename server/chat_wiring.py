"""Web chat's parts, taken from the hub's."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from aiohttp import web

from server.chat.parts import CHAT, Chat
from server.chat.service import running as run
from server.parts import HUB


async def running(app: web.Application) -> AsyncIterator[None]:
    """Keep the chat going while the application runs (`cleanup_ctx`, after the hub itself)."""
    hub = app[HUB]
    app[CHAT] = Chat(
        store=hub.store,
        waits=hub.routing.announcing,
        clock=hub.clock,
        ingest=hub.ingest,
        channels=hub.channels,
        bus=hub.bus,
        buckets=hub.buckets,
        proxies=hub.proxies,
        blobs=hub.shelf,
        address=hub.settings.address,
        draining=hub.draining,
    )
    async with asynccontextmanager(run)(app[CHAT]):
        yield
