"""Bad input: each is a clear 4xx with its place, nothing is changed, and the hub goes on."""

from __future__ import annotations

import asyncio
import io
from typing import TYPE_CHECKING, Any

import msgspec
import pytest
from msgspec import Struct

from hub import errors
from server.api.contract import Call, Routes
from server.api.problems import STATUS, status_of

if TYPE_CHECKING:
    from tests.server.running import Running

LABEL = {"name": "VIP", "colour": "#112233"}


class Loose(Struct, frozen=True, kw_only=True):
    """An input that takes anything."""

    name: str


class Around(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A strict input with a loose one inside."""

    inner: tuple[Loose, ...] = ()


@pytest.mark.parametrize(
    ("path", "body", "status", "code", "where"),
    [
        ("/labels", {"name": "x", "colour": "#112233", "id": "mine"}, 422, "invalid", "$.id"),
        ("/labels", {"colour": "#112233"}, 422, "invalid", "$.name"),
        ("/labels", {"name": 5}, 422, "invalid", "$.name"),
        ("/labels", {"name": {"$ne": None}}, 422, "invalid", "$.name"),
        ("/labels", {"name": "x" * 1000}, 422, "invalid", "$.name"),
        ("/labels", [], 422, "invalid", "$"),
        ("/users", {"name": "A", "email": "a@b.cn", "role": "king", "password": "x" * 12}, 422, "invalid", "$.role"),
        ("/inboxes", {"name": "a", "channel": "webchat", "hours": {"week": [{"day": 9}]}}, 422, "invalid", None),
        ("/inboxes", {"name": "a", "channel": "webchat", "settings": {"no": 1}}, 422, "invalid", "$.settings.no"),
        ("/inboxes", {"name": "a", "channel": "webchat", "team": "none"}, 422, "invalid", "$.team"),
        ("/inboxes", {"name": "a", "channel": "pigeon"}, 404, "not_found", ""),
    ],
)
async def test_a_wrong_field_is_named(
    hub_server: Running, path: str, body: Any, status: int, code: str, where: str | None
) -> None:
    admin = await hub_server.log_in("admin")
    before = (await admin.get(path)).json["items"]
    answer = await admin.post(path, body)
    assert (answer.status, answer.json["code"]) == (status, code), answer.body
    if where is not None:
        assert answer.json["path"] == where, answer.body
    assert set(answer.json) >= {"type", "title", "status", "code", "detail", "hint", "path", "facts"}
    assert (await admin.get(path)).json["items"] == before


@pytest.mark.parametrize(
    ("raw", "headers", "status"),
    [
        (b'{"name": "\xff\xfe"}', {}, 400),
        (b"{", {}, 400),
        (b"", {}, 400),
        (b"\x00", {}, 400),
        (b'{"name":' * 5000 + b"1" + b"}" * 5000, {}, 400),
        (b"[" * 100_000, {}, 400),
        (b'{"name":"' + b"x" * 300_000 + b'"}', {}, 413),
        (io.BytesIO(b" " * 10_000_000), {}, 413),
        ("{\"name\":\"名\"}".encode("gbk"), {}, 400),
        (b'{"name":"x"}', {"Content-Type": "application/json; charset=gbk"}, 400),
        (b'{"name":"x"}', {"Content-Type": "text/plain"}, 400),
        (b"name=x", {"Content-Type": "application/x-www-form-urlencoded"}, 400),
        (b'{"name":"\\ud800"}', {}, 400),
    ],
)  # fmt: skip
async def test_a_body_that_is_none(
    hub_server: Running, raw: bytes | io.BytesIO, headers: dict[str, str], status: int
) -> None:
    admin = await hub_server.log_in("admin")
    answer = await admin.call("POST", "/labels", body=raw, headers=headers)
    assert answer.status == status, answer.body
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert (await admin.post("/labels", LABEL)).status == 201


async def test_an_endless_body_is_cut(hub_server: Running) -> None:
    """Without a length, a body is counted while it comes."""
    admin = await hub_server.log_in("admin")

    async def endless() -> Any:
        for _ in range(100):
            yield b" " * 10_000
            await asyncio.sleep(0)

    answer = await admin.call("POST", "/labels", data=endless(), headers={"Content-Type": "application/json"})
    assert answer.status == 413


@pytest.mark.parametrize(
    ("path", "where"),
    [
        ("/conversations?limit=1000", "$query.limit"),
        ("/conversations?limit=x", "$query.limit"),
        ("/conversations?nonsense=1", "$query.nonsense"),
        ("/conversations?after=%ff", "$query.after"),
        ("/search?q=", "$query.q"),
        ("/conversations/x/messages?after=-1", "$query.after"),
        ("/blobs/abc", "$path.hash"),
    ],
)
async def test_a_wrong_address_is_named(hub_server: Running, path: str, where: str) -> None:
    agent = await hub_server.log_in("agent")
    answer = await agent.get(path)
    assert (answer.status, answer.json["path"]) == (422, where), answer.body


async def test_no_such_place(hub_server: Running) -> None:
    agent = await hub_server.log_in("agent")
    for path, status in (("/nothing", 404), ("/conversations/none", 404), ("/views/../../etc/passwd", 404)):
        answer = await agent.get(path)
        assert (answer.status, answer.headers["Content-Type"]) == (status, "application/problem+json"), path
    wrong = await agent.call("DELETE", "/views")
    assert (wrong.status, wrong.headers["Allow"]) == (405, "GET")


def test_every_error_has_a_status() -> None:
    kinds = [kind for kind in vars(errors).values() if isinstance(kind, type) and issubclass(kind, errors.HubError)]
    assert {kind for kind in kinds if kind not in STATUS} == {errors.HubError}
    assert status_of(errors.Overloaded("x")) == 503
    assert status_of(errors.HubError("x")) == 500


def test_an_input_must_be_strict_however_deep() -> None:
    routes = Routes("test")

    async def handler(call: Call, body: Around) -> None:
        """Take it."""

    with pytest.raises(TypeError, match="Loose must refuse unknown fields"):
        routes.post("/x", permission="public")(handler)


def test_every_input_refuses_every_output_field() -> None:
    """Mass assignment: what the hub decides (role, version, verified...) is no field of an input that lacks it."""
    from server.api.routes import ROUTES

    bodies = [route.body for route in ROUTES if isinstance(route.body, type) and issubclass(route.body, Struct)]
    assert len(bodies) > 10
    for body in bodies:
        with pytest.raises(msgspec.ValidationError):
            msgspec.json.decode(b'{"__proto__": 1}', type=body)
