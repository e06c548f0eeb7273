"""The line to a Rasa server: what is called back is kept in order, once, and belongs to the sentence that was asked."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from bots.contract import Reaction, Say
from bots.rasa.lines import LARGEST, LINES, SAME, Came, Lines
from bots.unasked import UNASKED
from hub.errors import TooLarge
from hub.model import Text
from hub.store.port import By, Eq
from hub.work.jobs import JOBS
from tests.stores import open_store

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from hub.store.port import Store

AT = datetime(2026, 12, 1, 8, tzinfo=UTC)


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[Store]:
    """A store of lines and jobs."""
    async with open_store(tmp_path, (LINES, JOBS)) as opened:
        yield opened


def says(text: str) -> tuple[Reaction, ...]:
    return (Say(parts=(Text(body=text),)),)


async def hear(lines: Lines, text: str, at: datetime = AT) -> Came:
    return await lines.hear("c", text.encode(), says(text), at)


async def test_what_comes_while_asked_is_the_answer_in_order_and_once(store: Store) -> None:
    lines = Lines(store, "far")
    assert await lines.ask("c", 3)
    came = [await hear(lines, one) for one in ("一", "二", "一", "三")]
    assert came == [Came.KEPT, Came.KEPT, Came.KNOWN, Came.KEPT]
    assert await lines.end("c", 3) == (*says("一"), *says("二"), *says("三"))
    assert await lines.end("c", 3) == (*says("一"), *says("二"), *says("三")), "asked again after a lost commit"
    assert await store.count(JOBS, Eq("state", "ready"), limit=9) == 0


async def test_a_sentence_is_told_once_also_after_a_crash(store: Store) -> None:
    assert await Lines(store, "far").ask("c", 3)
    assert not await Lines(store, "far").ask("c", 3)
    assert not await Lines(store, "far").ask("c", 2)
    assert await Lines(store, "far").ask("c", 4)


async def test_the_same_words_in_answer_to_another_sentence_are_said_again(store: Store) -> None:
    lines = Lines(store, "far")
    for seq in (1, 2):
        assert await lines.ask("c", seq)
        assert await hear(lines, "好的") is Came.KEPT
        assert await lines.end("c", seq) == says("好的")


async def test_what_comes_too_late_is_not_said_until_rasa_is_asked_again(store: Store) -> None:
    lines = Lines(store, "far")
    assert await lines.ask("c", 1)
    assert await lines.end("c", 1) == ()
    assert await hear(lines, "太晚") is Came.LATE
    assert await lines.ask("c", 2)
    assert await hear(lines, "准时") is Came.KEPT


async def test_what_is_not_asked_for_is_a_job_each_in_order(store: Store) -> None:
    lines = Lines(store, "far")
    assert await lines.ask("c", 1)
    await hear(lines, "好的")
    await lines.end("c", 1)
    assert [await hear(lines, one) for one in ("提醒", "再提醒", "提醒")] == [Came.KEPT, Came.KEPT, Came.KNOWN]
    assert await hear(lines, "提醒", AT + SAME + timedelta(seconds=1)) is Came.KEPT
    jobs = await store.find(JOBS, Eq("lane", "unasked:c"), Eq("state", "ready"), order=(By("seq"), By("id")), limit=9)
    assert [(job.kind, job.seq) for job in jobs] == [(UNASKED.name, 2), (UNASKED.name, 3), (UNASKED.name, 4)]
    assert ["再提醒" in job.body for job in jobs] == [False, True, False]


async def test_two_doors_at_once_lose_nothing(store: Store) -> None:
    lines = Lines(store, "far")
    assert await lines.ask("c", 1)
    words = [str(number) for number in range(12)]
    assert set(await asyncio.gather(*(hear(Lines(store, "far"), one) for one in words))) == {Came.KEPT}
    heard = await lines.end("c", 1)
    assert {one.parts[0].body for one in heard} == set(words)  # type: ignore[union-attr]  # texts, all of them


async def test_an_answer_without_end_is_refused(store: Store) -> None:
    lines = Lines(store, "far")
    assert await lines.ask("c", 1)
    text = "长" * 19_000
    fits = LARGEST // (3 * len(text) + 100)
    for number in range(fits):
        await hear(lines, f"{number}{text}")
    with pytest.raises(TooLarge):
        await hear(lines, f"more{text}")
    assert len(await lines.end("c", 1)) == fits


async def test_another_bots_line_begins_anew_and_counts_on(store: Store) -> None:
    assert await Lines(store, "far").ask("c", 5)
    await hear(Lines(store, "far"), "好")
    other = Lines(store, "other")
    assert await other.ask("c", 5)
    assert await other.end("c", 5) == ()
    line = await store.get(LINES, "c")
    assert line is not None
    assert (line.bot, line.came) == ("other", 1)
