"""Subscribers of one process: who listens to what, each with a bounded queue of its own."""

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Iterable

from hub.bus.port import LOST

DEPTH = 1000
"""Items a subscriber may be behind before the oldest are dropped."""

Item = tuple[str, bytes]


class Listener:
    """One subscriber. When its queue is full the oldest item goes, and it is told."""

    def __init__(self, topics: Iterable[str], depth: int) -> None:
        self.topics = frozenset(topics)
        self._items: deque[Item] = deque()
        self._depth = depth
        self._lost = False
        self._more = asyncio.Event()

    def put(self, topic: str, payload: bytes) -> None:
        """Queue one item."""
        if len(self._items) >= self._depth:
            self._items.popleft()
            self._lost = True
        self._items.append((topic, payload))
        self._more.set()

    def lose(self) -> None:
        """Say that items may have passed by unheard."""
        self._lost = True
        self._more.set()

    async def items(self) -> AsyncIterator[Item]:
        """Yield what arrives; a loss is told before what came after it."""
        while True:
            await self._more.wait()
            self._more.clear()
            while self._lost or self._items:
                if self._lost:
                    self._lost = False
                    yield LOST, b""
                else:
                    yield self._items.popleft()


class Desk:
    """Hands items to the listeners of their topic."""

    def __init__(self, depth: int = DEPTH) -> None:
        self._depth = depth
        self._listeners: dict[str, set[Listener]] = {}

    def open(self, topics: Iterable[str]) -> Listener:
        """Begin to listen."""
        listener = Listener(topics, self._depth)
        for topic in listener.topics:
            self._listeners.setdefault(topic, set()).add(listener)
        return listener

    def shut(self, listener: Listener) -> list[str]:
        """Stop listening; returns the topics nobody listens to any more."""
        empty = []
        for topic in listener.topics:
            self._listeners[topic].discard(listener)
            if not self._listeners[topic]:
                del self._listeners[topic]
                empty.append(topic)
        return empty

    def hand_out(self, topic: str, payload: bytes) -> None:
        """Give one item to everybody who listens to its topic."""
        for listener in self._listeners.get(topic, ()):
            listener.put(topic, payload)

    def lose(self) -> None:
        """Tell everybody that items may be lost."""
        for listener in {one for listeners in self._listeners.values() for one in listeners}:
            listener.lose()

    @property
    def topics(self) -> list[str]:
        """What is listened to."""
        return list(self._listeners)
