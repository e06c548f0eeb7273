"""The bus inside one process."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from hub.bus.desk import DEPTH, Desk, Item


class LocalBus:
    """For the embedded hub: publishing is a call."""

    def __init__(self, depth: int = DEPTH) -> None:
        self._desk = Desk(depth)

    async def publish(self, topic: str, payload: bytes) -> None:
        """See the port."""
        self._desk.hand_out(topic, payload)

    @asynccontextmanager
    async def subscribe(self, *topics: str) -> AsyncIterator[AsyncIterator[Item]]:
        """See the port."""
        listener = self._desk.open(topics)
        try:
            yield listener.items()
        finally:
            self._desk.shut(listener)

    async def run(self) -> None:
        """Wait to be cancelled: there is no line to keep."""
        await asyncio.Event().wait()

    async def close(self) -> None:
        """Nothing is open."""
