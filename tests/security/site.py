"""A whole hub on a free port, and browsers that speak to it: real server, real store, no page."""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack, asynccontextmanager
from typing import TYPE_CHECKING, Any

import msgspec
from aiohttp import ClientSession, CookieJar
from aiohttp.test_utils import TestServer

from accounts.actor import CONSOLE, Act
from accounts.permissions import Role
from accounts.users import NewUser, User
from config.settings import Settings
from server.app import application
from server.bootstrap import opened
from server.parts import HUB, Hub

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Mapping
    from pathlib import Path

API = "/api/v1"
PASSWORD = "correct horse battery"


class Answer(msgspec.Struct, frozen=True, kw_only=True):
    """What came back, read to the end."""

    status: int
    headers: Any
    body: bytes

    @property
    def json(self) -> Any:
        """The body as JSON."""
        return msgspec.json.decode(self.body)

    @property
    def text(self) -> str:
        """Headers and body in one, to look for what must not be there."""
        return f"{dict(self.headers)} {self.body.decode(errors='replace')}"


class Browser:
    """A cookie jar and what a page of ours would send with every request."""

    def __init__(self, site: Site, client: ClientSession) -> None:
        self.site = site
        self.client = client
        self.csrf = ""
        self.me: dict[str, Any] = {}

    async def call(
        self, method: str, path: str, json: object = msgspec.UNSET, *,
        headers: Mapping[str, str] | None = None, data: object = None,
    ) -> Answer:  # fmt: skip
        """One request as our own page makes it; `headers` win."""
        sent = {"Origin": self.site.url, "Sec-Fetch-Site": "same-origin"}
        if self.csrf:
            sent["X-CSRF-Token"] = self.csrf
        return await self.bare(method, path, json, headers={**sent, **(headers or {})}, data=data)

    async def bare(
        self, method: str, path: str, json: object = msgspec.UNSET, *,
        headers: Mapping[str, str] | None = None, data: object = None,
    ) -> Answer:  # fmt: skip
        """One request with nothing but the cookies added."""
        given = dict(headers or {})
        if json is not msgspec.UNSET:
            data = msgspec.json.encode(json)
            given.setdefault("Content-Type", "application/json")
        url = self.site.url + path
        async with self.client.request(method, url, data=data, headers=given, allow_redirects=False) as response:
            return Answer(status=response.status, headers=response.headers.copy(), body=await response.read())

    async def log_in(self, email: str, password: str = PASSWORD) -> Answer:
        """Come in and keep the CSRF value."""
        answer = await self.call("POST", f"{API}/session", {"email": email, "password": password})
        if answer.status == 200:
            self.me = answer.json
            self.csrf = self.me["csrf"]
        return answer

    @property
    def cookies(self) -> dict[str, str]:
        """What the jar holds."""
        return {cookie.key: cookie.value for cookie in self.client.cookie_jar}


class Site:
    """The running hub."""

    def __init__(self, server: TestServer, stack: AsyncExitStack) -> None:
        self.server = server
        self.url = str(server.make_url("")).rstrip("/")
        self._stack = stack

    @property
    def hub(self) -> Hub:
        """Its parts."""
        return self.server.app[HUB]

    def calm(self) -> None:
        """Forget how often anybody called: the limit has tests of its own."""
        self.hub.buckets._spent.clear()

    async def browser(self, email: str = "") -> Browser:
        """A new browser; with an address, one that is logged in."""
        client = await self._stack.enter_async_context(ClientSession(cookie_jar=CookieJar(unsafe=True)))
        browser = Browser(self, client)
        if email:
            answer = await browser.log_in(email)
            assert answer.status == 200, answer.text
        return browser

    async def hire(self, name: str, role: Role, **more: Any) -> User:
        """A colleague called `name`, at name@example.com."""
        act = Act(actor=CONSOLE, at=self.hub.clock.now())
        new = NewUser(name=name, email=f"{name.lower()}@example.com", role=role, password=PASSWORD, **more)
        return await self.hub.accounts.staff.create(act, new)


@asynccontextmanager
async def running(folder: Path, **settings: Any) -> AsyncIterator[Site]:
    """A hub with its data in `folder`."""
    chosen = Settings(data=str(folder), **settings)
    async with AsyncExitStack() as stack:
        app = await asyncio.to_thread(application, lambda: opened(chosen))
        server = TestServer(app, host="127.0.0.1")
        await stack.enter_async_context(server)
        yield Site(server, stack)
