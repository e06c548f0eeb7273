"""A provider on this machine that answers as it is told, and remembers what it was asked."""

from __future__ import annotations

import asyncio
import hashlib
import json
from contextlib import asynccontextmanager
from email import policy
from email.parser import BytesParser
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl

import msgspec
from aiohttp import web
from aiohttp.test_utils import TestServer
from msgspec import Struct

from tests.adapters.contract.evidence import Script

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

KEPT = ("content-type", "idempotency-key", "webhook-id")
"""Headers that a golden holds."""


class Asked(Struct, frozen=True, kw_only=True):
    """One call that arrived."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes
    query: dict[str, str] = {}


class Provider:
    """Answers `status`, `headers` and `body`; with `silent` it takes the call and hangs up without a word.

    `script` says what it answers by path; its quiet paths always answer and are not remembered. While it fails
    (`status` is no success, `silent`, or `failing`), its other paths fail.
    """

    def __init__(self, script: Script | None = None) -> None:
        self.script = script or Script()
        self.asked: list[Asked] = []
        self.status = 200
        self.headers: dict[str, str] = {}
        self.body: bytes = msgspec.json.encode(self.script.body)
        self.failing: bytes | None = None
        self.silent = False
        self.url = ""

    async def take(self, request: web.Request) -> web.StreamResponse:
        """Answer a call."""
        if request.path in self.script.quiet:
            return web.Response(body=self._answer(request.path), content_type="application/json")
        headers = {name.lower(): value for name, value in request.headers.items()}
        self.asked.append(Asked(method=request.method, path=request.path, headers=headers, body=await request.read(),
                                query=dict(request.query)))  # fmt: skip
        if self.silent:
            transport: Any = request.transport
            transport.abort()
            await asyncio.sleep(0)
        body = self.failing if self.failing is not None else self._answer(request.path)
        return web.Response(status=self.status, headers=self.headers, body=body)

    def _answer(self, path: str) -> bytes:
        return msgspec.json.encode(self.script.answers[path]) if path in self.script.answers else self.body


@asynccontextmanager
async def playing(script: Script | None = None) -> AsyncIterator[Provider]:
    """Run a provider on a free port."""
    provider = Provider(script)
    app = web.Application(client_max_size=64 * 1024 * 1024)
    app.router.add_route("*", "/{path:.*}", provider.take)
    async with TestServer(app) as server:
        provider.url = str(server.make_url("")).rstrip("/")
        yield provider


def told(asked: Asked, volatile: list[str] | None = None) -> dict[str, Any]:
    """Return what a golden holds of a call: not what changes with the clock. JSON, forms and files are taken apart."""
    left_out = set(volatile or ())
    kept = {name: _plain_type(value) for name, value in asked.headers.items() if name in KEPT}
    query = _without(asked.query, left_out)
    call: dict[str, Any] = {"method": asked.method, "path": asked.path, "headers": kept}
    return {**call, **({"query": query} if query else {}), "body": _body(asked, left_out)}


def _plain_type(value: str) -> str:
    return value.partition(";")[0] if value.startswith("multipart/") else value


def _without(words: dict[str, Any], left_out: set[str]) -> dict[str, Any]:
    return {name: value for name, value in words.items() if name not in left_out}


def _body(asked: Asked, left_out: set[str]) -> object:
    kind = asked.headers.get("content-type", "")
    if not asked.body:
        return None
    if kind.startswith("multipart/"):
        return _files(kind, asked.body)
    if kind.startswith("application/x-www-form-urlencoded"):
        pairs = parse_qsl(asked.body.decode(), keep_blank_values=True)
        return _without({name: _one([v for n, v in pairs if n == name]) for name, _ in pairs}, left_out)
    said: object = json.loads(asked.body)
    return _without(said, left_out) if isinstance(said, dict) else said


def _one(values: list[str]) -> str | list[str]:
    return values[0] if len(values) == 1 else values


def _files(kind: str, body: bytes) -> list[dict[str, Any]]:
    """Take a form apart: fields by their text, files by what they are."""
    whole = BytesParser(policy=policy.HTTP).parsebytes(f"Content-Type: {kind}\r\n\r\n".encode() + body)
    return [_field(part) for part in whole.iter_parts()]


def _field(part: Any) -> dict[str, Any]:
    data: bytes = part.get_payload(decode=True)
    field = {"field": part.get_param("name", header="content-disposition")}
    name = part.get_filename()
    if name is None:
        return {**field, "text": data.decode()}
    digest = hashlib.sha256(data).hexdigest()
    return {**field, "name": name, "type": part.get_content_type(), "size": len(data), "sha256": digest}
