"""A running hub for tests: the real application on a free port, an SQLite file, and the demo's people.

@pytest.fixture
async def hub_server(tmp_path): ...            # tests/server/conftest.py

agent = await hub_server.log_in("agent")
answer = await agent.get("/views")
"""

from __future__ import annotations

import asyncio
import io
import shutil
import socket
from contextlib import AsyncExitStack, asynccontextmanager
from typing import TYPE_CHECKING, Any

import aiohttp
import msgspec
from msgspec import Struct

from config.settings import Settings
from server import demo
from server.app import application
from server.bootstrap import opened
from server.parts import HUB
from server.serving import gate_of, runner_of

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from server.parts import Hub
    from server.wicket import Gate

API = "/api/v1"


class Heard(Struct, frozen=True, kw_only=True):
    """An answer, read to its end."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        """Return the body as JSON; nothing for an empty one."""
        return msgspec.json.decode(self.body) if self.body else None


class Client:
    """A browser without pages: cookies, the CSRF value, an Origin with every write."""

    def __init__(self, base: str, http: aiohttp.ClientSession, *, csrf: str = "", me: Any = None) -> None:
        self.base = base
        self.http = http
        self.csrf = csrf
        self.me = me

    @property
    def user(self) -> str:
        """Return the id of who is logged in."""
        return str(self.me["user"]["id"])

    async def call(
        self, method: str, path: str, *, json: Any = None, body: bytes | io.BytesIO | None = None,
        headers: dict[str, str] | None = None, **more: Any,
    ) -> Heard:  # fmt: skip
        """Call a path: below the API unless it starts with a known door of its own."""
        given = {"X-CSRF-Token": self.csrf, "Origin": self.base} if method != "GET" else {}
        if json is not None:
            body = msgspec.json.encode(json)
        if body is not None:
            given["Content-Type"] = "application/json"
        given |= headers or {}
        async with self.http.request(
            method, self.address(path), data=more.pop("data", body), headers=given, allow_redirects=False, **more
        ) as answer:
            return Heard(status=answer.status, headers=dict(answer.headers), body=await answer.read())

    async def get(self, path: str, **more: Any) -> Heard:
        """Read."""
        return await self.call("GET", path, **more)

    async def post(self, path: str, json: Any = None, **more: Any) -> Heard:
        """Do."""
        return await self.call("POST", path, json=json, **more)

    def live(self, **headers: str) -> Any:
        """Open the live socket (an async context)."""
        return self.http.ws_connect(self.address("/live"), headers={"Origin": self.base, **headers})

    def address(self, path: str) -> str:
        """Return the whole address of a path."""
        doors = ("/hooks/", "/chat/", "/healthz", "/readyz", "/metrics", "/version", API)
        return self.base + (path if path.startswith(doors) else API + path)


class Running:
    """One hub that runs in this loop."""

    def __init__(self, base: str, hub: Hub, stack: AsyncExitStack, gate: Gate) -> None:
        self.base = base
        self.hub = hub
        self.gate = gate
        self._stack = stack

    async def stranger(self) -> Client:
        """Give a client that nobody knows."""
        jar = aiohttp.CookieJar(unsafe=True)
        http = await self._stack.enter_async_context(aiohttp.ClientSession(cookie_jar=jar))
        return Client(self.base, http)

    async def log_in(self, who: str = "agent") -> Client:
        """Log one of the demo's people in: admin, lead, agent, agent2, quality, designer, marketer."""
        client = await self.stranger()
        said = {"email": f"{who}@demo.example", "password": demo.PASSWORD}
        answer = await client.post("/session", said)
        assert answer.status == 200, answer.body
        client.me = answer.json
        client.csrf = client.me["csrf"]
        return client


def furnish(folder: Path) -> Path:
    """Make a data folder with the demo's data once, to be copied for every test; call it outside a loop."""

    async def make() -> None:
        async with opened(Settings(data=str(folder), demo=True)) as hub:
            await demo.fill(hub)

    asyncio.run(make())
    return folder


@asynccontextmanager
async def running(
    folder: Path, *, like: Path | None = None, patience: float = 60, **settings: Any
) -> AsyncIterator[Running]:
    """Run a hub with demo data in this loop until the context ends; `like` is a folder that has them already."""
    if like:
        await asyncio.to_thread(shutil.copytree, like, folder)
    port = settings.pop("port", None) or free_port()
    known = Settings(**{"data": str(folder), "port": port, "demo": True, "drain_seconds": 2, **settings})
    app = await asyncio.to_thread(application, lambda: opened(known))
    runner = runner_of(app, known, patience=patience)
    await runner.setup()
    try:
        await demo.fill(app[HUB])
        async with gate_of(runner, app[HUB], patience=patience) as gate, AsyncExitStack() as stack:
            yield Running(f"http://127.0.0.1:{port}", app[HUB], stack, gate)
    finally:
        await runner.cleanup()


def free_port() -> int:
    """Return a port nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
