"""Many processes over MongoDB and Redis, killed and flushed in the middle: everything once, in order."""

from __future__ import annotations

import asyncio
import os
import random
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import uuid4

import pytest

from hub.clock import SystemClock
from hub.redis import connect
from hub.store.port import Eq
from hub.work.engine import Engine
from hub.work.jobs import JOBS, JobState
from hub.work.streams import RedisDispatch
from tests import needs
from tests.hub.work.notes import NOTES, job, written
from tests.redises import redis_server
from tests.stores import await_server, free_port, open_mongo
from tests.waiting import until

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hub.store.port import Store

pytestmark = [pytest.mark.mongo, pytest.mark.redis]

ROOT = Path(__file__).resolve().parents[3]
LANES, JOBS_EACH, WORKERS, KILLS = 8, 15, 3, 3


def worker(*where: str) -> subprocess.Popen[bytes]:
    return subprocess.Popen([sys.executable, "-m", "tests.hub.work.process", *where], cwd=ROOT)


async def feed(store: Store) -> None:
    clock = SystemClock()
    for seq in range(JOBS_EACH):
        await store.commit(*(job(f"l{lane}", seq, clock.now()) for lane in range(LANES)))


async def left(store: Store) -> int:
    return await store.count(JOBS, Eq("state", JobState.READY), limit=1000)


@pytest.fixture
def hasty_url(tmp_path: Path) -> Iterator[str]:
    """MONGO_URL, whose administrator set `transactionLifetimeLimitSeconds` low, or a stand-in that is."""
    given = os.environ.get("MONGO_URL")
    if given:
        yield given
        return
    needs.require("secantusd")
    port = free_port()
    url = f"mongodb://127.0.0.1:{port}/"
    server = subprocess.Popen([sys.executable, "-m", "tests.hub.work.hasty_mongo", str(port), str(tmp_path / "m")])
    try:
        await_server(url, server)
        yield url
    finally:
        server.kill()
        server.wait()


async def test_killed_and_flushed_everything_is_done_once_in_order(hasty_url: str) -> None:
    mongo_url, mongo_database = hasty_url, f"test_{uuid4().hex[:12]}"
    dice = random.Random(20261121)
    with redis_server() as redis:
        async with open_mongo(mongo_url, mongo_database, [JOBS, NOTES]) as store:
            clock = SystemClock()
            dispatch = RedisDispatch(connect(redis.url), clock)
            herald = Engine(store, dispatch, clock, workers=0)
            telling = asyncio.create_task(herald.run())
            where = (mongo_url, mongo_database, redis.url)
            workers = await asyncio.to_thread(lambda: [worker(*where) for _ in range(WORKERS)])
            try:
                await ordeal(store, workers, where, redis.url, dice)
            finally:
                for each in workers:
                    each.kill()
                    await asyncio.to_thread(each.wait)
                await herald.drain()
                await telling
                await dispatch.close()
            for lane in range(LANES):
                assert await written(store, f"l{lane}") == [f"l{lane}{seq}" for seq in range(JOBS_EACH)]


async def ordeal(
    store: Store, workers: list[subprocess.Popen[bytes]], where: tuple[str, ...], redis: str, dice: random.Random
) -> None:
    """Feed the queue while workers are killed and Redis is flushed."""

    async def begun() -> bool:
        return await store.count(NOTES, Eq("lane", "l0"), limit=1) > 0

    feeding = asyncio.create_task(feed(store))
    await until(begun, seconds=30)
    admin = connect(redis)
    for _ in range(KILLS):
        victim = dice.randrange(len(workers))
        workers[victim].kill()
        await asyncio.to_thread(workers[victim].wait)
        await admin.flushall()
        workers[victim] = await asyncio.to_thread(worker, *where)
        await asyncio.sleep(dice.random())
    await admin.aclose()
    await feeding

    async def empty() -> bool:
        return await left(store) == 0

    await until(empty, seconds=60)
