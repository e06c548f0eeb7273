"""Trained for real, in a process of its own: published, rolled back, cut in the middle, too slow, too large, wrong."""

from __future__ import annotations

import asyncio
import os
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from msgspec import structs

from bots.serving.library import smallest
from bots.serving.rows import BOTS, VERSIONS, State
from bots.serving.training import Unable, trained
from bots.trained import unpack
from hub.errors import Conflict, Invalid, WrongMove
from hub.store.port import put
from tests.bots.serving.shop import AT, Shop, open_shop
from tests.waiting import until

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

HANGS, EATS = "tests.bots.serving.crawler", "tests.bots.serving.glutton"


@pytest.fixture
async def shop(tmp_path: Path) -> AsyncIterator[Shop]:
    async with open_shop(tmp_path) as shop:
        yield shop


async def _nobody(fraction: float, stage: str) -> None:
    """Listen to no progress."""


def _alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


async def test_a_draft_becomes_a_version_that_understands(shop: Shop) -> None:
    await shop.bot()
    version = await shop.train()
    assert (version.state, version.note) == (State.TRAINED, "")
    assert version.report["examples"] == 10
    assert version.accuracy == version.report["accuracy"]
    model = await shop.chest.bring(version.model)
    understood = (await asyncio.to_thread(unpack, model)).understanding.parse("您好")
    assert understood.intent.name == "greet"
    published = await shop.versions.publish(await shop.versions.bot("small"), version, at=AT, commit=shop.store.commit)
    assert [row.id for row in await shop.versions.live()] == ["small"]
    assert (published.live, (await shop.versions.live_of([published]))["small"].number) == (1, 1)
    assert (await shop.versions.newest_trained("small")).number == 1


async def test_a_bot_that_is_to_answer_at_once_is_published_by_its_training(shop: Shop) -> None:
    bot = await shop.bot()
    await shop.store.commit(put(BOTS, bot, structs.replace(bot, publish_first=True)))
    version = await shop.train()
    now = await shop.versions.bot("small")
    assert (now.live, now.publish_first, version.published_at is not None) == (1, False, True)


async def test_one_training_of_a_bot_at_a_time_and_none_with_errors(shop: Shop) -> None:
    await shop.bot()
    await shop.begin()
    with pytest.raises(WrongMove, match="being trained"):
        await shop.begin()
    broken = {**smallest("zh"), "domain.yml": "intents: 5\n"}
    await shop.bot("broken", broken)
    with pytest.raises(Invalid, match="errors"):
        await shop.begin("broken")
    with pytest.raises(Invalid, match="id"):
        await shop.bot()


async def test_a_draft_is_changed_by_who_read_it_last(shop: Shop) -> None:
    await shop.bot()
    draft = await shop.drafts.get("small")
    files = {**draft.files, "data/more.yml": "nlu: []\n"}
    commit = shop.store.commit
    row, _ = await shop.drafts.save("small", draft.row.version, files, by="u", at=AT, commit=commit)
    assert (row.version, row.intents, row.errors) == (1, ("goodbye", "greet"), 0)
    with pytest.raises(Conflict):
        await shop.drafts.save("small", draft.row.version, files, by="u", at=AT, commit=commit)
    assert (await shop.drafts.get("small")).files == files


async def test_only_what_is_trained_goes_live(shop: Shop) -> None:
    bot = await shop.bot()
    version = await shop.begin()
    with pytest.raises(WrongMove, match="trained"):
        await shop.versions.publish(bot, version, at=AT, commit=shop.store.commit)
    with pytest.raises(WrongMove, match="Nothing is trained"):
        await shop.versions.newest_trained("small")


async def test_a_hub_that_dies_in_the_middle_trains_again(tmp_path: Path) -> None:
    async with open_shop(tmp_path, module=HANGS) as shop:
        await shop.bot()
        row = await shop.begin()
        working = asyncio.create_task(shop.engine.settle())
        await until(lambda: _told(shop, row.number), seconds=30)
        pid = int(await _told(shop, row.number))
        assert _alive(pid)
        await shop.engine.drain(timedelta(0))
        await working
        assert not _alive(pid)
        assert (await shop.versions.get("small", row.number)).state is State.TRAINING
    async with open_shop(tmp_path) as again:
        await again.engine.settle()
        assert (await again.versions.get("small", row.number)).state is State.TRAINED


async def _told(shop: Shop, number: int) -> str:
    return (await shop.versions.get("small", number)).progress.stage


async def test_one_that_takes_too_long_is_ended_and_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    stages: list[str] = []

    async def tell(fraction: float, stage: str) -> None:
        stages.append(stage)

    with pytest.raises(Unable, match="longer than"):
        await trained(smallest("zh"), tell, patience=5.0, module=HANGS)
    assert not _alive(int(stages[0]))


async def test_one_that_wants_too_much_memory_fails_alone() -> None:
    with pytest.raises(Unable, match="memory"):
        await trained(smallest("zh"), _nobody, module=EATS)


async def test_files_that_are_no_bot_say_why(shop: Shop) -> None:
    with pytest.raises(Unable, match=r"\w"):
        await trained({"domain.yml": "intents: 5\n"}, _nobody)
    bot = await shop.bot()
    await shop.begin()
    version = await shop.versions.get(bot.id, 1)
    wrong = await shop.chest.keep_files({"domain.yml": "intents: 5\n"})
    await shop.store.commit(put(VERSIONS, version, structs.replace(version, files=wrong)))
    await shop.engine.settle()
    version = await shop.versions.get(bot.id, 1)
    assert version.state is State.FAILED
    assert version.note


async def test_a_blob_that_was_tampered_with_is_refused(shop: Shop, tmp_path: Path) -> None:
    hash = await shop.chest.keep(b"a model")
    path = tmp_path / "blobs" / hash[:2] / hash
    await asyncio.to_thread(path.write_bytes, b"another")
    with pytest.raises(Invalid, match="behind"):
        await shop.chest.bring(hash)
