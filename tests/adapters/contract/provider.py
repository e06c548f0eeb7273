"""A provider on this machine that answers as it is told, and remembers what it was asked."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

from aiohttp import web
from aiohttp.test_utils import TestServer
from msgspec import Struct

if TYPE_CHECKING:
    from collections.abc import AsyncIterator


class Asked(Struct, frozen=True, kw_only=True):
    """One call that arrived."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes


class Provider:
    """Answers `status`, `headers` and `body`; with `silent` it takes the call and hangs up without a word."""

    def __init__(self) -> None:
        self.asked: list[Asked] = []
        self.status = 200
        self.headers: dict[str, str] = {}
        self.body: bytes = b'{"id": "provider-1"}'
        self.silent = False
        self.url = ""

    async def take(self, request: web.Request) -> web.StreamResponse:
        """Answer a call."""
        headers = {name.lower(): value for name, value in request.headers.items()}
        self.asked.append(Asked(method=request.method, path=request.path, headers=headers, body=await request.read()))
        if self.silent:
            transport: Any = request.transport
            transport.abort()
            await asyncio.sleep(0)
        return web.Response(status=self.status, headers=self.headers, body=self.body)


@asynccontextmanager
async def playing() -> AsyncIterator[Provider]:
    """Run a provider on a free port."""
    provider = Provider()
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", provider.take)
    async with TestServer(app) as server:
        provider.url = str(server.make_url("")).rstrip("/")
        yield provider
