"""Signed calls: proved, bounded, and what a look-up makes of its answer."""

from __future__ import annotations

import json
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from bots.dialogue.actions import Failed, Rejected
from hub.standard_webhooks import check
from tests.bots.actions.conftest import secret
from tests.bots.actions.told import Tracker, project

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Mapping

    from bots.actions.port import Port
    from tests.clocks import FakeClock


class Backend:
    """Answers `status` and `body`, and keeps what was asked."""

    def __init__(self) -> None:
        self.status, self.body = 200, b"{}"
        self.headers: Mapping[str, str] = {}
        self.asked = b""
        self.url = ""

    async def take(self, request: web.Request) -> web.Response:
        """Answer."""
        self.headers, self.asked = request.headers, await request.read()
        return web.Response(status=self.status, body=self.body, content_type="application/json")


@asynccontextmanager
async def running() -> AsyncIterator[Backend]:
    backend, app = Backend(), web.Application()
    app.router.add_post("/", backend.take)
    async with TestServer(app, host="127.0.0.1") as server:
        backend.url = str(server.make_url("/"))
        yield backend


@pytest.fixture
async def backend() -> AsyncIterator[Backend]:
    """A company's own service."""
    async with running() as backend:
        yield backend


def lookup(url: str, **more: Any) -> dict[str, Any]:
    fill = {"balance": "amount", "owner": "name"}
    return {"yizhan_lookup": {"do": "lookup", "url": url, "secret": "orders", "send": ["no"], "fill": fill, **more}}


async def test_a_webhook_is_asked_like_an_action_server_and_proves_the_hub(
    backend: Backend, port: Port, clock: FakeClock
) -> None:
    backend.body = b'{"events": [{"event": "slot", "name": "x", "value": 1}], "responses": [{"text": "hi"}]}'
    actions = {"action_pay": {"do": "webhook", "url": backend.url, "secret": "orders"}}
    done = await port.run("action_pay", Tracker(slots={"no": "7"}), project(actions=actions))
    assert done.responses == ({"text": "hi"},)
    assert [event["name"] for event in done.events] == ["x"]
    check(backend.headers, backend.asked, [await secret("orders")], at=clock.now(), tolerance=1)
    asked = json.loads(backend.asked)
    assert (asked["next_action"], asked["sender_id"], asked["tracker"]["slots"]) == ("action_pay", "c1", {"no": "7"})


async def test_a_webhook_may_reject(backend: Backend, port: Port) -> None:
    backend.status, backend.body = 400, b'{"error": "no", "action_name": "action_pay"}'
    actions = {"action_pay": {"do": "webhook", "url": backend.url, "secret": "orders"}}
    with pytest.raises(Rejected):
        await port.run("action_pay", Tracker(), project(actions=actions))


async def test_a_look_up_sends_what_was_named_and_fills_slots(backend: Backend, port: Port, clock: FakeClock) -> None:
    backend.body = '{"amount": 12.5, "name": "王", "more": {}}'.encode()
    told = Tracker(slots={"no": "7", "phone": "139"})
    done = await port.run("yizhan_lookup", told, project(actions=lookup(backend.url, found="known")))
    assert {event["name"]: event["value"] for event in done.events} == {"balance": 12.5, "owner": "王", "known": True}
    assert json.loads(backend.asked) == {"action": "yizhan_lookup", "conversation": "c1", "slots": {"no": "7"}}
    check(backend.headers, backend.asked, [await secret("orders")], at=clock.now(), tolerance=1)


async def test_nobody_of_that_number_empties_the_slots(backend: Backend, port: Port) -> None:
    backend.status = 404
    done = await port.run("yizhan_lookup", Tracker(), project(actions=lookup(backend.url, found="known")))
    assert {event["name"]: event["value"] for event in done.events} == {"balance": None, "owner": None, "known": False}


@pytest.mark.parametrize(("status", "body"), [(500, b"{}"), (401, b"{}"), (200, b"[]"), (200, b"<html>"), (204, b"")])
async def test_a_look_up_that_goes_wrong_fails(status: int, body: bytes, backend: Backend, port: Port) -> None:
    backend.status, backend.body = status, body
    with pytest.raises(Failed):
        await port.run("yizhan_lookup", Tracker(), project(actions=lookup(backend.url)))


async def test_without_its_secret_nothing_is_called(backend: Backend, port: Port) -> None:
    with pytest.raises(Failed, match="secret") as caught:
        await port.run("yizhan_lookup", Tracker(), project(actions=lookup(backend.url, secret="other")))
    assert caught.value.facts == {"secret": "other"}
    assert caught.value.hint
    assert backend.asked == b""
