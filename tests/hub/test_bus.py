"""The bus: every subscriber hears, nobody is blocked by a slow one, and a loss is told."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

import pytest

from hub.bus import LOST, Bus, LocalBus
from hub.bus.redis import PAUSE, RedisBus
from hub.clock import SystemClock
from hub.redis import connect
from tests.clocks import FakeClock
from tests.redises import RedisServer, redis_server
from tests.waiting import until

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator


@pytest.fixture(scope="module")
def server() -> Iterator[RedisServer]:
    with redis_server() as server:
        yield server


@asynccontextmanager
async def running(bus: Bus) -> AsyncIterator[Bus]:
    """The bus with its line up."""
    task = asyncio.create_task(bus.run())
    async with bus.subscribe("up"):
        pass
    try:
        yield bus
    finally:
        task.cancel()
        await asyncio.wait({task})
        await bus.close()


@pytest.fixture(params=["local", pytest.param("redis", marks=pytest.mark.redis)])
async def pair(request: pytest.FixtureRequest) -> AsyncIterator[tuple[Bus, Bus]]:
    """Two ends of one bus: the same object in one process, two processes' worth over Redis."""
    if request.param == "local":
        async with running(LocalBus(depth=5)) as bus:
            yield bus, bus
        return
    url = request.getfixturevalue("server").url
    async with (
        running(RedisBus(connect(url), SystemClock(), depth=5)) as one,
        running(RedisBus(connect(url), SystemClock(), depth=5)) as other,
    ):
        yield one, other


async def following(items: AsyncIterator[tuple[str, bytes]], count: int) -> list[tuple[str, bytes]]:
    async with asyncio.timeout(10):
        return [await anext(items) for _ in range(count)]


async def heard(items: AsyncIterator[tuple[str, bytes]]) -> tuple[str, bytes]:
    """The next item that is no loss: a new line begins with one."""
    while True:
        ((topic, payload),) = await following(items, 1)
        if topic != LOST:
            return topic, payload


async def test_everybody_who_listens_hears_and_nobody_else(pair: tuple[Bus, Bus]) -> None:
    one, other = pair
    async with one.subscribe("a", "b") as both, other.subscribe("a") as first, other.subscribe("b") as second:
        await one.publish("a", b"1")
        await other.publish("b", b"\xff2")
        assert sorted(await following(both, 2)) == [("a", b"1"), ("b", b"\xff2")]
        assert await following(first, 1) == [("a", b"1")]
        assert await following(second, 1) == [("b", b"\xff2")]


async def test_a_slow_subscriber_loses_the_oldest_and_is_told(pair: tuple[Bus, Bus]) -> None:
    one, other = pair
    async with other.subscribe("a") as slow, other.subscribe("z") as last:
        for number in range(12):
            await one.publish("a", b"%d" % number)
        await one.publish("z", b"")
        await following(last, 1)
        assert await following(slow, 6) == [(LOST, b""), *(("a", b"%d" % number) for number in range(7, 12))]


async def test_after_the_context_nothing_is_kept(pair: tuple[Bus, Bus]) -> None:
    one, other = pair
    async with other.subscribe("a"):
        pass
    await one.publish("a", b"unheard")
    async with other.subscribe("a") as again:
        await one.publish("a", b"heard")
        assert await following(again, 1) == [("a", b"heard")]


@pytest.mark.redis
async def test_a_bus_that_is_down_raises_nothing_and_tells_the_loss_when_it_is_back() -> None:
    with redis_server() as server:
        async with (
            running(RedisBus(connect(server.url), SystemClock())) as one,
            running(RedisBus(connect(server.url), SystemClock())) as other,
            other.subscribe("a") as items,
        ):
            await one.publish("a", b"before")
            assert await following(items, 1) == [("a", b"before")]
            server.kill()
            await one.publish("a", b"lost on the way")
            await other.publish("a", b"at home")
            assert await heard(items) == ("a", b"at home")
            async with one.subscribe("b") as late:
                server.start()
                assert await following(items, 1) == [(LOST, b"")]
                assert await following(late, 1) == [(LOST, b"")]
                await other.publish("b", b"after")
                assert await heard(late) == ("b", b"after")


@pytest.mark.redis
async def test_a_connection_that_was_closed_meanwhile_loses_no_hint(server: RedisServer) -> None:
    control = connect(server.url)
    async with (
        running(RedisBus(connect(server.url), SystemClock())) as one,
        running(RedisBus(connect(server.url), SystemClock())) as other,
        other.subscribe("a") as items,
    ):
        for number in range(3):
            await one.publish("a", b"%d" % number)
            await control.client_kill_filter(_type="normal", skipme=True)
        assert await following(items, 3) == [("a", b"0"), ("a", b"1"), ("a", b"2")]
    await control.aclose()


@pytest.mark.redis
async def test_others_are_told_of_hints_that_never_left_this_process() -> None:
    clock = FakeClock()
    with redis_server() as server:
        async with (
            running(RedisBus(connect(server.url), clock)) as one,
            running(RedisBus(connect(server.url), SystemClock())) as other,
            other.subscribe("a") as items,
        ):
            server.kill()
            await one.publish("a", b"lost on the way")
            server.start()
            assert await following(items, 1) == [(LOST, b"")]  # its own line was cut
            owned_up = asyncio.create_task(following(items, 1))

            async def told() -> bool:
                await clock.advance(PAUSE)
                return owned_up.done()

            await until(told)
            assert await owned_up == [(LOST, b"")]
