"""The words of the simulator's terminal: what customers do reaches the hub, and what goes wrong goes wrong."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from hub.errors import ChannelBroken, TryLater, WindowClosed
from hub.model import Choice, Choices, Said, Signal, Text
from tests.adapters.contract.kit import FILES
from tests.adapters.weixin.world import LEI, World, world

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path


@pytest.fixture
async def wechat(tmp_path: Path) -> AsyncIterator[World]:
    async with world(tmp_path) as made:
        yield made


async def do(wechat: World, line: str) -> str:
    """Type one line, without its slash."""
    word, *rest = line.split()
    return await wechat.sim.commands()[word](rest)


@pytest.mark.parametrize(
    ("line", "told"),
    [
        (f"follow {LEI}", "follow"),
        (f"follow {LEI} desk-3", "follow"),
        (f"unfollow {LEI}", "unfollow"),
        (f"scan {LEI} desk-3", "scan"),
        (f"view {LEI} https://water.example", "view"),
        (f"enter {LEI} order", "enter"),
        (f"click {LEI} 缴费", "text"),
        (f"image {LEI} {FILES}/picture.png", "remote"),
        (f"voice {LEI} {FILES}/voice.amr", "remote"),
        (f"video {LEI} {FILES}/film.mp4", "remote"),
        (f"place {LEI} 30.25 120.16 营业厅", "location"),
        (f"odd {LEI} hologram", "notice"),
    ],
)
async def test_what_a_customer_does_reaches_the_hub(wechat: World, line: str, told: str) -> None:
    assert await do(wechat, line) == "hub answered 200 after 1 tries"
    (one,) = await wechat.hub.stored(LEI)
    assert told == (one.name if isinstance(one, Signal) else _first(one))


def _first(one: object) -> str:
    assert isinstance(one, Said)
    return str(one.parts[0].__struct_config__.tag)


async def test_a_menu_is_chosen_from_once_one_was_sent(wechat: World) -> None:
    with pytest.raises(ValueError, match="no menu"):
        await do(wechat, f"choose {LEI} 1")
    await wechat.sim.says(LEI, "在吗")
    await wechat.say(Choices(body="?", choices=(Choice(label="缴费", value="pay"),)))
    assert "200" in await do(wechat, f"choose {LEI} 1")


async def test_words_that_are_missing_end_nothing(wechat: World) -> None:
    for line in ("scan", f"scan {LEI}", "close", "quota many"):
        with pytest.raises((ValueError, IndexError)):
            await do(wechat, line)
    assert "proved its address" in await do(wechat, "check")


async def test_what_goes_wrong_at_the_provider_goes_wrong(wechat: World) -> None:
    await wechat.sim.says(LEI, "在吗")
    await do(wechat, "allow off")
    with pytest.raises(ChannelBroken):
        await wechat.say(Text(body="一"))
    await do(wechat, "allow on")
    await wechat.say(Text(body="一"))
    await do(wechat, "expire")
    await wechat.say(Text(body="二"))
    await do(wechat, "lose")
    await wechat.say(Text(body="三"))
    await do(wechat, f"close {LEI}")
    with pytest.raises(WindowClosed):
        await wechat.say(Text(body="四"))
    await do(wechat, "quota 1")
    with pytest.raises(TryLater):
        await wechat.say(Text(body="五"))
