"""Missed sentences are counted, never doubled, and stay settled as people settled them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from bots.contract import Missed, Ranked
from bots.serving.misses import LONGEST, Found, Misses, noted
from bots.serving.rows import MISSES, Miss, MissState, Why, miss_id
from hub.errors import NotFound, WrongMove
from hub.store.sqlite import SqliteStore
from tests.stores import open_store

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

AT = datetime(2026, 12, 1, 9, tzinfo=UTC)
RANKING = (Ranked(name="bill", confidence=0.4), Ranked(name="leak", confidence=0.3))


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[SqliteStore]:
    async with open_store(tmp_path, (MISSES,)) as store:
        yield store


async def _miss(store: SqliteStore, text: str, seq: int = 1, *, bot: str = "water", why: Why = Why.FELL_BACK) -> Miss:
    found = Found(bot=bot, conversation="c1", seq=seq, why=why)
    await store.commit(*await noted(store, found, Missed(text=text, ranking=RANKING), AT + timedelta(minutes=seq)))
    row = await store.get(MISSES, miss_id(bot, text))
    assert row is not None
    return row


async def test_the_same_sentence_is_counted(store: SqliteStore) -> None:
    await _miss(store, "水表 转得飞快", 1)
    row = await _miss(store, "水表　转得飞快 ", 4)
    assert (row.times, row.seq, row.intent, row.confidence) == (2, 4, "bill", 0.4)
    assert len(await Misses(store).page("water", MissState.OPEN, limit=10)) == 1
    assert (await _miss(store, "水表 转得飞快", bot="shop")).times == 1


async def test_a_turn_taken_twice_counts_once(store: SqliteStore) -> None:
    await _miss(store, "怎么回事", 3)
    assert (await _miss(store, "怎么回事", 3)).times == 1


async def test_what_was_taught_and_is_missed_again_is_open_again(store: SqliteStore) -> None:
    misses = Misses(store)
    row = await _miss(store, "水发黄", 1)
    await store.commit(misses.settled(row, MissState.ASSIGNED, intent="quality", by="u"))
    assert (await _miss(store, "水发黄", 2)).state is MissState.OPEN
    row = await _miss(store, "哈哈哈", 1)
    await store.commit(misses.settled(row, MissState.IGNORED, intent="", by="u"))
    again = await _miss(store, "哈哈哈", 2)
    assert (again.state, again.times) == (MissState.IGNORED, 2)


async def test_what_a_colleague_says_outlasts_a_guess(store: SqliteStore) -> None:
    where = Found(bot="water", conversation="c1", seq=1, why=Why.CORRECTED)
    said = Missed(text="没水", ranking=(Ranked(name="outage", confidence=1.0),))
    await Misses(store).correct(where, said, AT)
    row = await _miss(store, "没水", 5)
    assert (row.reason, row.intent, row.times) == (Why.CORRECTED, "outage", 2)


async def test_long_and_empty_sentences(store: SqliteStore) -> None:
    assert await noted(store, Found(bot="water", conversation="c", seq=1), Missed(text=" \n"), AT) == []
    found = Found(bot="water", conversation="c", seq=1)
    await store.commit(*await noted(store, found, Missed(text="长" * 9000), AT))
    (row,) = await Misses(store).page("water", MissState.OPEN, limit=10)
    assert len(row.text) == LONGEST
    with pytest.raises(WrongMove):
        await Misses(store).correct(found, Missed(text=" "), AT)


async def test_pages_come_latest_first(store: SqliteStore) -> None:
    for seq in range(1, 6):
        await _miss(store, f"第{seq}句", seq)
    misses = Misses(store)
    first = await misses.page("water", MissState.OPEN, limit=2)
    rest = await misses.page("water", MissState.OPEN, limit=9, after=(first[-1].at, first[-1].id))
    assert [row.seq for row in (*first, *rest)] == [5, 4, 3, 2, 1]


async def test_only_an_open_one_of_this_bot_is_settled(store: SqliteStore) -> None:
    misses = Misses(store)
    row = await _miss(store, "什么")
    with pytest.raises(NotFound):
        await misses.get("shop", row.id)
    await store.commit(misses.settled(row, MissState.IGNORED, intent="", by="u"))
    with pytest.raises(WrongMove):
        await misses.get("water", row.id)
