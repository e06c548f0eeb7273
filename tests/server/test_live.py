"""The agents' socket: no gap, no repetition, nothing that is not for these eyes, and an end that says why."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from aiohttp import WSMsgType
from msgspec import structs
from yarl import URL

from accounts.sessions import SESSIONS
from conversations.model import CONVERSATIONS, MESSAGES, Author, AuthorKind, Conversation, Direction, Message, State
from hub.ids import new_id
from hub.model import Address, Text
from hub.store.port import Insert, put
from routing.forgotten import reminded
from server.live.stream import KEPT
from tests.server.running import running
from tests.waiting import until

if TYPE_CHECKING:
    from pathlib import Path

    from tests.server.running import Client, Running


class Screen:
    """What a page does with the socket: reads frames, remembers where it stands."""

    def __init__(self, socket: Any) -> None:
        self.socket = socket
        self.stream = ""
        self.n = 0
        self.frames: list[Any] = []

    async def hello(self) -> Screen:
        frame = await self.socket.receive_json()
        assert frame["type"] == "hello"
        self.stream, self.n = frame["stream"], frame["n"]
        return self

    async def until(self, wanted: Any) -> Any:
        async with asyncio.timeout(10):
            while True:
                message = await self.socket.receive()
                assert message.type is WSMsgType.TEXT, (message, self.socket.close_code)
                frame = message.json()
                if "n" in frame:
                    assert frame["n"] == self.n + 1, (frame, self.n)
                    self.n = frame["n"]
                self.frames.append(frame)
                if wanted(frame):
                    return frame

    async def say(self, **frame: Any) -> None:
        await self.socket.send_json(frame)

    async def closed(self) -> int:
        async with asyncio.timeout(10):
            while (await self.socket.receive()).type not in (WSMsgType.CLOSE, WSMsgType.CLOSED, WSMsgType.CLOSING):
                pass
        return int(self.socket.close_code)


def made(hub: Running, **more: Any) -> Conversation:
    """Make a conversation of the demo's inbox that waits."""
    at = hub.hub.clock.now()
    id = new_id()
    facts: dict[str, Any] = {
        "id": id, "inbox": "i", "address": Address(channel="webchat", user=id), "profile": id, "name": "李雷",
        "state": State.WAITING, "last_at": at, "opened_at": at, "changed_at": at,
    }  # fmt: skip
    return Conversation(**{**facts, **more})


async def stored(hub: Running, **more: Any) -> Conversation:
    conversation = made(hub, **more)
    await hub.hub.store.commit(Insert(CONVERSATIONS, conversation))
    return conversation


async def said(hub: Running, conversation: Conversation, text: str) -> Conversation:
    """Commit one message and the conversation's new number."""
    at = hub.hub.clock.now()
    seq = conversation.seq + 1
    message = Message(
        id=new_id(), conversation=conversation.id, inbox="i", seq=seq, direction=Direction.IN,
        author=Author(kind=AuthorKind.CUSTOMER), parts=(Text(body=text),), at=at, terms=("only", "for", "search"),
    )  # fmt: skip
    write = put(CONVERSATIONS, conversation, structs.replace(conversation, seq=seq, last_at=at))
    await hub.hub.store.commit(write, Insert(MESSAGES, message))
    return write.doc


def is_message(text: str) -> Any:
    return lambda frame: frame["type"] == "message" and frame["message"]["parts"][0]["body"] == text


async def test_a_change_is_told_once_and_in_order(hub_server: Running) -> None:
    agent = await hub_server.log_in()
    async with agent.live() as socket:
        screen = await Screen(socket).hello()
        conversation = await stored(hub_server)
        for number in range(20):
            conversation = await said(hub_server, conversation, f"m{number}")
        await screen.until(is_message("m19"))
    seqs = [frame["seq"] for frame in screen.frames if frame["type"] == "message"]
    assert seqs == list(range(1, 21))
    versions = [frame["row"]["version"] for frame in screen.frames if frame["type"] == "conversation"]
    assert versions == sorted(set(versions))
    assert all(
        "terms" not in frame["message"] or not frame["message"]["terms"]
        for frame in screen.frames
        if frame["type"] == "message"
    )


async def test_resumes_without_a_gap(hub_server: Running) -> None:
    agent = await hub_server.log_in()
    conversation = await stored(hub_server)
    async with agent.live() as socket:
        screen = await Screen(socket).hello()
        conversation = await said(hub_server, conversation, "before")
        await screen.until(is_message("before"))
    for number in range(10):
        conversation = await said(hub_server, conversation, f"away{number}")
    async with agent.live() as socket:
        screen.socket = socket
        await screen.say(type="resume", stream=screen.stream, n=screen.n)
        hello = await socket.receive_json()
        assert hello["stream"] == screen.stream
        assert hello["n"] > screen.n
        await screen.until(is_message("away9"))
    seqs = [frame["seq"] for frame in screen.frames if frame["type"] == "message"]
    assert seqs == list(range(1, 12))


@pytest.mark.parametrize(("stream", "n"), [("another", 0), (None, 10**9)])
async def test_what_cannot_be_resumed_is_a_reset(hub_server: Running, stream: str | None, n: int) -> None:
    agent = await hub_server.log_in()
    async with agent.live() as socket:
        screen = await Screen(socket).hello()
        await screen.say(type="resume", stream=stream or screen.stream, n=n)
        assert (await screen.until(lambda frame: frame["type"] == "reset"))["n"] == 1


async def test_too_old_a_point_is_a_reset(hub_server: Running) -> None:
    agent = await hub_server.log_in()
    async with agent.live() as socket:
        screen = await Screen(socket).hello()
    stream = hub_server.hub.live.streams.of(agent.user)
    assert stream is not None
    for _ in range(KEPT + 1):
        stream.add(b'{"type":"gone","conversation":"x"}')
    async with agent.live() as socket:
        again = await Screen(socket).hello()
        await again.say(type="resume", stream=screen.stream, n=screen.n)
        await again.until(lambda frame: frame["type"] == "reset")


async def test_other_teams_are_not_seen_and_what_leaves_is_gone(hub_server: Running) -> None:
    agent = await hub_server.log_in("agent")
    team = agent.me["teams"][0]["id"]
    async with agent.live() as socket:
        screen = await Screen(socket).hello()
        foreign = await said(hub_server, await stored(hub_server, team="another"), "not for you")
        own = await stored(hub_server, team=team)
        moved = put(CONVERSATIONS, own, structs.replace(own, team="another"))
        await hub_server.hub.store.commit(moved)
        await screen.until(lambda frame: frame["type"] == "gone")
    assert screen.frames[-1]["conversation"] == own.id
    assert foreign.id not in str(screen.frames)
    assert (await agent.get(f"/conversations/{own.id}")).status == 404


async def test_a_session_that_ends_takes_its_sockets_along(hub_server: Running) -> None:
    agent, other = await hub_server.log_in("agent"), await hub_server.log_in("agent2")
    async with agent.live() as socket, other.live() as staying:
        screen, stays = await Screen(socket).hello(), await Screen(staying).hello()
        assert (await agent.call("DELETE", "/session")).status == 204
        await screen.until(lambda frame: frame["type"] == "session_over")
        assert await screen.closed() == 4401
        await stays.say(type="ping")
        await stays.until(lambda frame: frame["type"] == "pong")


async def test_a_person_who_is_shut_out_is_out_at_once(hub_server: Running) -> None:
    agent, admin = await hub_server.log_in("agent"), await hub_server.log_in("admin")
    async with agent.live() as socket:
        screen = await Screen(socket).hello()
        answer = await admin.call("PATCH", f"/users/{agent.user}", json={"active": False})
        assert answer.status == 200, answer.body
        assert await screen.closed() == 4401
    assert (await agent.get("/views")).status == 401


async def test_another_team_is_a_reset_and_other_eyes(hub_server: Running) -> None:
    agent, admin = await hub_server.log_in("agent"), await hub_server.log_in("admin")
    team = agent.me["teams"][0]["id"]
    async with agent.live() as socket:
        screen = await Screen(socket).hello()
        answer = await admin.call("PATCH", f"/users/{agent.user}", json={"teams": []})
        assert answer.status == 200, answer.body
        await screen.until(lambda frame: frame["type"] == "reset")
        hidden = await stored(hub_server, team=team)
        shown = await stored(hub_server)
        await screen.until(lambda frame: frame["type"] == "conversation" and frame["row"]["id"] == shown.id)
    assert hidden.id not in str(screen.frames)


async def test_colleagues_see_who_looks_and_types(hub_server: Running) -> None:
    conversation = await stored(hub_server)
    agent, lead = await hub_server.log_in("agent"), await hub_server.log_in("lead")
    async with agent.live() as one, lead.live() as two:
        first, second = await Screen(one).hello(), await Screen(two).hello()
        await first.say(type="view", conversation=conversation.id)
        await first.until(lambda frame: frame["type"] == "viewing" and len(frame["users"]) == 1)
        await second.say(type="view", conversation=conversation.id)
        await first.until(lambda frame: frame["type"] == "viewing" and len(frame["users"]) == 2)
        await second.say(type="typing", conversation=conversation.id, on=True)
        told = await first.until(lambda frame: frame["type"] == "typing")
        assert (told["who"], told["on"]) == (lead.user, True)
        await draft(lead, conversation.id, "dear")
        await first.until(lambda frame: frame["type"] == "viewing" and any(who["drafting"] for who in frame["users"]))
        await two.close()
        await first.until(lambda frame: frame["type"] == "viewing" and len(frame["users"]) == 1)


async def draft(client: Client, id: str, text: str) -> None:
    answer = await client.call("PUT", f"/conversations/{id}/draft", json={"text": text})
    assert answer.status == 200, answer.body


async def test_nobody_looks_at_what_they_may_not_see(hub_server: Running) -> None:
    hidden = await stored(hub_server, team="another")
    agent = await hub_server.log_in("agent")
    async with agent.live() as socket:
        screen = await Screen(socket).hello()
        await screen.say(type="view", conversation=hidden.id)
        await screen.say(type="typing", conversation=hidden.id, on=True)
        await screen.say(type="ping")
        await screen.until(lambda frame: frame["type"] == "pong")
    assert hidden.id not in str(screen.frames)
    assert hub_server.hub.live.company.viewers(hidden.id) == ()


@pytest.mark.parametrize(
    ("text", "code"),
    [("{", 4400), ('{"type":"nonsense"}', 4400), ('{"type":"ping","x":1}', 4400), ("x" * 70_000, 1009)],
)
async def test_nonsense_ends_the_socket(hub_server: Running, text: str, code: int) -> None:
    agent = await hub_server.log_in()
    async with agent.live() as socket:
        screen = await Screen(socket).hello()
        await socket.send_str(text)
        assert await screen.closed() == code


async def test_who_talks_too_much_is_sent_away(hub_server: Running) -> None:
    agent = await hub_server.log_in()
    async with agent.live() as socket:
        screen = await Screen(socket).hello()
        for _ in range(200):
            await screen.say(type="ping")
        assert await screen.closed() == 4429


async def test_counts_follow_a_change(hub_server: Running) -> None:
    agent = await hub_server.log_in()
    async with agent.live() as socket:
        screen = await Screen(socket).hello()
        await screen.until(lambda frame: frame["type"] == "counts")
        await stored(hub_server, queued_at=hub_server.hub.clock.now())
        frame = await screen.until(
            lambda frame: (
                frame["type"] == "counts"
                and any(view["id"] == "unassigned" and view["count"] == 1 for view in frame["views"])
            )
        )
    assert {view["id"] for view in frame["views"]} >= {"mine", "offered", "mentions", "all", "bot", "closed"}


async def test_a_drain_says_so(tmp_path: Path, furnished: Path) -> None:
    async with running(tmp_path / "data", like=furnished) as hub:
        agent = await hub.log_in()
        async with agent.live() as socket:
            screen = await Screen(socket).hello()
            hub.hub.draining.set()
            hub.hub.live.drain()
            await screen.until(lambda frame: frame["type"] == "drain")
            assert await screen.closed() == 1012
        answer = await agent.get("/readyz")
        assert (answer.status, answer.json["reasons"]) == (503, ["draining"])


async def test_who_does_not_read_is_dropped_and_costs_nothing(
    hub_server: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A client that never reads: the transport fills up, the cursor falls behind, the socket is cut."""
    monkeypatch.setattr("server.live.socket.STUCK", 0.5)
    agent, other = await hub_server.log_in("agent"), await hub_server.log_in("agent2")
    cookies = agent.http.cookie_jar.filter_cookies(URL(agent.base))
    reader, writer = await asyncio.open_connection("127.0.0.1", int(agent.base.rpartition(":")[2]), limit=1024)
    writer.write(
        f"GET /api/v1/live HTTP/1.1\r\nHost: {agent.base[7:]}\r\nOrigin: {agent.base}\r\nUpgrade: websocket\r\n"
        f"Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
        f"Cookie: {cookies.output(header='', sep=';').strip()}\r\n\r\n".encode()
    )
    assert b"101" in await reader.readline()

    async def joined() -> bool:
        return bool(hub_server.hub.live.sockets)

    await until(joined)
    async with other.live() as socket:
        screen = await Screen(socket).hello()
        conversation = await stored(hub_server)
        for number in range(300):
            conversation = await said(hub_server, conversation, f"{number} " + "长" * 10_000)
        await screen.until(is_message("299 " + "长" * 10_000))

    async def dropped() -> bool:
        return not hub_server.hub.live.connected(agent.user)

    await until(dropped)
    assert b"yizhan_ws_dropped_slow_total 1.0" in (await agent.get("/metrics")).body
    writer.close()


async def forgotten(hub: Running) -> Conversation:
    """One that waits since before the router kept places, found by what looks for such."""
    at = hub.hub.clock.now()
    old = await stored(hub, queued_at=at - timedelta(minutes=2))
    await hub.hub.store.commit(*await reminded(hub.hub.store, at))

    async def placed() -> bool:
        now = await hub.hub.store.get(CONVERSATIONS, old.id)
        return now is not None and now.lane != ""

    await until(placed)
    return old


async def test_who_only_looks_is_offered_nothing(hub_server: Running) -> None:
    quality, agent = await hub_server.log_in("quality"), await hub_server.log_in("agent")
    async with quality.live() as looking:
        await Screen(looking).hello()
        waiting = await forgotten(hub_server)
        assert await hub_server.hub.presences.desk(quality.user) is None
        async with agent.live() as socket:
            screen = await Screen(socket).hello()
            offer = await screen.until(lambda frame: frame["type"] == "offer")
            assert offer["conversation"] == waiting.id


async def test_a_session_that_ran_out_unheard_is_found_out(hub_server: Running) -> None:
    agent, hub = await hub_server.log_in("agent"), hub_server.hub
    async with agent.live() as socket:
        screen = await Screen(socket).hello()
        await hub.live.recheck()
        await screen.say(type="ping")
        await screen.until(lambda frame: frame["type"] == "pong")
        row = await hub.store.get(SESSIONS, next(iter(hub.live.sockets)).session or "")
        assert row is not None
        await hub.store.commit(put(SESSIONS, row, structs.replace(row, expires_at=hub.clock.now())))
        await hub.live.recheck()
        assert await screen.closed() == 4401
