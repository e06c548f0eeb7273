"""What every simulated provider has: an API on loopback, a way to call the hub as often as the real one, and faults.

A simulator is the opposite party: it imports nothing of the adapter that it tests.
"""

import asyncio
from abc import ABC, abstractmethod
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from typing import ClassVar

from aiohttp import ClientError, ClientSession, ClientTimeout, web
from msgspec import Struct, field

from hub.clock import Clock, SystemClock

Tell = Callable[[str], None]
Command = Callable[[list[str]], Awaitable[str]]
"""One word of the terminal: gets what follows it, returns what to print."""


class Called(Struct, frozen=True, kw_only=True):
    """How the hub answered a webhook, and how often it had to be called. `status` 0 is no answer in time."""

    status: int
    body: bytes = b""
    tries: int = 1


class Faults(Struct, kw_only=True):
    """What goes wrong at the provider, for the next so many calls of its API."""

    left: int = 0
    status: int = 200
    code: int = 0
    silent: bool = False
    clock_skew: float = 0.0
    """Seconds that the provider's clock is ahead of ours."""


class Hook(Struct, frozen=True, kw_only=True):
    """One webhook call, signed already."""

    method: str = "POST"
    url: str
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""


class Simulator(ABC):
    """One provider. `patience` and `tries` are its deadline for a webhook, in seconds, and how often it calls."""

    name: ClassVar[str]
    patience: ClassVar[float] = 5.0
    tries: ClassVar[int] = 3
    pause: ClassVar[float] = 0.2
    """Seconds between two tries; real ones wait longer."""

    def __init__(self, hook: str = "", *, tell: Tell = print, clock: Clock | None = None) -> None:
        self.hook = hook
        self.tell = tell
        self.clock = clock or SystemClock()
        self.faults = Faults()
        self.url = ""
        """Where its API listens, once it runs."""
        self._http: ClientSession | None = None

    @abstractmethod
    def routes(self) -> list[web.RouteDef]:
        """Return the API of the provider; wrap handlers in `self.faulty`."""

    @abstractmethod
    def settings(self) -> dict[str, str]:
        """Return what to enter in the inbox so that it speaks with this simulator (`url` is known by then)."""

    @abstractmethod
    async def says(self, user: str, text: str) -> Called:
        """Let a customer write something."""

    def commands(self) -> Mapping[str, Command]:
        """Return the further words of the terminal: `follow USER`, `image USER FILE`, ..."""
        return {}

    async def call(self, hook: Hook) -> Called:
        """Call the hub until it answers 2xx in time, as often as the provider would."""
        if self._http is None:
            raise RuntimeError("the simulator does not run")
        answered = Called(status=0)
        for number in range(1, self.tries + 1):
            if number > 1:
                await self.clock.sleep(self.pause)
            answered = await self._once(self._http, hook, number)
            self.tell(f"-> hub {answered.status or 'no answer'} (try {number})")
            if 200 <= answered.status < 300:
                break
        return answered

    async def _once(self, http: ClientSession, hook: Hook, number: int) -> Called:
        try:
            async with http.request(hook.method, hook.url, data=hook.body, headers=dict(hook.headers)) as answer:
                return Called(status=answer.status, body=await answer.read(), tries=number)
        except (TimeoutError, ClientError):
            return Called(status=0, tries=number)

    def faulty(
        self, handler: Callable[[web.Request], Awaitable[web.StreamResponse]]
    ) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
        """Let the handler fail as `faults` say."""

        async def handle(request: web.Request) -> web.StreamResponse:
            if self.faults.left <= 0:
                return await handler(request)
            self.faults.left -= 1
            if self.faults.silent:
                await asyncio.sleep(3600)
            if self.faults.status != 200:
                return web.Response(status=self.faults.status, text="simulated fault")
            return self.failure(self.faults.code)

        return handle

    def failure(self, code: int) -> web.Response:
        """Answer as the provider does when it refuses with an error code of its own."""
        return web.json_response({"errcode": code, "errmsg": "simulated"})

    @asynccontextmanager
    async def running(self, port: int = 0, host: str = "127.0.0.1") -> AsyncIterator[str]:
        """Serve the API, and give its address."""
        app = web.Application(client_max_size=64 * 1024 * 1024)
        app.add_routes(self.routes())
        runner = web.AppRunner(app, shutdown_timeout=0.1)
        await runner.setup()
        site = web.TCPSite(runner, host, port)
        await site.start()
        self.url = f"http://{host}:{runner.addresses[0][1]}"
        try:
            async with ClientSession(timeout=ClientTimeout(total=self.patience)) as self._http:
                yield self.url
        finally:
            self._http = None
            await runner.cleanup()
