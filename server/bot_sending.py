"""`yizhan bot publish --server`: the same by a running hub's API, with a token of somebody who may manage bots.

bot there (or made) --> PUT files --> POST train --> look every second --> POST publish
"""

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
from aiohttp import ClientError, ClientSession, ClientTimeout
from yarl import URL

from hub.egress import session
from hub.errors import ChannelBroken, Invalid, NotFound
from server.bot_publishing import Brought

API = "/api/v1"
EVERY = 1.0
CALL = ClientTimeout(total=60)
ANYWHERE = ("0.0.0.0/0", "::/0")
"""The hub is where its operator says, mostly on the same machine or in the same house."""
Told = Callable[[str], None]


def token_of(path: Path) -> str:
    """Return the token in a file: on the command line everybody on the machine could read it."""
    try:
        token = path.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise Invalid(f"{path} cannot be read") from error
    if not token or not token.isascii() or not token.isprintable():
        raise Invalid("There is no API token in that file", path=str(path), hint="Make one on your own page, Tokens.")
    return token


async def send(
    server: str, token: str, what: Brought, id: str, told: Told, *, new: str = "", language: str = ""
) -> None:
    """Let the hub train the project and answer with it. A model is trained there again, from the files in it.

    Raises `NotFound` and `Invalid` with what the hub said, `ChannelBroken` when it cannot be reached.
    """
    async with session(ANYWHERE, timeout=CALL) as http:
        hub = _Hub(http, server.rstrip("/") + API, token)
        try:
            await _there(hub, id, new, language)
            draft = await hub.call("GET", f"/bots/{id}/files")
            await hub.call("PUT", f"/bots/{id}/files", {"version": draft["version"], "files": what.files})
            number = (await hub.call("POST", f"/bots/{id}/train"))["number"]
            await _trained(hub, id, number, told)
            await hub.call("POST", f"/bots/{id}/versions/{number}/publish")
        except (ClientError, TimeoutError) as error:
            raise ChannelBroken("The hub cannot be reached", server=server, reason=type(error).__name__) from error
    told(f"version {number} of {id} answers from the next turn on")


class _Hub:
    """One hub's API."""

    def __init__(self, http: ClientSession, base: str, token: str) -> None:
        self._http = http
        self._base = base
        self._proof = f"Bearer {token}"

    async def call(self, method: str, path: str, body: Any = None) -> Any:
        """Call it; raises what its problem says."""
        data = msgspec.json.encode(body) if body is not None else None
        url = URL(self._base + path, encoded=True)
        headers = {"Content-Type": "application/json", "Authorization": self._proof}
        async with self._http.request(method, url, data=data, headers=headers, allow_redirects=False) as answer:
            read = await answer.read()
            if answer.status < 300:
                return msgspec.json.decode(read) if read else None
            told = _problem(read)
            error = NotFound if answer.status == 404 else Invalid
            raise error(
                str(told.get("detail") or told.get("title") or "The hub refused"), hint=str(told.get("hint") or ""),
                status=answer.status, call=f"{method} {path}",
            )  # fmt: skip


async def _there(hub: _Hub, id: str, new: str, language: str) -> None:
    try:
        await hub.call("GET", f"/bots/{id}")
    except NotFound:
        if not new:
            raise
        await hub.call("POST", "/bots", {"id": id, "name": new, "language": language or "zh-CN"})


async def _trained(hub: _Hub, id: str, number: int, told: Told) -> None:
    shown = ""
    while True:
        version = await hub.call("GET", f"/bots/{id}/versions/{number}")
        if version["state"] != "training":
            break
        stage = (version["progress"] or {}).get("stage", "")
        if stage != shown:
            shown = stage
            told(f"{version['progress']['fraction']:4.0%} {stage}")
        await asyncio.sleep(EVERY)
    if version["state"] == "failed":
        raise Invalid(version["note"] or "The training failed", bot=id, version=number)


def _problem(body: bytes) -> dict[str, Any]:
    try:
        return msgspec.json.decode(body, type=dict[str, Any])
    except msgspec.MsgspecError:
        return {}
