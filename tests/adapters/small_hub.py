"""The hub's first door around one adapter, for tests against simulators: a real server, real ingest, a real store."""

from __future__ import annotations

from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

import msgspec
from aiohttp import web
from aiohttp.test_utils import TestServer

from adapters.contract import Request
from hub.errors import Malformed, Unverified
from hub.ingest import Arrival, Ingest
from hub.store.port import By, Eq
from hub.work.jobs import JOBS, JobState
from tests.stores import open_store

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Sequence
    from pathlib import Path

    from adapters.contract import Adapter
    from hub.clock import Clock
    from hub.model import Inbound
    from hub.store.port import Store

INBOX = "inbox-1"


class SmallHub:
    """One inbox. `adapter` is set by the test; `refusing` makes the door say 503 to the next so many calls."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self.store = store
        self.clock = clock
        self.ingest = Ingest(store, clock)
        self.adapter: Adapter
        self.hook = ""
        self.calls = 0
        self.refusing = 0
        self.known = 0

    async def take(self, call: web.Request) -> web.Response:
        """Do what `/hooks/{inbox}` does."""
        self.calls += 1
        request = Request(method=call.method, url=str(call.url), query=dict(call.query), body=await call.read(),
                          headers={name.lower(): value for name, value in call.headers.items()},
                          at=self.clock.now())  # fmt: skip
        try:
            challenge = self.adapter.challenge(request)
            if challenge is not None:
                return web.Response(body=challenge.body)
            self.adapter.verify(request)
            inbounds = self.adapter.parse(request)
        except Unverified as error:
            return web.Response(status=401, text=error.message)
        except Malformed as error:
            return web.Response(status=400, text=error.message)
        await self.accept(inbounds)
        if self.refusing > 0:
            self.refusing -= 1
            return web.Response(status=503)
        return web.Response(body=self.adapter.ack(request).body)

    async def accept(self, inbounds: Sequence[Inbound]) -> None:
        """Store, as `Adapter.pull` and the webhook do."""
        self.known += (await self.ingest.accept(inbounds)).known

    async def stored(self, user: str) -> list[Inbound]:
        """Return what one person did, in order."""
        where = (Eq("lane", f"in:{INBOX}:{user}"), Eq("state", JobState.READY))
        rows = await self.store.find(JOBS, *where, order=(By("seq"), By("id")), limit=1000)
        return [msgspec.json.decode(row.body, type=Arrival).inbound for row in rows]


@asynccontextmanager
async def small_hub(folder: Path, clock: Clock) -> AsyncIterator[SmallHub]:
    """Run the door on a free port."""
    async with open_store(folder, [JOBS]) as store:
        hub = SmallHub(store, clock)
        app = web.Application()
        app.router.add_route("*", "/hooks/" + INBOX, hub.take)
        async with TestServer(app) as server:
            hub.hook = str(server.make_url("/hooks/" + INBOX))
            yield hub
