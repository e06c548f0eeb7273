"""Several routers over one MongoDB and one Redis: nothing is given twice, nobody gets too much, nothing is left over.

The full length (4 processes, 5,000 conversations, 200 agents) runs with YIZHAN_SOAK=full; YIZHAN_SOAK_SEED repeats one.
"""

from __future__ import annotations

import asyncio
import os
import random
import subprocess
import sys
import time
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from hub.clock import SystemClock
from hub.events import Events
from hub.redis import connect
from hub.store.mongo import MongoStore
from hub.work.engine import Engine
from hub.work.streams import RedisDispatch
from routing.wiring import Routing
from tests.bound import bound
from tests.redises import redis_server
from tests.routing.crew import Crew, Size, served
from tests.routing.house import ALL

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = [pytest.mark.mongo, pytest.mark.redis]
ROOT = Path(__file__).resolve().parents[2]
FULL = os.environ.get("YIZHAN_SOAK") == "full"
CUSTOMERS = int(os.environ.get("YIZHAN_SOAK_CUSTOMERS", "5000"))
SIZE = (
    Size(people=200, customers=CUSTOMERS, arrivals=10, crowd=100, changes=10)
    if FULL
    else Size(people=10, customers=30, arrivals=10)
)
PROCESSES = 4 if FULL else 2
PATIENCE = 7200 if FULL else 400


@pytest.mark.timeout(PATIENCE + 60)
async def test_routers_of_several_processes_give_nothing_twice_and_leave_nobody(
    mongo_url: str, mongo_database: str
) -> None:
    seed = int(os.environ.get("YIZHAN_SOAK_SEED", "0")) or random.randrange(1, 2**31)
    clock, events = SystemClock(), Events()
    with redis_server() as redis, ExitStack() as stack:
        store, client = MongoStore(mongo_url, mongo_database), connect(redis.url)
        await store.open(ALL)
        engine = Engine(store, RedisDispatch(client, clock, prefix=mongo_database), clock, workers=0)
        crew = Crew(store, events, Routing(store, events, clock), clock, random.Random(seed), SIZE)
        hinting = asyncio.create_task(engine.run())
        try:
            await crew.furnish()
            for _ in range(PROCESSES):
                stack.enter_context(_router(mongo_url, mongo_database, redis.url))
            began = time.monotonic()
            await crew.work(PATIENCE)
            figures = await served(store, crew, SIZE)
        finally:
            hinting.cancel()
            with suppress(asyncio.CancelledError):
                await hinting
            await store.close()
            await client.aclose()
    print(f"seed {seed}: {figures} in {time.monotonic() - began:.0f} s by {PROCESSES} processes")
    assert figures["served"] == SIZE.customers
    assert figures["given"] >= SIZE.customers


@contextmanager
def _router(mongo: str, database: str, redis: str) -> Iterator[None]:
    command = [sys.executable, "-m", "tests.cluster.router", mongo, database, redis]
    with subprocess.Popen(bound(command), cwd=ROOT, stdin=subprocess.DEVNULL) as process:
        try:
            yield
        finally:
            process.kill()
