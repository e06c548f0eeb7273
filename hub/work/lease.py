"""A durable claim on one row while a handler speaks to the outside: taken before, renewed while, let go after."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime, timedelta

import structlog
from msgspec import structs

from hub.clock import Clock
from hub.errors import Conflict, HubError
from hub.store.port import Store, put
from hub.work.jobs import JOBS, Job, Lease

log = structlog.get_logger(__name__)


class Claim:
    """A leased row as it is stored now. Whoever writes it holds `lock`, so that a renewal never gets in between."""

    def __init__(self, row: Job) -> None:
        self.row = row
        self.lock = asyncio.Lock()
        self.lost = False


async def claim(store: Store, found: Job, owner: str, until: datetime) -> Claim:
    """Count the attempt and lease the row durably; raises `Conflict` when somebody else was quicker."""
    attempts = found.attempts + 1
    lease = Lease(owner=owner, until=until, fence=attempts)
    write = put(JOBS, found, structs.replace(found, attempts=attempts, lease=lease))
    await store.commit(write)
    return Claim(write.doc)


@asynccontextmanager
async def renewed(claim: Claim, store: Store, clock: Clock, length: timedelta) -> AsyncIterator[Claim]:
    """Keep the lease alive for as long as the context lasts."""
    task = asyncio.create_task(_renew(claim, store, clock, length))
    try:
        yield claim
    finally:
        task.cancel()
        await asyncio.wait({task})


async def _renew(claim: Claim, store: Store, clock: Clock, length: timedelta) -> None:
    while not claim.lost:
        await clock.sleep(length.total_seconds() / 3)
        async with claim.lock:
            await _renew_once(claim, store, clock.now() + length)


async def _renew_once(claim: Claim, store: Store, until: datetime) -> None:
    lease = claim.row.lease
    if lease is None:
        return
    write = put(JOBS, claim.row, structs.replace(claim.row, lease=structs.replace(lease, until=until)))
    try:
        await store.commit(write)
    except Conflict:
        claim.lost = True
        log.warning("lease.lost", job=claim.row.id, kind=claim.row.kind)
    except HubError as error:
        log.warning("lease.not_renewed", job=claim.row.id, kind=claim.row.kind, reason=error.code)
    else:
        claim.row = write.doc
