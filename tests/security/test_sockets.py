"""The live socket under abuse: nonsense, frames too many and too large, a look at what is not one's own."""

from __future__ import annotations

from typing import Any

import aiohttp
import pytest

from accounts.actor import CONSOLE, Act
from accounts.permissions import Role
from accounts.teams import NewTeam
from server.mount import PREFIX
from tests.security.seed import a_conversation, an_inbox
from tests.security.site import Browser, Site

pytestmark = pytest.mark.asyncio(loop_scope="module")
NONSENSE = [
    "", "{", "[]", "null", '"x"', '{"type":"nope"}', '{"type":"view","conversation":{"$ne":1}}',
    '{"type":"ping","extra":1}', '{"type":["ping"]}', '{"type":"presence","status":"administrator"}', "{" * 5000,
]  # fmt: skip


async def _open(browser: Browser, **headers: str) -> aiohttp.ClientWebSocketResponse:
    socket = await browser.client.ws_connect(
        f"{browser.site.url}{PREFIX}/live", headers={"Origin": browser.site.url, **headers}
    )
    assert (await socket.receive_json(timeout=5))["type"] == "hello"
    return socket


async def _end(socket: aiohttp.ClientWebSocketResponse) -> int:
    """The close code, whatever else is said before."""
    while True:
        message = await socket.receive(timeout=10)
        if message.type is aiohttp.WSMsgType.CLOSE:
            return int(message.data)
        if message.type in (aiohttp.WSMsgType.CLOSED, aiohttp.WSMsgType.ERROR):
            return socket.close_code or 0


@pytest.mark.parametrize("text", NONSENSE)
async def test_nonsense_ends_the_socket_and_nothing_else(site: Site, browsers: dict[Role, Browser], text: str) -> None:
    socket, other = await _open(browsers[Role.AGENT]), await _open(browsers[Role.LEAD])
    await socket.send_str(text)
    assert await _end(socket) == 4400
    await other.send_json({"type": "ping"})
    while (await other.receive_json(timeout=5))["type"] != "pong":
        pass
    await other.close()


async def test_a_frame_that_is_too_large_ends_the_socket(browsers: dict[Role, Browser]) -> None:
    socket = await _open(browsers[Role.AGENT])
    await socket.send_str('{"type":"ping","x":"' + "x" * 300_000 + '"}')
    assert await _end(socket) in (1009, 1006, 4400)


async def test_a_flood_of_frames_ends_the_socket(browsers: dict[Role, Browser]) -> None:
    socket = await _open(browsers[Role.AGENT])
    try:
        for _ in range(500):
            await socket.send_json({"type": "ping"})
    except (ConnectionError, aiohttp.ClientError):
        pass
    assert await _end(socket) in (4429, 1006)


async def test_who_has_no_inbox_has_no_socket(browsers: dict[Role, Browser]) -> None:
    with pytest.raises(aiohttp.WSServerHandshakeError) as refused:
        await _open(browsers[Role.MARKETER])
    assert refused.value.status == 403


async def test_news_of_foreign_conversations_does_not_come(site: Site, browsers: dict[Role, Browser]) -> None:
    """An agent who looks at, and types in, what is not theirs hears nothing of it; who sees all does."""
    other = await site.hire("Elsewhere", Role.AGENT)
    at, hub = site.hub.clock.now(), site.hub
    team = await hub.accounts.teams.create(Act(actor=CONSOLE, at=at), NewTeam(name="Elsewhere", members=(other.id,)))
    inbox = await an_inbox(hub.store, at)
    mine, boss = await _open(browsers[Role.AGENT]), await _open(browsers[Role.QUALITY])
    theirs = await a_conversation(hub.store, inbox, at, team=team.id, agent=other.id, text="secret canary")
    for frame in (
        {"type": "view", "conversation": theirs.id},
        {"type": "typing", "conversation": theirs.id, "on": True},
    ):
        await mine.send_json(frame)
    elsewhere = await site.browser("elsewhere@example.com")
    body = {"client_id": "from-elsewhere-1", "parts": [{"type": "text", "body": "canary answer"}], "seen_seq": 1}
    assert (await elsewhere.call("POST", f"{PREFIX}/conversations/{theirs.id}/messages", body)).status == 201
    assert "canary" in await _heard(boss, until="canary answer")
    assert theirs.id not in await _heard(mine)
    await mine.close()
    await boss.close()


async def _heard(socket: aiohttp.ClientWebSocketResponse, until: str = "") -> str:
    """Everything that came within a moment, or up to a text."""
    told: list[Any] = []
    try:
        while not until or until not in "".join(told):
            message = await socket.receive(timeout=5 if until else 1)
            if message.type is not aiohttp.WSMsgType.TEXT:
                break
            told.append(message.data)
    except TimeoutError:
        pass
    return "".join(told)
