"""Kill -9, again and again, under load: nothing lost, nothing twice, nothing out of order.

`make soak` runs it at full length; YIZHAN_SOAK_SEED repeats a run's choices.
"""

from __future__ import annotations

import asyncio
import os
import random
import time
from typing import TYPE_CHECKING

import pytest
from msgspec import Struct

from tests.soak.checker import check
from tests.soak.provider import Provider
from tests.soak.server import Server
from tests.soak.sink import Sink, listening
from tests.waiting import until

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.soak


class Length(Struct, frozen=True, kw_only=True):
    """How long a run is."""

    inbound: int
    kills: int
    users: int


SHORT = Length(inbound=1500, kills=6, users=30)
FULL = Length(inbound=50_000, kills=200, users=100)
STALLED = 30
"""Seconds without any delivery after which what is left counts as lost."""

LATEST = 0.05
"""Seconds after the planned moment, at most, that a kill comes."""


async def test_kill_again_and_again(tmp_path: Path) -> None:
    length = FULL if os.environ.get("YIZHAN_SOAK") == "full" else SHORT
    seed = int(os.environ.get("YIZHAN_SOAK_SEED") or time.time_ns() % 2**32)
    print(f"seed {seed}: {length.inbound} inbound through {length.kills} kills")
    dice, sink, server = random.Random(seed), Sink(), Server(tmp_path / "data")
    async with listening(sink) as address:
        await server.furnish(address)
        words = length.inbound // length.users
        provider = Provider(server.hook, length.users, words, dice, lambda: len(sink.effects))
        try:
            await ordeal(server, provider, length, dice)

            await all_delivered(sink, length.inbound)
        finally:
            await server.stop()
    figures = await check(server.folder, provider, sink)
    print(figures, f"slowest start {max(server.starts):.2f} s")
    assert figures["inbound"] == length.inbound
    assert len(server.starts) == length.kills + 1


async def ordeal(server: Server, provider: Provider, length: Length, dice: random.Random) -> None:
    """Let everything be said while the server is killed at moments spread over the whole."""
    await server.start()
    talking = asyncio.create_task(provider.run())
    try:
        for number in range(length.kills):
            planned = (number + dice.random()) * length.inbound / (length.kills + 1)
            await reached(provider, talking, planned)
            await asyncio.sleep(dice.random() * LATEST)
            await server.kill()
            await server.start()
        await talking
    finally:
        talking.cancel()


async def all_delivered(sink: Sink, count: int) -> None:
    """Wait for the backlog; fail when nothing more comes, not when the machine is slow."""
    while (reached := len(sink.effects)) < count:

        async def more(reached: int = reached) -> bool:
            return len(sink.effects) > reached

        try:
            await until(more, seconds=STALLED)
        except TimeoutError:
            pytest.fail(f"{count - reached} of {count} were never delivered")


async def reached(provider: Provider, talking: asyncio.Task[None], planned: float) -> None:
    async def said() -> bool:
        return provider.count >= planned or talking.done()

    await until(said, seconds=600)
