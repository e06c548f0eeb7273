"""The first door: what a channel brings is one durable row each before the provider hears 200."""

import re
from collections.abc import Sequence
from datetime import datetime, timedelta

from msgspec import Struct, structs

from hub.clock import Clock
from hub.errors import Conflict, Overloaded
from hub.model import Bell, Inbound
from hub.store.port import Insert, Store
from hub.work.jobs import Job, Kind


class Arrival(Struct, frozen=True, kw_only=True):
    """The body of a `receive` job: what came in, as the adapter understood it."""

    inbound: Inbound


class Accepted(Struct, frozen=True, kw_only=True):
    """How many were new, and how many were known already (the provider's retry)."""

    new: int
    known: int


RECEIVE: Kind[Arrival] = Kind("receive", Arrival, keep=timedelta(days=14))
"""Kept, and with it the unique key, for longer than any provider repeats itself."""

PULL: Kind[Bell] = Kind("pull", Bell, external=True)
"""Fetch what a bell announced, one at a time for each source (`pull`)."""

BUSY = timedelta(seconds=1)
NUL = r"\u0000"
_NUL = re.compile(r"(?<!\\)((?:\\\\)*)\\u0000")


class Ingest:
    """Stores inbounds. The hottest path of the hub: one encoding, one row, no read before the write."""

    def __init__(self, store: Store, clock: Clock, *, limit: int = 2000) -> None:
        self._store = store
        self._clock = clock
        self._limit = limit
        self._in_hand = 0
        self._seq = 0

    async def accept(self, inbounds: Sequence[Inbound]) -> Accepted:
        """Return when everything given is durable; raises `Overloaded` at once when too much is in hand."""
        if self._in_hand + len(inbounds) > self._limit and self._in_hand:
            raise Overloaded("Too much is coming in", after=BUSY, in_hand=self._in_hand, limit=self._limit)
        at = self._clock.now()
        jobs = [self._job(inbound, at) for inbound in inbounds]
        self._in_hand += len(jobs)
        try:
            return await self._insert(jobs)
        finally:
            self._in_hand -= len(jobs)

    @property
    def in_hand(self) -> int:
        """How many inbounds wait for the disk."""
        return self._in_hand

    def _job(self, inbound: Inbound, at: datetime) -> Insert[Job]:
        self._seq = max(self._seq + 1, int(at.timestamp() * 1_000_000))
        made = RECEIVE.job(
            Arrival(inbound=inbound),
            lane=f"in:{inbound.inbox}:{inbound.sender.user}",
            seq=self._seq,
            at=at,
            key=f"{inbound.inbox}:{inbound.provider_id}",
        )
        return made if NUL not in made.doc.body else Insert(made.collection, _storable(made.doc))

    async def _insert(self, jobs: list[Insert[Job]]) -> Accepted:
        """Commit all at once; only when one of them is known, one after the other, so that their order stays."""
        if not jobs:
            return Accepted(new=0, known=0)
        try:
            await self._store.commit(*jobs)
        except Conflict:
            return await self._one_by_one(jobs) if len(jobs) > 1 else Accepted(new=0, known=1)
        return Accepted(new=len(jobs), known=0)

    async def _one_by_one(self, jobs: list[Insert[Job]]) -> Accepted:
        new = 0
        for job in jobs:
            try:
                await self._store.commit(job)
            except Conflict:
                continue
            new += 1
        return Accepted(new=new, known=len(jobs) - new)


def pull(bell: Bell, *, at: datetime, seq: int) -> Insert[Job]:
    """Make the write that answers a bell, after every earlier bell of its source."""
    return PULL.job(bell, lane=f"pull:{bell.inbox}:{bell.source}", seq=seq, at=at)


def _storable(job: Job) -> Job:
    """Put U+FFFD where a text holds U+0000, which no store keeps in text; the raw bytes have it still."""
    return structs.replace(job, body=_NUL.sub(r"\1\\ufffd", job.body))
