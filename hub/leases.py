"""Who is at it: one process at a time holds a named lease, renews it, and is replaced when it falls silent.

A holder that only seemed dead may go on for a moment beside its successor, so what it does must bear being done twice.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime, timedelta

import structlog
from msgspec import structs

from hub.clock import Clock
from hub.errors import Conflict, HubError
from hub.ids import new_id
from hub.store.port import Collection, Document, Insert, Store, put

log = structlog.get_logger(__name__)
LENGTH = timedelta(seconds=20)


class Holding(Document, frozen=True, kw_only=True):
    """One lease; `fence` grows with every new holder."""

    owner: str
    until: datetime
    fence: int


LEASES = Collection("leases", Holding)


class Leases:
    """The leases as one process takes them. `alone`: no other process works on this store, so every lease is free."""

    def __init__(self, store: Store, clock: Clock, *, alone: bool, length: timedelta = LENGTH) -> None:
        self._store = store
        self._clock = clock
        self._alone = alone
        self._length = length
        self.owner = new_id()

    async def take(self, name: str) -> bool:
        """Hold `name`, or renew it; False while somebody else does."""
        if self._alone:
            return True
        read = await self._store.get(LEASES, name)
        now = self._clock.now()
        if read is not None and read.owner != self.owner and now < read.until:
            return False
        mine = Holding(id=name, owner=self.owner, until=now + self._length, fence=1)
        if read is not None:
            mine = structs.replace(mine, fence=read.fence + (read.owner != self.owner))
        try:
            await self._store.commit(put(LEASES, read, mine) if read else Insert(LEASES, mine))
        except Conflict:
            return False
        return True

    async def release(self, name: str) -> None:
        """Let another process have it at once; a failure only makes it wait for the end of the lease."""
        if self._alone:
            return
        try:
            read = await self._store.get(LEASES, name)
            if read is not None and read.owner == self.owner:
                await self._store.commit(put(LEASES, read, structs.replace(read, until=self._clock.now())))
        except HubError as error:
            log.info("lease_not_released", lease=name, why=error.code)

    async def wait(self, name: str) -> None:
        """Return when this process holds `name`."""
        while not await self._taken(name):
            await self._clock.sleep(self._length.total_seconds() / 4)

    @asynccontextmanager
    async def kept(self, name: str) -> AsyncIterator[asyncio.Event]:
        """Renew what is held for as long as the context lasts, then let it go; the event says that it was lost."""
        lost = asyncio.Event()
        task = asyncio.create_task(self._renew(name, lost))
        try:
            yield lost
        finally:
            task.cancel()
            await asyncio.wait({task})
            await self.release(name)

    async def _renew(self, name: str, lost: asyncio.Event) -> None:
        until = self._clock.now() + self._length
        while self._clock.now() < until:
            await self._clock.sleep(self._length.total_seconds() / 4)
            try:
                if not await self.take(name):
                    break
                until = self._clock.now() + self._length
            except HubError as error:
                log.info("lease_not_renewed", lease=name, why=error.code)
        lost.set()

    async def _taken(self, name: str) -> bool:
        try:
            return await self.take(name)
        except HubError:
            return False
