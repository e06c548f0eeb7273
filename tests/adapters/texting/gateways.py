"""The hub's side of a simulated gateway: challenge, verify, parse, store, and the channel's own answer."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

from aiohttp import web
from aiohttp.test_utils import TestServer

from adapters.contract import Request
from hub.errors import HubError
from hub.model import Address, Outbound, Template
from tests.adapters.texting.evidence import AT
from tests.waiting import until

if TYPE_CHECKING:
    from hub.model import Inbound

PERSON = "+8613800138000"


class Hub:
    """Stores what an adapter makes of each call, each provider id once; `fail` calls are answered 503."""

    def __init__(self) -> None:
        self.adapter: Any = None
        self.kept: dict[str, Inbound] = {}
        self.repeats = 0
        self.fail = 0

    def server(self) -> TestServer:
        """Return the server to run."""
        app = web.Application()
        app.router.add_route("*", "/{path:.*}", self.take)
        return TestServer(app)

    async def take(self, request: web.Request) -> web.Response:
        """Answer one call of the gateway."""
        headers = {name.lower(): value for name, value in request.headers.items()}
        called = Request(method=request.method, url=str(request.url), query=dict(request.query), headers=headers,
                         body=await request.read(), at=AT)  # fmt: skip
        if self.fail:
            self.fail -= 1
            return web.Response(status=503)
        try:
            ack = self.adapter.challenge(called)
            if ack is None:
                self.adapter.verify(called)
                for one in self.adapter.parse(called):
                    self.repeats += one.provider_id in self.kept
                    self.kept[one.provider_id] = one
                ack = self.adapter.ack(called)
        except HubError as error:
            return web.Response(status=401 if error.code == "unverified" else 400, text=error.code)
        return web.Response(body=ack.body, content_type=ack.content_type)

    async def has(self, kind: type[Any], count: int = 1) -> list[Any]:
        """Wait until it has so many of a kind."""
        await until(lambda: _is(len(self._of(kind)) >= count))
        return self._of(kind)

    def _of(self, kind: type[Any]) -> list[Any]:
        return [one for one in self.kept.values() if isinstance(one, kind)]


def template(
    id: str, *, to: str = PERSON, purpose: Any = "service", message: str = "message-1", **values: str
) -> Outbound:
    """Return a message of one template."""
    address = Address(channel="sms", user=to)
    return Outbound(id="message-1", inbox="inbox-1", to=address, parts=(Template(template=id, variables=values),),
                    conversation="c-1", seq=1, purpose=purpose)  # fmt: skip


def seconds(since: float) -> float:
    """Return how long something took."""
    return time.perf_counter() - since


async def _is(value: bool) -> bool:
    return value
