"""A version made elsewhere comes in: it answers, and nobody's work on the draft is lost."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from bots.serving.bringing import Bringing
from bots.serving.library import smallest
from bots.serving.rows import BotKind, BotRow, Remote, State
from bots.serving.training import Made
from hub.errors import Conflict, WrongMove
from tests.bots.serving.shop import AT, Shop, open_shop

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path


@pytest.fixture
async def shop(tmp_path: Path) -> AsyncIterator[Shop]:
    """A place to make bots."""
    async with open_shop(tmp_path) as opened:
        yield opened


def texts(words: str) -> dict[str, str]:
    return {**smallest("zh"), "data/more.yml": f'version: "3.1"\nnlu:\n- synonym: s\n  examples: |\n    - {words}\n'}


async def brought(shop: Shop, words: str) -> bool:
    """Bring a version in; returns whether the draft has its files."""
    bringing, bot = Bringing(shop.store, shop.chest, shop.drafts), await shop.versions.bot("small")
    made = Made(model=words.encode(), report={"accuracy": 0.5}, seconds=1)
    version = await bringing.version(bot, texts(words), made, by="u", at=AT)
    return await bringing.publish(bot, version, commit=shop.store.commit)


async def test_it_is_the_next_version_and_live_with_its_draft(shop: Shop) -> None:
    await shop.bot(files=texts("a"))
    assert await brought(shop, "a")
    assert await brought(shop, "b")
    bot, version = await shop.versions.bot("small"), await shop.versions.get("small", 2)
    assert (bot.live, bot.last, version.state, version.accuracy) == (2, 2, State.TRAINED, 0.5)
    assert version.published_at == AT
    assert await shop.chest.bring(version.model) == b"b"
    assert (await shop.drafts.get("small")).files == texts("b")


async def test_a_draft_that_somebody_works_on_stays(shop: Shop) -> None:
    await shop.bot(files=texts("a"))
    await brought(shop, "a")
    draft = await shop.drafts.get("small")
    await shop.drafts.save("small", draft.row.version, texts("mine"), by="u", at=AT, commit=shop.store.commit)
    assert not await brought(shop, "b")
    assert (await shop.drafts.get("small")).files == texts("mine")
    assert (await shop.versions.bot("small")).live == 2


async def test_one_of_two_at_once_loses_and_changes_nothing(shop: Shop) -> None:
    await shop.bot(files=texts("a"))
    bringing, bot = Bringing(shop.store, shop.chest, shop.drafts), await shop.versions.bot("small")
    version = await bringing.version(bot, texts("late"), Made(model=b"late", report={}, seconds=0), by="u", at=AT)
    await brought(shop, "quick")
    with pytest.raises(Conflict):
        await bringing.publish(bot, version, commit=shop.store.commit)
    assert await shop.chest.bring((await shop.versions.get("small", 1)).model) == b"quick"


async def test_a_rasa_server_takes_none(shop: Shop) -> None:
    row = BotRow(id="far", name="Far", kind=BotKind.RASA, live=0, remote=Remote(url="http://r"), made_at=AT)
    with pytest.raises(WrongMove):
        await Bringing(shop.store, shop.chest, shop.drafts).version(
            row, texts("a"), Made(model=b"m", report={}, seconds=0), by="u", at=AT
        )
