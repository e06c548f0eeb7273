"""The story of the house: a visitor writes, a bot answers, then an agent, and the visitor reads it."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import msgspec

if TYPE_CHECKING:
    from tests.server.running import Client, Running


class Visitor:
    """A chat window that polls."""

    def __init__(self, client: Client, session: Any) -> None:
        self.client = client
        self.headers = {"Authorization": f"Bearer {session['token']}", "Origin": client.base}
        self.seq = session["seq"]
        self.heard: list[Any] = []
        self._numbers = 0

    @classmethod
    async def arrive(cls, hub: Running) -> Visitor:
        client = await hub.stranger()
        answer = await client.post("/chat/demo/session", {"language": "zh-CN"})
        assert answer.status == 200, answer.body
        return cls(client, answer.json)

    async def say(self, text: str) -> None:
        self._numbers += 1
        frame = {"type": "send", "client_id": f"visitor-{self._numbers}", "parts": [{"type": "text", "body": text}]}
        answer = await self.client.post("/chat/demo/frames", {"frames": [frame]}, headers=self.headers)
        assert answer.status == 200, answer.body
        assert [one["type"] for one in answer.json["frames"]] == ["accepted"], answer.body

    async def wait_for(self, who: str, words: str) -> Any:
        async with asyncio.timeout(10):
            while True:
                answer = await self.client.get(f"/chat/demo/poll?seq={self.seq}", headers=self.headers)
                assert answer.status == 200, answer.body
                for frame in answer.json["frames"]:
                    if frame["type"] != "message":
                        continue
                    self.seq = max(self.seq, frame["seq"])
                    self.heard.append(frame)
                for frame in self.heard:
                    if frame["from"] == who and words in msgspec.json.encode(frame["parts"]).decode():
                        return frame


async def until(client: Client, path: str, wanted: Any) -> Any:
    """Ask until the answer is as wanted."""
    async with asyncio.timeout(10):
        while True:
            answer = await client.get(path)
            assert answer.status == 200, answer.body
            if wanted(answer.json):
                return answer.json
            await asyncio.sleep(0.02)


async def test_a_visitor_a_bot_and_an_agent(hub_server: Running) -> None:
    agent = await hub_server.log_in("agent")
    await agent.call("PUT", "/presence", json={"status": "online"})
    async with agent.live() as socket:
        hello = await socket.receive_json()
        assert hello["type"] == "hello"
        visitor = await Visitor.arrive(hub_server)
        await visitor.say("水费怎么交？")
        await visitor.wait_for("bot", "")
        await visitor.say("人工")
        page = await until(agent, "/conversations?view=offered", lambda told: told["items"])
        id = page["items"][0]["id"]
        assert (await agent.post(f"/conversations/{id}/accept")).status == 200
        said = {"client_id": "a1", "parts": [{"type": "text", "body": "您好，我是林晓。"}]}
        answer = await agent.post(f"/conversations/{id}/messages", said)
        assert answer.status == 201, answer.body
        again = await agent.post(f"/conversations/{id}/messages", said)
        assert (again.status, again.json["seq"]) == (200, answer.json["seq"])
        heard = await visitor.wait_for("agent", "我是林晓")
        assert heard["name"] == "林晓"
        frames = await frames_until(
            socket, lambda frame: frame["type"] == "message" and frame["message"]["id"] == answer.json["id"]
        )
        assert "offer" in {frame["type"] for frame in frames}
        numbers = [frame["n"] for frame in frames if "n" in frame]
        assert numbers == list(range(hello["n"] + 1, hello["n"] + 1 + len(numbers)))


async def frames_until(socket: Any, wanted: Any) -> list[Any]:
    """Read frames up to the wanted one."""
    frames = []
    async with asyncio.timeout(10):
        while True:
            frame = await socket.receive_json()
            frames.append(frame)
            if wanted(frame):
                return frames
