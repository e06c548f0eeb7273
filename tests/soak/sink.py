"""The other side of the outbox: takes each message id once, and keeps what it took in order."""

from __future__ import annotations

from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

import msgspec
from aiohttp import web
from msgspec import Struct

if TYPE_CHECKING:
    from collections.abc import AsyncIterator


class Effect(Struct, frozen=True, kw_only=True):
    """One message that reached a customer."""

    id: str
    conversation: str
    seq: int


class Sink:
    """An idempotent provider."""

    def __init__(self) -> None:
        self.effects: list[Effect] = []
        self.calls = 0
        self._ids: set[str] = set()

    async def take(self, request: web.Request) -> web.Response:
        """Take it, once; answer the same again."""
        self.calls += 1
        effect = msgspec.json.decode(await request.read(), type=Effect)
        if request.headers["Idempotency-Key"] != effect.id:
            return web.Response(status=400)
        if effect.id not in self._ids:
            self._ids.add(effect.id)
            self.effects.append(effect)
        return web.json_response({"id": f"sink-{effect.id}"})


@asynccontextmanager
async def listening(sink: Sink) -> AsyncIterator[str]:
    """The address of the sink, for as long as the context lasts."""
    app = web.Application()
    app.router.add_post("/take", sink.take)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    try:
        host, port = runner.addresses[0][:2]
        yield f"http://{host}:{port}/take"
    finally:
        await runner.cleanup()
