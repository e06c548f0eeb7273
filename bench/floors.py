"""The least an aiohttp server can do, as a process of its own: parse a JSON body, echo a frame, hold a socket.

python -m bench.floors PORT
"""

import asyncio
import sys
from datetime import datetime

import msgspec
import uvloop
from aiohttp import WSMsgType, web
from msgspec import Struct, field


class Body(Struct, frozen=True, kw_only=True):
    """The JSON of the ingest figure, as a handler that only parses would declare it."""

    type: str
    sender: dict[str, str] = field(name="from")
    at: datetime
    parts: list[dict[str, str]]


_decode = msgspec.json.Decoder(Body).decode


async def parse(request: web.Request) -> web.Response:
    """Parse and forget."""
    _decode(await request.read())
    return web.Response()


async def take(request: web.Request) -> web.Response:
    """Read a webhook's body and forget it."""
    await request.read()
    return web.Response()


async def ready(request: web.Request) -> web.Response:
    """Answer that we are there."""
    return web.Response()


async def echo(request: web.Request) -> web.WebSocketResponse:
    """Send every text back; a socket that says nothing is held."""
    ws = web.WebSocketResponse(compress=False)
    await ws.prepare(request)
    async for message in ws:
        if message.type is WSMsgType.TEXT:
            await ws.send_str(message.data)
    return ws


async def serve(port: int) -> None:
    """Serve until killed."""
    app = web.Application()
    app.router.add_post("/parse", parse)
    app.router.add_post("/hooks/{inbox}", take)
    app.router.add_get("/readyz", ready)
    app.router.add_get("/echo", echo)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", port, backlog=4096).start()
    await asyncio.Event().wait()


if __name__ == "__main__":
    uvloop.run(serve(int(sys.argv[1])))
