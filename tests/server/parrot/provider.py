"""The provider: an HTTP server of the test's own, with counters and switches."""

from __future__ import annotations

import asyncio
import io
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from aiohttp import web
from PIL import Image

from adapters import manifest
from adapters.registry import Channel
from server.meeting import limit_of

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from server.parts import Hub
    from tests.server.running import Client

FOLDER = Path(__file__).parent
CARD = manifest.read(FOLDER)
KEY = "parrot-key-1"


def picture() -> bytes:
    """A PNG."""
    out = io.BytesIO()
    Image.new("RGB", (600, 300), "red").save(out, "PNG")
    return out.getvalue()


PICTURE = picture()


class Provider:
    """What it was told, and how it answers."""

    def __init__(self) -> None:
        self.sent: list[str] = []
        self.typed: list[bool] = []
        self.status = 200
        self.calls = 0
        self.tokens = 0
        self.good_token = ""
        self.waiting: list[str] = []
        self.lines: asyncio.Queue[str] = asyncio.Queue()
        self.on_the_line = 0
        self.opened = 0
        self.asked_figures = 0
        self.inside = 0
        self.most_inside = 0
        self.hold = asyncio.Event()
        self.hold.set()
        self.url = ""

    def routes(self) -> list[web.RouteDef]:
        """The API."""
        return [
            web.post("/send", self._send), web.post("/typing", self._typing), web.get("/line", self._line),
            web.get("/waiting", self._waiting), web.get("/token", self._token), web.get("/file/{ref}", self._file),
            web.get("/ping", self._ping), web.get("/figures", self._figures),
        ]  # fmt: skip

    async def _send(self, request: web.Request) -> web.Response:
        self.calls += 1
        self.inside += 1
        self.most_inside = max(self.most_inside, self.inside)
        try:
            await self.hold.wait()
        finally:
            self.inside -= 1
        if self.status != 200:
            return web.Response(status=self.status)
        said: dict[str, Any] = await request.json()
        self.sent.append(said["text"])
        return web.json_response({"id": f"p-{said['id']}"})

    async def _typing(self, request: web.Request) -> web.Response:
        self.typed.append((await request.json())["on"])
        return web.Response()

    async def _line(self, request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse()
        await response.prepare(request)
        self.on_the_line += 1
        self.opened += 1
        try:
            while (word := await self.lines.get()) != "hang up":
                await response.write(f"{word}\n".encode())
        finally:
            self.on_the_line -= 1
        return response

    async def _waiting(self, request: web.Request) -> web.Response:
        return web.json_response(self.waiting[int(request.query["after"]) :])

    async def _token(self, request: web.Request) -> web.Response:
        self.tokens += 1
        self.good_token = f"parrot-token-{self.tokens}"
        return web.Response(text=self.good_token)

    async def _file(self, request: web.Request) -> web.Response:
        if request.query["token"] != self.good_token:
            return web.Response(status=403)
        return web.Response(status=404) if request.match_info["ref"] == "gone" else web.Response(body=PICTURE)

    async def _ping(self, request: web.Request) -> web.Response:
        return web.Response(status=self.status)

    async def _figures(self, request: web.Request) -> web.Response:
        self.asked_figures += 1
        return web.Response(text="42")


@asynccontextmanager
async def provider() -> AsyncIterator[Provider]:
    """Serve it."""
    one = Provider()
    app = web.Application()
    app.add_routes(one.routes())
    runner = web.AppRunner(app, shutdown_timeout=0.1, handler_cancellation=True)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    one.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
    try:
        yield one
    finally:
        await runner.cleanup()


def install(hub: Hub) -> None:
    """Let the hub know the channel, its windows and limits included."""
    channels: Any = hub.channels.registry.channels
    channels["parrot"] = Channel(manifest=CARD, folder=FOLDER, package="tests.server.parrot")
    known: Any = hub.talks.limits
    known._channels["parrot"] = limit_of(CARD)


async def inbox(hub: Hub, admin: Client, url: str, **more: Any) -> str:
    """Make an inbox of it and return its id."""
    install(hub)
    body = {"name": "Parrot", "channel": "parrot", "settings": {"provider_url": url, "key": KEY}, **more}
    answer = await admin.post("/inboxes", body)
    assert answer.status == 201, answer.body
    return str(answer.json["id"])


async def hear(client: Client, inbox: str, said: dict[str, Any]) -> bytes:
    """Let the provider call the hub."""
    answer = await client.post(f"/hooks/{inbox}?key={KEY}", said)
    assert answer.status == 200, answer.body
    return answer.body
