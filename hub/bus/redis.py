"""The bus over Redis pub/sub: one connection listens for the whole process, another one publishes."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

from redis.asyncio import Redis
from redis.asyncio.client import PubSub

from hub.bus.desk import DEPTH, Desk, Item
from hub.bus.port import LOST
from hub.clock import Clock
from hub.redis import AWAY, Outage, answer

PAUSE = 0.5
ANSWER = 1.0
PING_EVERY = 15.0


class RedisBus:
    """While Redis is away, what this process publishes still reaches its own subscribers.

    After every reconnect all subscribers are told that they may have lost something; and when hints of this process got
    lost on their way out, so are those of all others, as soon as Redis is back.
    """

    def __init__(self, redis: Redis, clock: Clock, *, prefix: str = "yizhan", depth: int = DEPTH) -> None:
        self._redis = redis
        self._clock = clock
        self._prefix = f"{prefix}:bus:"
        self._desk = Desk(depth)
        self._line: PubSub | None = None
        self._confirmed: dict[str, asyncio.Event] = {}
        self._outage = Outage("bus")
        self._owed = False
        """Whether others missed a hint of ours and do not know it."""

    async def publish(self, topic: str, payload: bytes) -> None:
        """See the port."""
        if await self._sent(topic, payload) and self._line is not None:
            return
        self._desk.hand_out(topic, payload)

    @asynccontextmanager
    async def subscribe(self, *topics: str) -> AsyncIterator[AsyncIterator[Item]]:
        """See the port. While Redis is away it begins with the next line, and with a loss to tell."""
        fresh = set(topics) - set(self._desk.topics)
        listener = self._desk.open(topics)
        try:
            await self._begin(fresh)
            await self._heard(topics)
            yield listener.items()
        finally:
            await self._end(self._desk.shut(listener))

    async def run(self) -> None:
        """See the port."""
        while True:
            try:
                await self._listen()
            except AWAY as error:
                self._outage.begins(error)
            await self._clock.sleep(PAUSE)

    async def close(self) -> None:
        """See the port."""
        await self._redis.aclose()

    async def _sent(self, topic: str, payload: bytes) -> bool:
        """Publish, and say whether Redis has it."""
        try:
            async with answer():
                await self._redis.publish(self._prefix + topic, payload)
        except AWAY as error:
            self._outage.begins(error)
            self._owed = True
            return False
        return True

    async def _own_up(self) -> None:
        """Tell every process that hints of ours were lost, if any were."""
        if self._owed:
            async with answer():
                await self._redis.publish(self._prefix, b"")
            self._owed = False

    async def _listen(self) -> None:
        line = self._redis.pubsub()
        try:
            known = set(self._desk.topics)
            async with answer():
                await line.subscribe(self._prefix, *(self._prefix + topic for topic in known))
            self._line = line
            late = set(self._desk.topics) - known
            if late:  # opened while we waited for Redis
                async with answer():
                    await line.subscribe(*(self._prefix + topic for topic in late))
            self._outage.ends()
            self._desk.lose()
            await self._own_up()
            await self._pass_on(line)
        finally:
            self._line = None
            self._confirmed.clear()
            with suppress(*AWAY):
                await line.aclose()  # type: ignore[no-untyped-call]

    async def _pass_on(self, line: PubSub) -> None:
        """Hand out what comes; a line that answers no ping is dead."""
        silent = False
        while True:
            message = await line.get_message(timeout=PING_EVERY)
            if message is None:
                if silent:
                    raise ConnectionError("Redis answers no ping")
                silent = True
                async with answer():
                    await line.ping()
                continue
            silent = False
            topic = _text(message["channel"]).removeprefix(self._prefix)
            if message["type"] == "message" and topic == LOST:
                self._desk.lose()
            elif message["type"] == "message":
                self._desk.hand_out(topic, message["data"])
            elif message["type"] == "subscribe":
                self._confirmed.setdefault(topic, asyncio.Event()).set()

    async def _begin(self, topics: set[str]) -> None:
        for topic in topics:
            self._confirmed[topic] = asyncio.Event()
        if topics and self._line is not None:
            with suppress(*AWAY):  # the reader of the line sees it too, and tells
                async with answer():
                    await self._line.subscribe(*(self._prefix + topic for topic in topics))

    async def _heard(self, topics: tuple[str, ...]) -> None:
        """Wait until Redis says that it listens; not for ever, for it may be away."""
        try:
            async with asyncio.timeout(ANSWER):
                for topic in topics:
                    await self._confirmed.setdefault(topic, asyncio.Event()).wait()
        except TimeoutError:
            return

    async def _end(self, topics: list[str]) -> None:
        for topic in topics:
            self._confirmed.pop(topic, None)
        if topics and self._line is not None:
            with suppress(*AWAY):
                async with answer():
                    await self._line.unsubscribe(*(self._prefix + topic for topic in topics))


def _text(channel: bytes | str | None) -> str:
    return channel.decode() if isinstance(channel, bytes) else channel or ""
