"""Dispatch over a real Redis: each hint to one worker, nothing lost when it is flushed, killed, or was never there."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager, contextmanager
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from redis.asyncio import Redis
from structlog.testing import capture_logs

from hub.clock import SystemClock
from hub.redis import connect
from hub.store.port import Eq
from hub.work.dispatch import Hint
from hub.work.engine import Engine
from hub.work.jobs import JOBS, JobState, Rank
from hub.work.streams import GROUP, RedisDispatch
from tests.hub.work.notes import WRITE, job, write, written
from tests.redises import RedisServer, redis_server
from tests.waiting import until

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator

    from hub.store.port import Store

pytestmark = pytest.mark.redis

TALK, BULK = "{yizhan:work}:talk", "{yizhan:work}:bulk"


@pytest.fixture(params=["found", "6.2"], scope="module")
def server(request: pytest.FixtureRequest) -> Iterator[RedisServer]:
    """The server of this machine, and the oldest one we promise to work with."""
    with pytest.MonkeyPatch.context() as patch:
        if request.param == "6.2":
            patch.setenv("PATH", "")
        with redis_server() as server:
            yield server


@pytest.fixture
async def redis(server: RedisServer) -> AsyncIterator[Redis]:
    """A client of the test's own, on an empty server."""
    client = connect(server.url)
    await client.flushall()
    yield client
    await client.aclose()


class Post:
    """One process's dispatch, with a worker that only remembers what it was told."""

    def __init__(self, url: str) -> None:
        self.dispatch = RedisDispatch(connect(url), SystemClock())
        self.told: list[Hint] = []
        self.room = 100
        self.dispatch.attach(self.told.append, lambda: self.room)


@asynccontextmanager
async def post(server: RedisServer) -> AsyncIterator[Post]:
    one = Post(server.url)
    task = asyncio.create_task(one.dispatch.run())
    try:
        yield one
    finally:
        task.cancel()
        await asyncio.wait({task})
        await one.dispatch.close()
    assert task.cancelled(), "it ended by itself"


@contextmanager
def hints(post: Post, count: int, *, lane: str = "l", rank: Rank = Rank.TALK) -> Iterator[set[str]]:
    names = {f"{lane}{number}" for number in range(count)}
    for name in sorted(names):
        post.dispatch.hint(Hint(name, rank))
    yield names


async def pending(redis: Redis, stream: str) -> int:
    return int((await redis.xpending(stream, GROUP))["pending"])


async def test_each_hint_goes_to_one_worker_and_is_ticked_off_in_batches(server: RedisServer, redis: Redis) -> None:
    async with post(server) as one, post(server) as other:
        with hints(one, 200) as names:

            async def all_told() -> bool:
                return len(one.told) + len(other.told) >= 200

            await until(all_told)
        told = [hint.lane for hint in one.told + other.told]
        assert sorted(told) == sorted(names)
        assert await pending(redis, TALK) == 200
        for each in (one, other):
            for hint in each.told:
                each.dispatch.done(hint.lane)

        async def ticked_off() -> bool:
            return await pending(redis, TALK) == 0

        await until(ticked_off)
        commands = await redis.info("commandstats")
        assert commands["cmdstat_xack"]["calls"] < 50


async def test_a_worker_without_room_leaves_hints_to_the_others(server: RedisServer) -> None:
    async with post(server) as full, post(server) as free:
        full.room = 0
        await asyncio.sleep(1.1)  # the read that had room is over
        with hints(full, 50) as names:

            async def told() -> bool:
                return {hint.lane for hint in free.told} == names

            await until(told)
        assert full.told == []


async def test_bulk_lies_in_a_stream_of_its_own(server: RedisServer, redis: Redis) -> None:
    async with post(server) as one:
        with hints(one, 30, lane="b", rank=Rank.BULK), hints(one, 3, lane="t"):

            async def told() -> bool:
                return len(one.told) == 33

            await until(told)
        assert {hint.lane: hint.rank for hint in one.told}["b0"] is Rank.BULK
        assert (await redis.xlen(TALK), await redis.xlen(BULK)) == (3, 30)


async def test_what_a_dead_worker_was_handed_is_taken_over(
    server: RedisServer, redis: Redis, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("hub.work.streams.CLAIM_EVERY", 0.05)
    monkeypatch.setattr("hub.work.streams.CLAIM_IDLE_MS", 50)
    await redis.xgroup_create(TALK, GROUP, id="0", mkstream=True)
    await redis.xadd(TALK, {"lane": "orphan"})
    await redis.xreadgroup(GROUP, "dead", {TALK: ">"})
    async with post(server) as one:

        async def told() -> bool:
            return [hint.lane for hint in one.told[:1]] == ["orphan"]

        await until(told)
        one.dispatch.done("orphan")

        async def ticked_off() -> bool:
            return await pending(redis, TALK) == 0

        await until(ticked_off)


async def test_workers_that_died_long_ago_are_struck_off(
    server: RedisServer, redis: Redis, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("hub.work.streams.CLAIM_EVERY", 0.05)
    monkeypatch.setattr("hub.work.streams.FORGET_MS", 100)
    monkeypatch.setattr("hub.work.streams.BLOCK_MS", 20)
    for stream in (TALK, BULK):
        await redis.xgroup_create(stream, GROUP, id="0", mkstream=True)
        await redis.xgroup_createconsumer(stream, GROUP, "dead")
    assert await redis.xinfo_consumers(TALK, GROUP)
    async with post(server):

        async def struck_off() -> bool:
            return b"dead" not in [one["name"] for one in await redis.xinfo_consumers(TALK, GROUP)]

        await until(struck_off)


async def test_after_a_flush_the_group_is_made_anew_without_a_word(server: RedisServer, redis: Redis) -> None:
    async with post(server) as one:
        with hints(one, 1, lane="before"):

            async def told() -> bool:
                return len(one.told) == 1

            await until(told)
        with capture_logs() as logs:
            await redis.flushall()
            with hints(one, 5, lane="after"):

                async def told_again() -> bool:
                    return len(one.told) == 6

                await until(told_again)
        assert logs == []


async def test_an_outage_is_told_once_and_hints_stay_at_home(server: RedisServer) -> None:
    with redis_server() as mortal, capture_logs() as logs:
        async with post(mortal) as one:
            with hints(one, 1, lane="before"):

                async def told() -> bool:
                    return len(one.told) == 1

                await until(told)
            mortal.kill()
            with hints(one, 10, lane="down"):

                async def at_home() -> bool:
                    return len(one.told) == 11

                await until(at_home)
            assert await one.dispatch.turn("sweep", 1)
            mortal.start()

            async def up() -> bool:
                return any(line["event"] == "redis.up" for line in logs)

            await until(up)
            with hints(one, 1, lane="up"):

                async def over_redis() -> bool:
                    return len(one.told) == 12

                await until(over_redis)
    assert [line["event"] for line in logs] == ["redis.down", "redis.up"]


async def test_a_door_without_workers_sees_that_redis_is_back() -> None:
    with redis_server() as mortal, capture_logs() as logs:
        async with post(mortal) as door, post(mortal) as worker:
            door.room = 0

            async def told(event: str) -> bool:
                return [line["event"] for line in logs].count(event) == 2

            mortal.kill()
            for each in (door, worker):
                each.dispatch.hint(Hint("down", Rank.TALK))
            await until(lambda: told("redis.down"))
            mortal.start()
            await until(lambda: told("redis.up"))
            with hints(door, 1, lane="up"):

                async def over_redis() -> bool:
                    return Hint("up0", Rank.TALK) in worker.told

                await until(over_redis)


async def test_a_chore_is_offered_to_one_process_at_a_time(server: RedisServer, redis: Redis) -> None:
    one, other = Post(server.url), Post(server.url)
    assert await one.dispatch.turn("sweep", 0.2)
    assert not await other.dispatch.turn("sweep", 0.2)
    assert await other.dispatch.turn("purge", 0.2)

    async def due_again() -> bool:
        return await other.dispatch.turn("sweep", 0.2)

    await until(due_again)
    for each in (one, other):
        await each.dispatch.close()


@asynccontextmanager
async def engines(store: Store, url: str, count: int) -> AsyncIterator[list[Engine]]:
    """As many engines as processes would have, each with its own line to Redis."""
    clock = SystemClock()
    dispatches = [RedisDispatch(connect(url), clock) for _ in range(count)]
    made = [Engine(store, dispatch, clock, workers=8, sweep=timedelta(milliseconds=200)) for dispatch in dispatches]
    for engine in made:
        engine.register(WRITE, write)
    tasks = [asyncio.create_task(engine.run()) for engine in made]
    try:
        yield made
    finally:
        for engine in made:
            await engine.drain()
        await asyncio.wait(tasks)
        for dispatch in dispatches:
            await dispatch.close()
        for task in tasks:
            task.result()


async def feed(store: Store, lanes: int, jobs: int) -> None:
    clock = SystemClock()
    for seq in range(jobs):
        await asyncio.gather(*(store.commit(job(f"l{lane}", seq, clock.now())) for lane in range(lanes)))


async def check(store: Store, lanes: int, jobs: int) -> None:
    async def empty() -> bool:
        return await store.count(JOBS, Eq("state", JobState.READY), limit=1) == 0

    await until(empty, seconds=30)
    for lane in range(lanes):
        assert await written(store, f"l{lane}") == [f"l{lane}{seq}" for seq in range(jobs)]


async def test_two_engines_over_one_store_do_everything_once_in_order(store: Store, server: RedisServer) -> None:
    async with engines(store, server.url, 2):
        await feed(store, 20, 10)
        await check(store, 20, 10)


async def test_flushed_and_killed_in_the_middle_nothing_is_lost(store: Store) -> None:
    with redis_server() as mortal:
        async with engines(store, mortal.url, 2):
            feeding = asyncio.create_task(feed(store, 20, 25))
            admin = connect(mortal.url)
            for _ in range(3):
                await asyncio.sleep(0.05)
                await admin.flushall()
            await admin.aclose()
            mortal.kill()
            await asyncio.sleep(0.2)
            mortal.start()
            await feeding
            await check(store, 20, 25)


async def test_both_lines_of_servers_were_really_run(
    server: RedisServer, redis: Redis, request: pytest.FixtureRequest
) -> None:
    version = str((await redis.info("server"))["redis_version"])
    assert version.startswith("6.2.") is ("6.2" in request.node.name)
