"""Dispatch over Redis Streams: a consumer group hands each hint to one worker of many.

One stream per rank, trimmed. Only hints live here: after FLUSHALL the group is made anew and the sweeper finds the
rows; while Redis is away, hints stay in this process. Commands are those of Redis 6.2.
"""

import asyncio
from collections.abc import Sequence
from typing import Any, cast

import structlog
from redis.asyncio import Redis
from redis.exceptions import ResponseError

from hub.clock import Clock
from hub.ids import new_id
from hub.redis import AWAY, Outage, answer
from hub.work.dispatch import Hint, Room, Wake
from hub.work.jobs import Rank

log = structlog.get_logger(__name__)

GROUP = "workers"
LANE = b"lane"
LONGEST_STREAM = 100_000
BATCH = 500
MOST_KEPT = 50_000
"""Hints that wait to be sent; what does not fit is left to the sweeper."""

BLOCK_MS = 1000
PAUSE = 1.0
CLAIM_EVERY = 5.0
CLAIM_IDLE_MS = 20_000
FORGET_MS = 3_600_000

FLUSHED = ("NOGROUP", "UNBLOCKED")
"""How the answer begins when the group is gone: asked for, or while it was waited on."""

Ticket = tuple[str, bytes]


class RedisDispatch:
    """One per process. The braces in the names keep both streams in one slot of a Redis Cluster."""

    def __init__(self, redis: Redis, clock: Clock, *, prefix: str = "yizhan") -> None:
        self._redis = redis
        self._clock = clock
        self._prefix = f"{{{prefix}:work}}"
        self._consumer = new_id()
        self._streams = {f"{self._prefix}:{rank}": rank for rank in Rank}
        self._out: dict[Hint, None] = {}
        self._acks: dict[str, list[bytes]] = {stream: [] for stream in self._streams}
        self._tickets: dict[str, set[Ticket]] = {}
        self._something = asyncio.Event()
        self._roomier = asyncio.Event()
        self._outage = Outage("dispatch")
        self._wake: Wake | None = None
        self._room: Room = int

    def attach(self, wake: Wake, room: Room) -> None:
        """See the port."""
        self._wake, self._room = wake, room

    def hint(self, hint: Hint) -> None:
        """See the port. While Redis is away the hint is for this process alone."""
        if self._outage.down:
            self._tell(hint)
        elif len(self._out) < MOST_KEPT:
            self._out[hint] = None
            self._something.set()

    def done(self, lane: str) -> None:
        """See the port."""
        for stream, id in self._tickets.pop(lane, ()):
            self._acks[stream].append(id)
            self._something.set()
        self._roomier.set()

    async def turn(self, name: str, seconds: float) -> bool:
        """See the port. Without Redis every process takes its turn: twice does no harm."""
        key = f"{self._prefix}:turn:{name}"
        try:
            async with answer():
                return bool(await self._redis.set(key, self._consumer, nx=True, px=max(int(seconds * 900), 1)))
        except AWAY:
            return True

    async def run(self) -> None:
        """See the port."""
        async with asyncio.TaskGroup() as group:
            group.create_task(self._send_all())
            group.create_task(self._read_all())
            group.create_task(self._claim_all())

    async def close(self) -> None:
        """See the port. Leaves the group when nothing it was handed is open."""
        try:
            await self._send()
            async with answer():
                for stream in () if self._tickets else self._streams:
                    await self._redis.xgroup_delconsumer(stream, GROUP, self._consumer)
        except AWAY as error:
            self._outage.begins(error)
        finally:
            await self._redis.aclose()

    async def _send_all(self) -> None:
        while True:
            await self._something.wait()
            self._something.clear()
            try:
                await self._send()
            except AWAY as error:
                self._outage.begins(error)
                self._keep()

    async def _send(self) -> None:
        """Send hints and acknowledgements in one round trip: one XADD a hint, one XACK a stream."""
        while self._out or any(self._acks.values()):
            hints = list(self._out)[:BATCH]
            acks = {stream: ids[:] for stream, ids in self._acks.items() if ids}
            pipe = self._redis.pipeline(transaction=False)
            for hint in hints:
                name = f"{self._prefix}:{hint.rank}"
                _ = pipe.xadd(name, {LANE: hint.lane}, maxlen=LONGEST_STREAM, approximate=True)
            for stream, ids in acks.items():
                _ = pipe.xack(stream, GROUP, *ids)
            async with answer():
                await pipe.execute()
            for hint in hints:
                self._out.pop(hint, None)
            for stream, ids in acks.items():
                del self._acks[stream][: len(ids)]

    def _keep(self) -> None:
        """Redis is away: what was to be sent is looked at here; what was to be acknowledged will be claimed."""
        hints, self._out = list(self._out), {}
        self._acks = {stream: [] for stream in self._streams}
        for hint in hints:
            self._tell(hint)

    async def _read_all(self) -> None:
        while True:
            room = self._room()
            if room <= 0:
                await self._wait_for_room()
                await self._look_up()
                continue
            try:
                await self._read(room)
            except AWAY as error:
                await self._trouble(error)

    async def _look_up(self) -> None:
        """See whether Redis is back: who has no room reads nothing that would show it, and its hints would be lost."""
        if not self._outage.down:
            return
        try:
            async with answer():
                await self._redis.ping()
        except AWAY:
            return
        self._outage.ends()

    async def _read(self, room: int) -> None:
        wanted: dict[Any, Any] = dict.fromkeys(self._streams, ">")
        async with answer(BLOCK_MS / 1000):
            found = await self._redis.xreadgroup(GROUP, self._consumer, wanted, count=room, block=BLOCK_MS)
        self._outage.ends()
        for stream, entries in cast("Sequence[tuple[bytes, Sequence[Any]]]", found or ()):
            self._take(stream.decode(), entries)

    async def _claim_all(self) -> None:
        """Take over what a dead worker was handed and never acknowledged."""
        while True:
            await self._clock.sleep(CLAIM_EVERY)
            room = self._room()
            if room <= 0:
                continue
            try:
                for stream in self._streams:
                    await self._claim(stream, min(room, BATCH))
                if await self.turn("consumers", FORGET_MS / 1000):
                    await self._forget()
            except AWAY as error:
                await self._trouble(error)

    async def _claim(self, stream: str, count: int) -> None:
        async with answer():
            found = await self._redis.xautoclaim(stream, GROUP, self._consumer, CLAIM_IDLE_MS, count=count)
        self._take(stream, found[1])

    async def _forget(self) -> None:
        """Strike workers off the group that died long ago and owe nothing."""
        for stream in self._streams:
            async with answer():
                for one in await self._redis.xinfo_consumers(stream, GROUP):
                    if one["pending"] == 0 and one["idle"] > FORGET_MS:
                        await self._redis.xgroup_delconsumer(stream, GROUP, one["name"])

    def _take(self, stream: str, entries: Sequence[Any]) -> None:
        for id, entry in entries:
            if id is None or not entry:  # trimmed away before it was acknowledged
                continue
            lane = entry[LANE].decode()
            self._tickets.setdefault(lane, set()).add((stream, id))
            self._tell(Hint(lane, self._streams[stream]))

    async def _trouble(self, error: BaseException) -> None:
        if isinstance(error, ResponseError) and str(error).startswith(FLUSHED):
            await self._make_groups()
            return
        self._outage.begins(error)
        await self._clock.sleep(PAUSE)

    async def _make_groups(self) -> None:
        """A new Redis, or a flushed one: from the first entry on, so that nothing hinted meanwhile is passed over."""
        for stream in self._streams:
            try:
                async with answer():
                    await self._redis.xgroup_create(stream, GROUP, id="0", mkstream=True)
            except ResponseError:
                continue  # another worker was quicker
            except AWAY as error:
                self._outage.begins(error)

    def _tell(self, hint: Hint) -> None:
        if self._wake:
            self._wake(hint)

    async def _wait_for_room(self) -> None:
        self._roomier.clear()
        try:
            async with asyncio.timeout(PAUSE):
                await self._roomier.wait()
        except TimeoutError:
            return
