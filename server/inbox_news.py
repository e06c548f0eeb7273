"""An inbox changed here or in another process: its channel is built again, without a restart."""

import asyncio
from collections.abc import Sequence

from conversations.inboxes import INBOXES
from hub.bus import LOST, Bus
from hub.store.port import Write
from server.parts import Hub

TOPIC = "inboxes"


class Announcer:
    """Watches the commits of this process, and tells every process (this one too) which inboxes they touched."""

    def __init__(self, bus: Bus) -> None:
        self._bus = bus
        self._told: set[asyncio.Task[None]] = set()

    def committed(self, writes: Sequence[Write]) -> None:
        """Take note of a commit (`Store.watch`)."""
        for write in writes:
            if write.collection.name == INBOXES.name:
                task = asyncio.create_task(self._bus.publish(TOPIC, write.doc.id.encode()))
                self._told.add(task)
                task.add_done_callback(self._told.discard)


async def follow(hub: Hub) -> None:
    """Rebuild what other processes say they changed; after lost hints, everything."""
    async with hub.bus.subscribe(TOPIC) as heard:
        async for topic, payload in heard:
            if topic == LOST:
                await hub.channels.reload_all()
            else:
                await hub.channels.reload(payload.decode())
