"""A router as a process of its own: `python -m tests.cluster.router MONGO DATABASE REDIS`; works until it is killed."""

from __future__ import annotations

import asyncio
import sys

from hub.clock import SystemClock
from hub.events import Events
from hub.redis import connect
from hub.store.mongo import MongoStore
from hub.work.engine import Engine
from hub.work.streams import RedisDispatch
from routing.wiring import Routing
from tests.routing.house import ALL, enlist

WORKERS = 16


async def work(mongo: str, database: str, redis: str) -> None:
    """Route, beside whoever else does."""
    clock, events = SystemClock(), Events()
    store = MongoStore(mongo, database)
    await store.open(ALL)
    engine = Engine(store, RedisDispatch(connect(redis), clock, prefix=database), clock, workers=WORKERS)
    Routing(store, events, clock).register(engine)
    enlist(engine, events)
    await engine.run()


if __name__ == "__main__":
    asyncio.run(work(*sys.argv[1:4]))
