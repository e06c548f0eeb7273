"""Rows of one collection changed here: every process hears which, and makes what it made of them again."""

import asyncio
from collections.abc import Sequence

from hub.bus import Bus
from hub.store.port import Collection, Document, Write


class Announcer:
    """Watches the commits of this process, and tells every process (this one too) which rows they touched."""

    def __init__(self, bus: Bus, collection: Collection[Document], topic: str) -> None:
        self._bus = bus
        self._collection = collection
        self._topic = topic
        self._told: set[asyncio.Task[None]] = set()

    def committed(self, writes: Sequence[Write]) -> None:
        """Take note of a commit (`Store.watch`)."""
        for write in writes:
            if write.collection.name == self._collection.name:
                task = asyncio.create_task(self._bus.publish(self._topic, write.doc.id.encode()))
                self._told.add(task)
                task.add_done_callback(self._told.discard)
