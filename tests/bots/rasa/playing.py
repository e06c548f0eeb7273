"""A server that answers as Rasa 3.6.21 was seen to answer, over REST and by callback, and writes down what it heard."""

from __future__ import annotations

from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

import msgspec
from aiohttp import ClientSession, web
from aiohttp.test_utils import TestServer

if TYPE_CHECKING:
    from collections.abc import AsyncIterator


class Rasa:
    """`answers` are given in turn; an int is a status, bytes are a body as it stands.

    `callback` is the address of credentials.yml; each message of an answer is sent there, `copies` times, before
    "success". `statuses` are what the address answered. A tracker that was told `pause` answers nothing until `resume`.
    While `away`, no tracker is told anything.
    """

    def __init__(self) -> None:
        self.answers: list[Any] = []
        self.told: list[dict[str, Any]] = []
        self.events: list[tuple[str, list[dict[str, Any]]]] = []
        self.tokens: list[str] = []
        self.url = ""
        self.away = False
        self.paused: set[str] = set()
        self.callback = ""
        self.copies = 1
        self.statuses: list[int] = []

    async def webhook(self, request: web.Request) -> web.Response:
        """The REST channel."""
        self.tokens.append(request.query.get("token", ""))
        self.told.append(msgspec.json.decode(await request.read()))
        answer = self._answer(self.told[-1]["sender"])
        if isinstance(answer, int):
            return web.Response(status=answer)
        body = answer if isinstance(answer, bytes) else msgspec.json.encode(answer)
        return web.Response(body=body, content_type="application/json")

    def _answer(self, sender: str) -> Any:
        if sender in self.paused:
            return []
        return self.answers.pop(0) if self.answers else [{"recipient_id": sender, "text": "好的"}]

    async def called_back(self, request: web.Request) -> web.Response:
        """The callback channel."""
        told = msgspec.json.decode(await request.read())
        self.told.append(told)
        answer = self._answer(told["sender"])
        if isinstance(answer, int):
            return web.Response(status=answer)
        for message in answer:
            if not await self.call(told["sender"], **message):
                return web.Response(status=500, text="the callback was not taken")
        return web.Response(text="success")

    async def call(self, sender: str, **message: Any) -> bool:
        """Send one message to the address, and say whether the answer lets Rasa go on."""
        async with ClientSession() as http:
            for _ in range(self.copies):
                async with http.post(self.callback, json={**message, "recipient_id": sender}) as answer:
                    self.statuses.append(answer.status)
                    if answer.status >= 400 or not isinstance(await answer.json(), dict):
                        return False
        return True

    async def append(self, request: web.Request) -> web.Response:
        """Events told to a tracker."""
        if self.away:
            return web.Response(status=503)
        id, told = request.match_info["id"], msgspec.json.decode(await request.read())
        self.events.append((id, told))
        for event in told:
            if event["event"] == "pause":
                self.paused.add(id)
            elif event["event"] == "resume":
                self.paused.discard(id)
        return web.json_response({})


@asynccontextmanager
async def rasa() -> AsyncIterator[Rasa]:
    """Play on a free port of this machine."""
    played = Rasa()
    app = web.Application()
    app.router.add_post("/webhooks/rest/webhook", played.webhook)
    app.router.add_post("/webhooks/callback/webhook", played.called_back)
    app.router.add_post("/conversations/{id}/tracker/events", played.append)
    server = TestServer(app, host="127.0.0.1")
    await server.start_server()
    played.url = str(server.make_url("")).rstrip("/")
    try:
        yield played
    finally:
        await server.close()
