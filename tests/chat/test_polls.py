"""Without a socket it is the same chat: one story through both lines gives one transcript."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import pytest

from server.chat.parts import Limits
from tests.chat.house import AGENT, KEY, House, house
from tests.waiting import until

if TYPE_CHECKING:
    from pathlib import Path


class Line:
    """A visitor who polls."""

    def __init__(self, hub: House, token: str) -> None:
        self.hub = hub
        self.headers = {"Authorization": f"Bearer {token}", **hub.origin}
        self.query = "seq=0"
        self.frames: list[dict[str, Any]] = []

    async def poll(self) -> list[dict[str, Any]]:
        """Ask once."""
        url = f"{self.hub.url}/chat/{KEY}/poll?{self.query}"
        async with self.hub.http.get(url, headers=self.headers) as answer:
            assert answer.status == 200, await answer.text()
            told = await answer.json()
        self.query = f"cursor={told['cursor']}"
        self.frames += told["frames"]
        return told["frames"]  # type: ignore[no-any-return]

    async def until(self, type: str, **facts: Any) -> None:
        """Poll until a frame of this type with these facts came."""
        while not any(one["type"] == type and facts.items() <= one.items() for one in self.frames):
            await self.poll()

    async def send(self, *frames: dict[str, Any]) -> list[dict[str, Any]]:
        """Post frames."""
        url = f"{self.hub.url}/chat/{KEY}/frames"
        async with self.hub.http.post(url, json={"frames": list(frames)}, headers=self.headers) as answer:
            assert answer.status == 200, await answer.text()
            return (await answer.json())["frames"]  # type: ignore[no-any-return]


def story(frames: list[dict[str, Any]]) -> list[tuple[Any, ...]]:
    """Return what a visitor saw: every message, and every state that followed another."""
    told: list[tuple[Any, ...]] = []
    for frame in frames:
        if frame["type"] == "message":
            told.append((frame["seq"], frame["from"], frame["parts"], frame.get("client_id", "")))
        elif frame["type"] in ("hello", "state") and (not told or told[-1] != (frame["state"], frame.get("rate"))):
            told.append((frame["state"], frame.get("rate")))
    return told


def said(number: int) -> dict[str, Any]:
    """Return a frame that says something."""
    return {"type": "send", "client_id": f"message-{number}", "parts": [{"type": "text", "body": f"问 {number}"}]}


async def told(hub: House, thread: str) -> None:
    """Let the agent do the same in both stories."""
    await hub.say(thread, "答")
    await hub.say(thread, "只给同事", note=True)
    await hub.say(thread, "再答")


async def over_socket(folder: Path) -> list[tuple[Any, ...]]:
    """Tell the story through a socket."""
    async with house(folder) as hub:
        window = await hub.window((await hub.session())["token"])
        frames = [await window.next()]
        for number in (1, 2):
            await window.send(**said(number))
            frames += await window.until("message", seq=number)
        frames += await window.until("state") if not _waits(frames) else []
        thread = (await hub.thread()).id
        await told(hub, thread)
        frames += await window.until("message", seq=5)
        frames += await window.until("state", state="agent") if not _is_with(frames, "agent") else []
        await hub.acts.resolve(thread, AGENT, ask_rating=True)
        return story([*frames, *await window.until("state", state="closed")])


async def over_polls(folder: Path) -> list[tuple[Any, ...]]:
    """Tell it through polls and posts."""
    async with house(folder) as hub:
        line = Line(hub, (await hub.session())["token"])
        await line.poll()
        for number in (1, 2):
            assert await line.send(said(number)) == [{"type": "accepted", "client_id": f"message-{number}"}]
            await line.until("message", seq=number)
        thread = (await hub.thread()).id
        await told(hub, thread)
        await line.until("message", seq=5)
        await hub.acts.resolve(thread, AGENT, ask_rating=True)
        await line.until("state", state="closed")
        return story(line.frames)


def _waits(frames: list[dict[str, Any]]) -> bool:
    return _is_with(frames, "waiting")


def _is_with(frames: list[dict[str, Any]], state: str) -> bool:
    return any(frame.get("state") == state for frame in frames)


async def test_both_lines_tell_the_same_story(tmp_path: Path) -> None:
    socket, polls = await over_socket(tmp_path / "a"), await over_polls(tmp_path / "b")

    def messages(told: list[tuple[Any, ...]]) -> list[tuple[Any, ...]]:
        return [one for one in told if len(one) == 4]

    assert messages(socket) == messages(polls)
    assert [one[0] for one in messages(polls)] == [1, 2, 3, 5, 6]
    assert socket[-1] == polls[-1] == ("closed", True)


async def test_a_poll_waits_and_answers_the_moment_there_is_news(hub: House) -> None:
    line = Line(hub, (await hub.session())["token"])
    await line.send(said(1))
    await line.until("message")
    await line.until("state") if not _waits(line.frames) else None
    waiting = asyncio.create_task(line.poll())
    await until(lambda: _async(len(hub.chat.crowd) == 1))
    begun = hub.chat.clock.monotonic()
    await hub.say((await hub.thread()).id, "来了")
    frames = await waiting
    assert "来了" in str(frames)
    assert hub.chat.clock.monotonic() - begun < 2


async def test_a_poll_without_news_comes_back_empty(tmp_path: Path) -> None:
    async with house(tmp_path, limits=Limits(poll=0.2)) as hub:
        line = Line(hub, (await hub.session())["token"])
        assert [frame["type"] for frame in await line.poll()] == ["hello"]
        assert await line.poll() == []
        assert len(hub.chat.crowd) == 0


async def test_frames_of_one_post_keep_their_order_and_the_bad_one_its_name(hub: House) -> None:
    line = Line(hub, (await hub.session())["token"])
    bad = {"type": "send", "client_id": "message-9", "parts": []}
    answers = await line.send(said(1), bad, said(2), {"type": "ping"})
    assert [(one["type"], one.get("client_id")) for one in answers] == [
        ("accepted", "message-1"), ("refused", "message-9"), ("accepted", "message-2"), ("pong", None),
    ]  # fmt: skip
    await line.until("message", seq=2)
    assert [one["client_id"] for one in line.frames if one["type"] == "message"] == ["message-1", "message-2"]


@pytest.mark.parametrize(
    ("body", "status"),
    [(b"", 400), (b"{", 400), (b'{"frames": 1}', 400), (b'{"frames": [], "x": 1}', 400), (b'{"frames": [{}]}', 400),
     (b'{"frames": [' + b",".join([b'{"type":"ping"}'] * 51) + b"]}", 400), (b'{"frames": ["' + b"x" * 70_000, 413),
     (b"[" * 5000, 400), (b"\xff\xfe", 400)],
)  # fmt: skip
async def test_a_bad_post_is_refused(hub: House, body: bytes, status: int) -> None:
    line = Line(hub, (await hub.session())["token"])
    headers = {**line.headers, "Content-Type": "application/json"}
    async with hub.http.post(f"{hub.url}/chat/{KEY}/frames", data=body, headers=headers) as answer:
        assert answer.status == status


@pytest.mark.parametrize("query", ["seq=-1", "seq=x", "cursor=%21", "cursor=e30x", "surprise=1", "conversation=..%2f"])
async def test_a_bad_place_is_refused(hub: House, query: str) -> None:
    line = Line(hub, (await hub.session())["token"])
    async with hub.http.get(f"{hub.url}/chat/{KEY}/poll?{query}", headers=line.headers) as answer:
        assert answer.status in (400, 422)


async def test_scrolling_back_gives_every_message_once(hub: House) -> None:
    line = Line(hub, (await hub.session())["token"])
    await line.send(said(1))
    await line.until("message")
    thread = (await hub.thread()).id
    for number in range(60):
        await hub.say(thread, f"答 {number}", note=number % 5 == 0)
    seqs: list[int] = []
    query: str | None = ""
    while query is not None:
        async with hub.http.get(f"{hub.url}/chat/{KEY}/history{query}", headers=line.headers) as answer:
            page = await answer.json()
        seqs = [one["seq"] for one in page["items"]] + seqs
        query = (
            f"?before={page['next']['before']}&conversation={page['next']['conversation']}" if page["next"] else None
        )
    assert seqs == [1, *(number + 2 for number in range(60) if number % 5)]


async def _async(value: object) -> object:
    return value
