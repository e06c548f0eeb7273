"""One worker process for the test of many: does `write` jobs over MongoDB and Redis until it is killed.

python -m tests.hub.work.process <mongo url> <database> <redis url>
"""

from __future__ import annotations

import asyncio
import sys
from datetime import timedelta

from hub.clock import SystemClock
from hub.redis import connect
from hub.store.mongo import MongoStore
from hub.work.engine import Engine
from hub.work.jobs import JOBS
from hub.work.streams import RedisDispatch
from tests.hub.work.notes import NOTES, WRITE, write

LEASE = timedelta(seconds=1)


async def main(mongo: str, database: str, redis: str) -> None:
    """Work until killed."""
    store, clock = MongoStore(mongo, database), SystemClock()
    await store.open([JOBS, NOTES])
    engine = Engine(store, RedisDispatch(connect(redis), clock), clock, workers=8, lease=LEASE)
    engine.register(WRITE, write)
    await engine.run()


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
