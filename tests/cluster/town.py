"""Two hubs and a worker as processes of their own, over a MongoDB and a real Redis; agents and visitors beside them."""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack, asynccontextmanager
from typing import TYPE_CHECKING, Any

import aiohttp
import msgspec

from adapters.webchat.protocol import VERSION
from config.settings import Settings
from conversations.inboxes import NewInbox
from hub.keys import fresh
from server import demo
from server.bootstrap import opened
from tests.server.process import Process
from tests.server.running import Client
from tests.waiting import until

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable
    from pathlib import Path

    from tests.redises import RedisServer

PATIENCE = 20
CONSOLE, SECRET = "cluster-console", "a-secret-for-the-cluster"


class Town:
    """Everything that runs. `a` and `b` are doors without workers; `worker` does the work."""

    def __init__(self, folder: Path, settings: dict[str, str], redis: RedisServer, stack: AsyncExitStack) -> None:
        doors = {**settings, "worker": "false"}
        self.redis = redis
        self.a = Process(folder, "serve", doors)
        self.b = Process(folder, "serve", doors)
        self.worker = Process(folder, "worker", settings)
        self.relief = Process(folder, "worker", settings)
        """A second worker; not started with the others."""
        self._stack = stack

    async def client(self, door: Process) -> Client:
        """Give a client of a door that nobody knows."""
        jar = aiohttp.CookieJar(unsafe=True)
        return Client(door.base, await self._stack.enter_async_context(aiohttp.ClientSession(cookie_jar=jar)))

    async def agent(self, door: Process, who: str = "agent") -> Agent:
        """Log one of the demo's people in, and listen."""
        client = await self.client(door)
        answer = await client.post("/session", {"email": f"{who}@demo.example", "password": demo.PASSWORD})
        assert answer.status == 200, answer.body
        client.me, client.csrf = answer.json, answer.json["csrf"]
        socket = await self._stack.enter_async_context(client.live())
        return Agent(client, self._heard(socket))

    async def visitor(self, door: Process) -> Visitor:
        """Let somebody open the chat window."""
        client = await self.client(door)
        answer = await client.post(f"/chat/{demo.SITE_KEY}/session", {"language": "zh-CN"})
        assert answer.status == 200, answer.body
        socket = await client.http.ws_connect(
            client.address(f"/chat/{demo.SITE_KEY}/socket"), headers={"Origin": client.base},
            protocols=(VERSION, f"token.{answer.json['token']}"),
        )  # fmt: skip
        self._stack.push_async_callback(socket.close)
        await socket.send_json({"type": "hello", "seq": 0})
        return Visitor(socket, self._heard(socket))

    def _heard(self, socket: aiohttp.ClientWebSocketResponse) -> list[Any]:
        """Return what a socket has been sent so far; it grows."""
        frames: list[Any] = []

        async def listen() -> None:
            async for message in socket:
                if message.type is aiohttp.WSMsgType.TEXT:
                    frames.append(msgspec.json.decode(message.data))

        task = asyncio.create_task(listen())
        self._stack.callback(task.cancel)
        return frames


class Agent:
    """A colleague at an inbox: calls, and what the live socket told."""

    def __init__(self, client: Client, frames: list[Any]) -> None:
        self.client = client
        self.frames = frames

    async def until(self, path: str, wanted: Callable[[Any], Any]) -> Any:
        """Ask until the answer is as wanted, and return it."""

        async def asked() -> Any:
            answer = await self.client.get(path)
            return answer.json if answer.status == 200 and wanted(answer.json) else None

        return await eventually(asked, f"{path} as wanted")

    async def told(self, wanted: Callable[[Any], Any]) -> Any:
        """Wait for a frame of the live socket."""
        return await frame(self.frames, wanted)

    async def say(self, conversation: str, text: str, client_id: str) -> Any:
        """Answer."""
        said = {"client_id": client_id, "parts": [{"type": "text", "body": text}]}
        answer = await self.client.post(f"/conversations/{conversation}/messages", said)
        assert answer.status == 201, answer.body
        return answer.json


class Visitor:
    """A chat window with its socket."""

    def __init__(self, socket: aiohttp.ClientWebSocketResponse, frames: list[Any]) -> None:
        self.frames = frames
        self._socket = socket
        self._said = 0

    async def say(self, text: str) -> None:
        """Say something, and wait until it is durable."""
        self._said += 1
        id = f"visitor-{self._said:04d}"
        part = {"type": "text", "body": text}
        await self._socket.send_json({"type": "send", "client_id": id, "parts": [part]})
        await frame(self.frames, lambda one: one["type"] == "accepted" and one["client_id"] == id)

    async def read(self, conversation: str, seq: int) -> None:
        """Have seen everything up to a message."""
        await self._socket.send_json({"type": "read", "conversation": conversation, "seq": seq})

    async def hears(self, who: str, words: str) -> Any:
        """Wait for a message of somebody with these words in it."""
        return await frame(
            self.frames, lambda one: one["type"] == "message" and one["from"] == who and words in text_of(one)
        )

    @property
    def messages(self) -> list[Any]:
        """Return every message frame so far."""
        return [one for one in self.frames if one["type"] == "message"]


def text_of(message: Any) -> str:
    """Return what a message says."""
    return "\n".join(part.get("body", "") for part in message["parts"])


async def frame(frames: list[Any], wanted: Callable[[Any], Any]) -> Any:
    """Wait for a frame, among those that came already and those to come."""

    async def found() -> Any:
        return next((one for one in frames if wanted(one)), None)

    return await eventually(found, f"a frame; there were {[one['type'] for one in frames[-20:]]}")


async def eventually(check: Callable[[], Awaitable[Any]], what: str, seconds: float = PATIENCE) -> Any:
    """Return the first true answer of `check`; fails after so many seconds."""
    answer: Any = None

    async def checked() -> Any:
        nonlocal answer
        answer = await check()
        return answer

    try:
        await until(checked, seconds=seconds)
    except TimeoutError:
        raise AssertionError(f"not within {seconds} s: {what}") from None
    return answer


@asynccontextmanager
async def town(folder: Path, mongo: str, database: str, redis: RedisServer, *, sink: str = "") -> AsyncIterator[Town]:
    """Two doors and a worker that run; gone afterwards. With `sink` there is an API channel that delivers to it."""
    settings = {"store": mongo, "database": database, "redis": redis.url, "secret_keys": fresh("k1")}
    async with opened(Settings(data=str(folder), worker=False, **settings)) as hub:  # type: ignore[arg-type]  # all text
        await demo.fill(hub)
        if sink:
            sealed = hub.vault.seal(SECRET, CONSOLE, "signing_secret")
            new = NewInbox(name="API", channel="console", bot=demo.BOT, settings={"deliver_url": sink},
                           secrets={"signing_secret": sealed})  # fmt: skip
            await hub.talks.inboxes.create(new, id=CONSOLE)
    async with AsyncExitStack() as stack:
        made = Town(folder, settings, redis, stack)
        for process in (made.a, made.b, made.worker, made.relief):
            stack.callback(process.kill)
        await asyncio.gather(asyncio.to_thread(made.a.start), asyncio.to_thread(made.b.start))
        await asyncio.to_thread(made.worker.start, door=False)
        yield made
