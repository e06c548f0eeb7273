"""Pull the plug: a store that loses power right before or right after one of its commits.

    async def life(store): ...              # what a process does between start and power cut
    count = PowerStore(engine); await life(count)
    for step, after in cuts(count.steps):   # both sides of every durable step
        cut = PowerStore(engine, step=step, after=after)
        with pytest.raises(PowerCut): await life(cut)
        await life(PowerStore(engine))      # restart: nothing lost, nothing twice

After the cut every call raises `PowerCut`, so tasks that are still running stop as in a dead process. It is no
`Exception`: no handler catches it by mistake. Where the cut happens inside a background task, wait for `dark`.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from hub.store.port import By, Collection, D, Document, Store, Test, Value, Watcher, Write


class PowerCut(BaseException):
    """The process is dead from here on."""


def cuts(steps: int) -> Iterator[tuple[int, bool]]:
    """Both sides of each of `steps` durable steps, as (step, after)."""
    for step in range(1, steps + 1):
        yield step, False
        yield step, True


class PowerStore:
    """The store port around any engine; counts the commits that write, and cuts at number `step` (from 1).

    `after` tells on which side: the commit is durable and nobody heard of it, or it never happened.
    """

    def __init__(self, engine: Store, *, step: int | None = None, after: bool = False) -> None:
        self._engine = engine
        self._step = step
        self._after = after
        self.steps = 0
        """How many commits were begun."""
        self.dark = asyncio.Event()
        """Set when the power is gone."""

    def cut(self) -> PowerCut:
        """Turn the power off now, whatever the step."""
        self.dark.set()
        return PowerCut(f"at commit {self.steps}")

    def _live(self) -> None:
        if self.dark.is_set():
            raise PowerCut("the power is gone")

    async def commit(self, *writes: Write) -> None:
        """Commit, unless this is the step."""
        self._live()
        if not writes:
            return
        self.steps += 1
        last = self.steps == self._step
        if last and not self._after:
            raise self.cut()
        await self._engine.commit(*writes)
        if last:
            raise self.cut()
        self._live()

    async def get(self, collection: Collection[D], id: str) -> D | None:
        """Read, while there is power."""
        self._live()
        return await self._engine.get(collection, id)

    async def get_many(self, collection: Collection[D], ids: Sequence[str]) -> list[D]:
        """Read, while there is power."""
        self._live()
        return await self._engine.get_many(collection, ids)

    async def find(
        self,
        collection: Collection[D],
        *where: Test,
        order: Sequence[By] = (),
        limit: int = 50,
        after: Sequence[Value] | None = None,
    ) -> list[D]:
        """Read, while there is power."""
        self._live()
        return await self._engine.find(collection, *where, order=order, limit=limit, after=after)

    async def count(self, collection: Collection[D], *where: Test, limit: int) -> int:
        """Read, while there is power."""
        self._live()
        return await self._engine.count(collection, *where, limit=limit)

    def watch(self, watcher: Watcher) -> None:
        """Watch, while there is power."""
        self._engine.watch(lambda writes: None if self.dark.is_set() else watcher(writes))

    async def open(self, collections: Sequence[Collection[Document]]) -> None:
        """Open the engine."""
        await self._engine.open(collections)

    async def close(self) -> None:
        """Close the engine: possible without power, so that a test can clean up."""
        await self._engine.close()

    async def ping(self) -> None:
        """Answer, while there is power."""
        self._live()
        await self._engine.ping()
