"""What an administrator arranges before a journey begins: over the API, not by hand."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from server import demo

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tests.server.running import Client


class Office:
    """An administrator without a browser."""

    def __init__(self, client: Client) -> None:
        self._client = client

    async def log_in(self) -> None:
        """Log in as the demo's administrator."""
        said = {"email": "admin@demo.example", "password": demo.PASSWORD}
        answer = await self._client.post("/session", said)
        assert answer.status == 200, answer.body
        self._client.csrf = answer.json["csrf"]

    async def opens(self, channel: str, name: str, settings: Mapping[str, Any], **more: Any) -> dict[str, Any]:
        """Make an inbox, and return it with its address."""
        body = {"channel": channel, "name": name, "settings": dict(settings), **more}
        answer = await self._client.post("/inboxes", body)
        assert answer.status == 201, answer.body
        return dict(answer.json)

    async def hears(self, path: str) -> Any:
        """Ask the API."""
        answer = await self._client.get(path)
        assert answer.status == 200, answer.body
        return answer.json

    async def does(self, method: str, path: str, body: Mapping[str, Any]) -> Any:
        """Do something over the API, and return what it says."""
        answer = await self._client.call(method, path, json=dict(body))
        assert answer.status in (200, 201), answer.body
        return answer.json
