"""The encoder's process is asked in batches, and nobody waits for one that is slow, gone or not there."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

import pytest

from bots.nlu import encoder
from bots.serving import encoding
from bots.serving.encoding import Encoding

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

ECHO = "tests.bots.serving.echo"


@asynccontextmanager
async def _open(module: str = ECHO, *, patience: float = 20.0) -> AsyncIterator[Encoding]:
    one = Encoding(module=module, patience=patience, rest=0.01)
    try:
        yield one
    finally:
        await one.close()


async def test_each_sentence_gets_its_own_vector_and_many_share_a_batch() -> None:
    async with _open() as one:
        vectors = await asyncio.gather(*(one.vector("x" * number) for number in range(1, 41)))
        rows = [list(vector) for vector in vectors if vector is not None]
        assert [row[0] for row in rows] == list(range(1, 41))
        assert max(row[1] for row in rows) == encoding.BATCH - 1
        assert len({row[2] for row in rows}) == 1


@pytest.mark.parametrize("word", ["die", "lie"])
async def test_a_process_that_breaks_is_started_again(word: str) -> None:
    async with _open() as one:
        first = await one.vector("one")
        assert await one.vector(word) is None
        again = None
        while again is None:
            again = await one.vector("two")
        assert first is not None
        assert first[2] != again[2]


async def test_nobody_waits_for_a_slow_one_and_the_queue_is_bounded() -> None:
    async with _open(patience=0.2) as one:
        asked = [one.vector("hang"), *(one.vector(f"{number}") for number in range(encoding.ROOM + 10))]
        begun = asyncio.get_running_loop().time()
        assert await asyncio.gather(*asked) == [None] * len(asked)
        assert asyncio.get_running_loop().time() - begun < 5


async def test_a_machine_without_an_encoder_is_asked_once() -> None:
    async with _open("tests.bots.serving.nobody") as one:
        assert await one.vector("one") is None
        assert [await one.vector(text) for text in ("two", "three")] == [None, None]


@pytest.mark.skipif(not encoder.installed(), reason="the sentence encoder is not installed")
async def test_the_real_encoder_gives_the_same_as_in_this_process() -> None:
    real = await asyncio.to_thread(encoder.load)
    assert real is not None
    async with _open(encoding.MODULE) as one:
        vector = await one.vector("我家停水了")
        wanted = await asyncio.to_thread(real.encode, ["我家停水了"])
    assert vector is not None
    assert vector.tolist() == pytest.approx(wanted[0].tolist(), abs=1e-5)
