"""The end of a process: told to stop it finishes what is in hand and goes; killed, it loses nothing it has answered."""

from __future__ import annotations

import asyncio
import json
import signal
import socket
import time
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

import aiohttp
import pytest

from server.demo import PASSWORD
from tests.server.process import hub_process
from tests.server.running import Client, free_port
from tests.server.test_live import Screen
from tests.server.test_story import Visitor

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from tests.server.process import Process


@asynccontextmanager
async def client_of(hub: Process, who: str = "") -> AsyncIterator[Client]:
    """A client of a process; logged in when it has a name."""
    async with aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True)) as http:
        client = Client(hub.base, http)
        if who:
            answer = await client.post("/session", {"email": f"{who}@demo.example", "password": PASSWORD})
            assert answer.status == 200, answer.body
            client.me, client.csrf = answer.json, answer.json["csrf"]
        yield client


async def visitor_of(client: Client) -> Visitor:
    answer = await client.post("/chat/demo/session", {"language": "zh-CN"})
    assert answer.status == 200, answer.body
    return Visitor(client, answer.json)


async def test_told_to_stop_it_says_goodbye_and_goes(tmp_path: Path, furnished: Path) -> None:
    with hub_process(tmp_path / "data", like=furnished, admin_port=str(admin := free_port())) as hub:
        async with client_of(hub, "agent") as agent, agent.live() as socket:
            screen = await Screen(socket).hello()
            async with agent.http.get(f"http://127.0.0.1:{admin}/metrics") as answer:
                assert "yizhan_ws_connections 1.0" in await answer.text()
            assert (await agent.get("/metrics")).status == 404
            begun = time.monotonic()
            hub.tell(signal.SIGTERM)
            await screen.until(lambda frame: frame["type"] == "drain")
            assert await screen.closed() == 1012
            assert await asyncio.to_thread(hub.ended) == 0
            assert time.monotonic() - begun < 10
        events = [json.loads(line)["event"] for line in hub.log().splitlines() if line.startswith("{")]
        assert events[-1] == "ended"
        assert "draining" in events
        assert not [event for event in events if "failed" in event or "fault" in event]


async def test_killed_in_the_middle_nothing_is_lost(tmp_path: Path, furnished: Path) -> None:
    with hub_process(tmp_path / "data", like=furnished) as hub:
        async with client_of(hub) as stranger:
            visitor = await visitor_of(stranger)
            await visitor.say("人工")
            hub.kill()
            assert hub.start() < 20
            async with client_of(hub, "agent") as agent, agent.live() as socket:
                await Screen(socket).hello()
                page = await _until(agent, "/conversations?view=offered", lambda told: told["items"])
                id = page["items"][0]["id"]
                assert (await agent.post(f"/conversations/{id}/accept")).status == 200
                said = {"client_id": "answer-1", "parts": [{"type": "text", "body": "我在。"}]}
                assert (await agent.post(f"/conversations/{id}/messages", said)).status == 201
                hub.kill()
            hub.start()
            await visitor.wait_for("agent", "我在。")
            async with client_of(hub, "agent") as agent:
                told = (await agent.get(f"/conversations/{id}/messages")).json["items"]
        spoken = [one["parts"][0]["body"] for one in told if one["parts"][0]["type"] == "text"]
        assert spoken.count("人工") == 1
        assert spoken.count("我在。") == 1
        assert [one["seq"] for one in told] == list(range(1, len(told) + 1))


async def test_a_second_start_changes_nothing_and_is_quick(tmp_path: Path, furnished: Path) -> None:
    with hub_process(tmp_path / "data", like=furnished) as hub:
        async with client_of(hub, "admin") as admin:
            before = [(await admin.get(path)).json for path in ("/users", "/teams", "/inboxes", "/canned", "/labels")]
        hub.tell(signal.SIGINT)
        assert hub.ended() == 0
        hub.start()
        async with client_of(hub, "admin") as admin:
            after = [(await admin.get(path)).json for path in ("/users", "/teams", "/inboxes", "/canned", "/labels")]
        for first, second in zip(before, after, strict=True):
            assert [_same(one) for one in first["items"]] == [_same(one) for one in second["items"]]


def test_a_taken_port_is_told(tmp_path: Path, furnished: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        with (
            pytest.raises(RuntimeError, match="Cannot listen"),
            hub_process(tmp_path / "data", like=furnished, port=port),
        ):
            pass


def test_two_processes_do_not_share_one_folder(tmp_path: Path, furnished: Path) -> None:
    with (
        hub_process(tmp_path / "data", like=furnished),
        pytest.raises(RuntimeError, match="did not start"),
        hub_process(tmp_path / "data", like=furnished),
    ):
        pass


def _same(row: dict[str, Any]) -> dict[str, Any]:
    """Leave out what a log-in and another port change."""
    return {name: value for name, value in row.items() if name not in ("last_login_at", "version", "address")}


async def _until(client: Client, path: str, wanted: Any) -> Any:
    async with asyncio.timeout(20):
        while True:
            answer = await client.get(path)
            if answer.status == 200 and wanted(answer.json):
                return answer.json
            await asyncio.sleep(0.05)
