"""A call of the driver runs to its end, even when its caller has gone.

PyMongo (4.20) forgets the socket it is connecting when the task that waits is cancelled, and a transaction cut in the
middle holds its locks until the server gives it up. So each call is a task of its own: a cancelled caller leaves at
once, and the call ends behind its back.
"""

import asyncio
from collections.abc import Coroutine
from typing import Any, TypeVar

T = TypeVar("T")


class Calls:
    """The calls under way."""

    def __init__(self) -> None:
        self._running: set[asyncio.Task[Any]] = set()

    async def whole(self, work: Coroutine[Any, Any, T]) -> T:
        """Return what `work` returns; when the caller is cancelled, `work` goes on alone and its outcome is dropped."""
        task = asyncio.create_task(work)
        self._running.add(task)
        task.add_done_callback(self._over)
        return await asyncio.shield(task)

    async def drain(self) -> None:
        """Wait until nothing is under way."""
        while self._running:
            await asyncio.wait(self._running)

    def _over(self, task: asyncio.Task[Any]) -> None:
        self._running.discard(task)
        if not task.cancelled():
            task.exception()
