"""Two processes, one stream of news: what one commits, the sockets of the other are told, once, from the rows."""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack, asynccontextmanager
from typing import TYPE_CHECKING, Any

import msgspec
import pytest
from msgspec import structs

from accounts.actor import Actor
from accounts.permissions import GRANTS, Role
from conversations.model import CONVERSATIONS, MESSAGES, Author, AuthorKind, Conversation, Direction, Message, State
from hub.bus import Bus, LocalBus
from hub.bus.redis import RedisBus
from hub.clock import SystemClock
from hub.ids import new_id
from hub.model import Address, Text
from hub.redis import connect
from hub.store.port import By, Insert, put
from server.collections import EVERYTHING
from server.live.live import Live
from server.live.socket import Socket
from tests.redises import RedisServer, redis_server
from tests.stores import open_store
from tests.waiting import until as until_async

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Iterator
    from pathlib import Path

    from hub.store.port import Store


AGENT = Actor(user="li", name="Li", role=Role.AGENT, permissions=GRANTS[Role.AGENT])
WANG = Actor(user="wang", name="Wang", role=Role.AGENT, permissions=GRANTS[Role.AGENT])


class Ear:
    """A socket's other end: what it was sent."""

    def __init__(self) -> None:
        self.frames: list[Any] = []

    async def send_str(self, data: str) -> None:
        self.frames.append(msgspec.json.decode(data))

    def of(self, kind: str) -> list[Any]:
        return [frame for frame in self.frames if frame["type"] == kind]


class Pair:
    """Two processes over one store; only the first commits."""

    def __init__(self, store: Store, buses: tuple[Bus, Bus], stack: AsyncExitStack) -> None:
        self.store = store
        self.here, self.there = (Live(store, bus, SystemClock(), _nothing) for bus in buses)
        self._stack = stack
        store.watch(self.here.committed)

    def listen(self, live: Live, actor: Actor) -> tuple[Socket, Ear]:
        ear, socket = Ear(), live.join(actor)
        socket.greet()
        task = asyncio.create_task(socket.write(ear))
        self._stack.push_async_callback(_ended, task)
        return socket, ear


async def _nothing(actor: Actor) -> tuple[()]:
    return ()


async def _ended(task: asyncio.Task[None]) -> None:
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


@asynccontextmanager
async def pair(folder: Path, *buses: Bus) -> AsyncIterator[Pair]:
    async with AsyncExitStack() as stack:
        store = await stack.enter_async_context(open_store(folder, EVERYTHING))
        both = Pair(store, (buses[0], buses[-1]), stack)
        for work in (both.here.run(), both.there.run(), *(bus.run() for bus in set(buses))):
            stack.push_async_callback(_ended, asyncio.create_task(work))
        await asyncio.sleep(0.05)
        yield both


@pytest.fixture
async def near(tmp_path: Path) -> AsyncIterator[Pair]:
    """Both on one bus in memory."""
    async with pair(tmp_path, LocalBus()) as both:
        yield both


@pytest.fixture
def redis() -> Iterator[RedisServer]:
    """A Redis of its own, to be killed."""
    with redis_server() as server:
        yield server


@pytest.fixture
async def far(tmp_path: Path, redis: RedisServer) -> AsyncIterator[Pair]:
    """Each with its own line to Redis."""
    clients = [connect(redis.url), connect(redis.url)]
    one, two = (RedisBus(client, SystemClock()) for client in clients)
    async with pair(tmp_path, one, two) as both:
        yield both
    for bus, client in zip((one, two), clients, strict=True):
        await bus.close()
        await client.aclose()


async def talk(store: Store, count: int) -> Conversation:
    """Commit a conversation and so many messages."""
    at, id = SystemClock().now(), new_id()
    conversation = Conversation(
        id=id, inbox="i", address=Address(channel="webchat", user=id), profile=id, state=State.WAITING, last_at=at,
        opened_at=at, changed_at=at, seq=count,
    )  # fmt: skip
    await store.commit(Insert(CONVERSATIONS, conversation))
    for seq in range(1, count + 1):
        message = Message(
            id=new_id(), conversation=id, inbox="i", seq=seq, direction=Direction.IN,
            author=Author(kind=AuthorKind.CUSTOMER), parts=(Text(body=f"m{seq}"),), at=at,
        )  # fmt: skip
        await store.commit(Insert(MESSAGES, message))
    return conversation


async def until(check: Callable[[], bool]) -> None:
    """Wait for something that is seen without asking."""

    async def ask() -> bool:
        return check()

    await until_async(ask)


async def listening(both: Pair) -> None:
    """Wait until each has its line to Redis: what one says, the other hears."""
    for one, other in ((both.here, both.there), (both.there, both.here)):
        socket, _ = both.listen(one, AGENT)

        async def heard(one: Live = one, other: Live = other, socket: Socket = socket) -> bool:
            await one.look(socket, "probe")
            return bool(other.company.viewers("probe"))

        await until_async(heard)
        await one.look(socket, None)


async def _hears(both: Pair) -> None:
    _, ear = both.listen(both.there, AGENT)
    conversation = await talk(both.store, 20)
    await until(lambda: len(ear.of("message")) == 20)
    assert [frame["seq"] for frame in ear.of("message")] == list(range(1, 21))
    assert [frame["row"]["id"] for frame in ear.of("conversation")] == [conversation.id]
    numbers = [frame["n"] for frame in ear.frames if "n" in frame and frame["type"] != "hello"]
    assert numbers == list(range(1, len(numbers) + 1))


async def _sees_company(both: Pair) -> None:
    here, ear = both.listen(both.here, AGENT)
    there, far_ear = both.listen(both.there, WANG)
    await both.here.look(here, "c")
    await both.there.look(there, "c")
    await until(lambda: bool(ear.of("viewing")) and len(ear.of("viewing")[-1]["users"]) == 2)
    await both.there.types(there, "c", True)
    await until(lambda: bool(ear.of("typing")))
    assert ear.of("typing")[-1] == {"type": "typing", "conversation": "c", "who": "wang", "on": True}
    await both.there.look(there, None)
    await until(lambda: len(ear.of("viewing")[-1]["users"]) == 1)
    assert not far_ear.of("typing")


async def test_one_bus_carries_the_news(near: Pair) -> None:
    await _hears(near)


async def test_what_is_told_twice_or_late_is_told_once(near: Pair) -> None:
    _, ear = near.listen(near.there, AGENT)
    conversation = await talk(near.store, 1)
    await until(lambda: len(ear.of("message")) == 1)
    newer = put(CONVERSATIONS, conversation, structs.replace(conversation, name="newer"))
    await near.store.commit(newer)
    await until(lambda: len(ear.of("conversation")) == 2)
    near.there.feed.conversation(conversation)
    near.there.feed.conversation(newer.doc)
    near.there.feed.message(await _first(near.store), conversation)
    await asyncio.sleep(0.05)
    assert [frame["row"]["version"] for frame in ear.of("conversation")] == [0, 1]
    assert len(ear.of("message")) == 1


async def _first(store: Store) -> Message:
    return (await store.find(MESSAGES, order=(By("id"),), limit=1))[0]


async def test_one_bus_carries_who_looks(near: Pair) -> None:
    await _sees_company(near)


@pytest.mark.redis
async def test_redis_carries_the_news(far: Pair) -> None:
    await listening(far)
    await _hears(far)


@pytest.mark.redis
async def test_redis_carries_who_looks(far: Pair) -> None:
    await listening(far)
    await _sees_company(far)


@pytest.mark.redis
async def test_after_an_outage_everybody_fetches_afresh(far: Pair, redis: RedisServer) -> None:
    await listening(far)
    _, ear = far.listen(far.there, AGENT)
    redis.kill()
    await talk(far.store, 1)
    redis.start()
    await until(lambda: bool(ear.of("reset")))
    await talk(far.store, 2)
    await until(lambda: [frame["seq"] for frame in ear.of("message")][-2:] == [1, 2])
