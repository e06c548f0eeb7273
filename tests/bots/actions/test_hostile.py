"""Servers that hang, drip, lie and shout: every one becomes one clear error in time, and the next call is tried."""

from __future__ import annotations

import asyncio
import socket
import time
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from aiohttp.abc import AbstractResolver, ResolveResult

from bots.actions.calling import Unanswered
from bots.actions.port import Breakers, Port, Rehearsing
from bots.dialogue.actions import Failed
from hub import egress
from hub.breaker import FIRST, LIMIT
from tests.bots.actions.conftest import secret
from tests.bots.actions.hostile import ANSWERS, Hostile, hostile
from tests.bots.actions.told import LOOPBACK, Tracker, project
from tests.stores import free_port

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from tests.clocks import FakeClock

HARMLESS = {"no_words"}
_ANY = socket.AF_INET


@pytest.fixture
async def bad() -> AsyncIterator[Hostile]:
    """A hostile server."""
    async with hostile() as server:
        yield server


@pytest.mark.parametrize("way", sorted(set(ANSWERS) - HARMLESS))
async def test_whatever_it_does_is_one_clear_failure(way: str, bad: Hostile, port: Port) -> None:
    with pytest.raises(Failed) as caught:
        await port.run("action_x", Tracker(), project(f"{bad.url}/{way}"))
    assert caught.value.message
    assert bad.calls == 1
    assert len(str(caught.value)) < 500


@pytest.mark.parametrize("way", ["hangs", "drips"])
async def test_a_slow_one_is_left_in_time(way: str, bad: Hostile, port: Port) -> None:
    begun = time.monotonic()
    with pytest.raises(Unanswered, match="in time"):
        await port.run("action_x", Tracker(), project(f"{bad.url}/{way}", action_seconds=0.2))
    assert time.monotonic() - begun < 2
    assert bad.calls == 1


async def test_an_answer_of_nothing_is_an_answer(bad: Hostile, port: Port) -> None:
    done = await port.run("action_x", Tracker(), project(f"{bad.url}/no_words"))
    assert (done.events, done.responses) == ((), ())


class Flaky(AbstractResolver):
    """A name server that fails `failures` times before it knows the way to this machine."""

    def __init__(self, failures: int) -> None:
        self.left, self.asked = failures, 0

    async def resolve(self, host: str, port: int = 0, family: socket.AddressFamily = _ANY) -> list[ResolveResult]:
        """Answer, or fail."""
        self.asked += 1
        if self.left:
            self.left -= 1
            raise OSError("no answer")
        return [ResolveResult(hostname=host, host="127.0.0.1", port=port, family=socket.AF_INET, proto=0, flags=0)]

    async def close(self) -> None:
        """Nothing is open."""


@pytest.mark.parametrize(("failures", "calls"), [(1, 1), (2, 0)])
async def test_only_a_connection_that_was_never_made_is_tried_again_once(
    failures: int, calls: int, bad: Hostile, clock: FakeClock
) -> None:
    resolver = Flaky(failures)
    async with egress.session(LOOPBACK, resolver=resolver) as session:
        port = Port(lambda: session, secret, clock, Breakers())
        there = project(bad.url.replace("127.0.0.1", "actions.example") + "/no_words")
        if calls:
            assert (await port.run("action_x", Tracker(), there)).events == ()
        else:
            with pytest.raises(Unanswered, match="connection"):
                await port.run("action_x", Tracker(), there)
    assert (bad.calls, resolver.asked) == (calls, 2)


async def test_where_nobody_listens_is_said_so(port: Port) -> None:
    nobody = f"http://127.0.0.1:{free_port()}/webhook"
    with pytest.raises(Unanswered, match="connection"):
        await port.run("action_x", Tracker(), project(nobody))


async def test_who_is_away_is_not_asked_again_until_some_time_has_passed(
    bad: Hostile, port: Port, clock: FakeClock
) -> None:
    there = project(f"{bad.url}/server_error")
    for _ in range(LIMIT):
        with pytest.raises(Unanswered):
            await port.run("action_x", Tracker(), there)
    with pytest.raises(Failed, match="not asked for now"):
        await port.run("action_x", Tracker(), there)
    assert bad.calls == LIMIT
    clock.jump(FIRST + timedelta(seconds=1))
    well = project(f"{bad.url}/no_words")
    await port.run("action_x", Tracker(), well)
    await port.run("action_x", Tracker(), well)
    assert bad.calls == LIMIT + 2


async def test_a_turn_that_is_cut_leaves_the_circuit_usable(bad: Hostile, port: Port) -> None:
    there = project(f"{bad.url}/hangs")
    for _ in range(LIMIT + 1):
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.05):
                await port.run("action_x", Tracker(), there)
    done = await port.run("action_x", Tracker(), project(f"{bad.url}/no_words"))
    assert done.events == ()


async def test_a_closed_network_is_named_with_the_setting_that_opens_it(bad: Hostile, clock: FakeClock) -> None:
    async with egress.session() as outside:
        port = Port(lambda: outside, secret, clock, Breakers())
        with pytest.raises(Failed) as caught:
            await port.run("action_x", Tracker(), project(f"{bad.url}/no_words"))
    assert "YIZHAN_EGRESS_ALLOW" in caught.value.hint
    assert bad.calls == 0


async def test_nobody_is_called_in_a_rehearsal(bad: Hostile) -> None:
    with pytest.raises(Failed, match="rehearsal"):
        await Rehearsing().run("action_x", Tracker(), project(f"{bad.url}/no_words"))
    assert bad.calls == 0
