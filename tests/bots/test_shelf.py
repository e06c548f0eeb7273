"""The shelf: publishing moves a pointer; nothing is dropped, nobody is answered by two, a broken bot stops nobody."""

from __future__ import annotations

import asyncio
from collections import Counter
from typing import TYPE_CHECKING

import pytest
from msgspec import structs

from bots.contract import Answer, Bot, Say, Turn
from bots.serving.rows import BOTS, ROWS, VERSIONS, BotRow, State, VersionRow, version_id
from bots.shelf import LIBRARY, Shelf, stock
from hub.bus import LocalBus
from hub.clock import SystemClock
from hub.errors import Invalid, TryLater
from hub.model import Text, plain
from hub.store.port import Delete, Insert, put
from server.announcing import Announcer
from server.workshop import TOPIC, follow
from tests.bots.serving.shop import AT
from tests.stores import open_store
from tests.waiting import until

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Mapping, Sequence
    from pathlib import Path

    from hub.model import Part
    from hub.store.sqlite import SqliteStore

FAQ = stock(LIBRARY)
TURN = Turn(
    conversation="c", channel="webchat", profile="p", name="", language="zh-CN", seq=1, parts=(), text="你好", at=AT
)


class Numbered:
    """A bot that says which version it is, after letting others go first."""

    def __init__(self, version: int) -> None:
        self.name = f"v{version}"
        self._version = version

    async def answer(self, turn: Turn) -> Answer:
        for _ in range(turn.seq % 7):
            await asyncio.sleep(0)
        return Answer(reactions=(Say(parts=(Text(body=str(self._version)),)),))

    def greeting(self, language: str) -> Sequence[Part]:
        return (Text(body=self.name),)

    def excuse(self, language: str) -> Sequence[Part]:
        return ()


class Makes:
    """Makes numbered bots; `broken` versions do not load, `away` ones cannot be fetched now."""

    def __init__(self) -> None:
        self.broken: set[int] = set()
        self.away: set[int] = set()

    async def engine(self, row: BotRow, version: VersionRow) -> Bot:
        await asyncio.sleep(0)
        if version.number in self.away:
            raise TryLater("The file store did not answer")
        if version.number in self.broken:
            raise Invalid("This is no trained bot")
        return Numbered(version.number)

    async def remote(self, row: BotRow, bots: Mapping[str, Bot]) -> Bot:
        return Numbered(-row.version)


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[SqliteStore]:
    async with open_store(tmp_path, ROWS) as store:
        await store.commit(*(Insert(VERSIONS, _version(number)) for number in range(1, 6)))
        yield store


def _version(number: int) -> VersionRow:
    return VersionRow(
        id=version_id("water", number), bot="water", number=number, files="", state=State.TRAINED, made_at=AT
    )


async def _publish(store: SqliteStore, number: int | None) -> None:
    row = await store.get(BOTS, "water")
    if row is None:
        await store.commit(Insert(BOTS, BotRow(id="water", name="Water", live=number, made_at=AT)))
    else:
        await store.commit(put(BOTS, row, structs.replace(row, live=number)))


async def test_what_was_published_elsewhere_holds_for_the_next_turn_without_any_news(store: SqliteStore) -> None:
    makes = Makes()
    shelf = Shelf(FAQ, store, makes)
    faq = await shelf.current("water")
    assert faq is FAQ["water"]
    assert await shelf.current("nobody") is None
    for number in (1, 2, 1):
        await _publish(store, number)
        bot = await shelf.current("water")
        assert bot is not None
        assert await _said(bot) == str(number)
    makes.away = {2}
    await _publish(store, 2)
    kept = await shelf.current("water")
    assert kept is not None
    assert await _said(kept) == "1", "what cannot be fetched now must not silence the version there is"
    await _publish(store, None)
    assert await shelf.current("water") is faq


async def _said(bot: Bot, seq: int = 1) -> str:
    answer = await bot.answer(structs.replace(TURN, seq=seq))
    (say,) = answer.reactions
    assert isinstance(say, Say)
    return plain(say.parts)


async def test_a_published_bot_stands_before_its_faq_file_and_gives_way_again(store: SqliteStore) -> None:
    shelf = Shelf(FAQ, store, Makes())
    faq = shelf["water"]
    await _publish(store, 1)
    await shelf.look("water")
    assert (await _said(shelf["water"]), list(shelf), len(shelf), shelf.version("water")) == ("1", ["water"], 1, 1)
    await _publish(store, None)
    await shelf.refresh()
    assert shelf["water"] is faq
    assert shelf.version("water") is None


async def test_turns_while_it_is_published_are_answered_once_each_by_the_bot_they_began_with(
    store: SqliteStore,
) -> None:
    shelf = Shelf({}, store, Makes())
    await _publish(store, 1)
    await shelf.refresh()
    begun: list[asyncio.Task[str]] = []
    names: list[str] = []

    async def customers() -> None:
        for seq in range(200):
            bot = shelf["water"]
            names.append(bot.name)
            begun.append(asyncio.create_task(_said(bot, seq)))
            await asyncio.sleep(0)

    async def publishing() -> None:
        for number in (2, 3, 1, 4):
            await _publish(store, number)
            await shelf.look("water")

    speaking = asyncio.create_task(customers())
    await publishing()
    await speaking
    answers = await asyncio.gather(*begun)
    assert len(answers) == 200
    assert [f"v{answer}" for answer in answers] == names
    assert await _said(shelf["water"]) == "4"


async def test_a_bot_that_is_being_loaded_answers_when_it_is_there(store: SqliteStore) -> None:
    await _publish(store, 3)
    shelf = Shelf(FAQ, store, Makes())
    await shelf.open()
    waiting = asyncio.create_task(_said(shelf["water"]))
    await asyncio.sleep(0)
    assert not waiting.done()
    await shelf.refresh()
    assert await waiting == "3"


async def test_one_that_does_not_load_is_shown_with_its_fault_and_goes_to_people(store: SqliteStore) -> None:
    makes = Makes()
    makes.broken = {2}
    shelf = Shelf(FAQ, store, makes)
    await store.commit(
        Insert(BOTS, BotRow(id="other", name="Other", live=1, made_at=AT)),
        Insert(VERSIONS, structs.replace(_version(1), id=version_id("other", 1), bot="other")),
    )
    await _publish(store, 2)
    await shelf.refresh()
    assert shelf.fault("water").startswith("This is no trained bot")
    with pytest.raises(Invalid):
        await shelf["water"].answer(TURN)
    assert "人工" in plain(tuple(shelf["water"].excuse("zh-CN")))
    assert await _said(shelf["other"]) == "1"
    await _publish(store, 1)
    await shelf.refresh()
    assert (shelf.fault("water"), await _said(shelf["water"])) == ("", "1")


async def test_while_the_files_are_away_the_version_before_goes_on(store: SqliteStore) -> None:
    makes = Makes()
    shelf = Shelf({}, store, makes)
    await _publish(store, 1)
    await shelf.refresh()
    makes.away = {2}
    await _publish(store, 2)
    await shelf.refresh()
    assert (await _said(shelf["water"]), shelf.fault("water") != "") == ("1", True)
    makes.away = set()
    await shelf.refresh()
    assert (await _said(shelf["water"]), shelf.fault("water")) == ("2", "")


async def test_every_process_hears_of_a_publish(store: SqliteStore) -> None:
    bus = LocalBus()
    shelves = [Shelf({}, store, Makes()) for _ in range(2)]
    store.watch(Announcer(bus, BOTS, TOPIC).committed)
    following = [asyncio.create_task(follow(shelf, bus, SystemClock())) for shelf in shelves]
    try:
        for number in (1, 5):
            await _publish(store, number)
            await until(lambda number=number: _all_at(shelves, number))  # type: ignore[misc]  # mypy: default
    finally:
        for task in following:
            task.cancel()
        await asyncio.gather(*following, return_exceptions=True)


async def _all_at(shelves: Sequence[Shelf], number: int) -> bool:
    return Counter(shelf.version("water") for shelf in shelves) == {number: len(shelves)}


async def test_a_row_that_is_gone_takes_its_bot_away(store: SqliteStore) -> None:
    shelf = Shelf({}, store, Makes())
    await _publish(store, 1)
    await shelf.refresh()
    row = await store.get(BOTS, "water")
    assert row is not None
    await store.commit(Delete(BOTS, row))
    await shelf.refresh()
    assert "water" not in shelf
