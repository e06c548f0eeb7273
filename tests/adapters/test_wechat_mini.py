"""A mini-program's customer service against its simulator: other windows, kinds, notices, and typing twice a minute."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from hub.errors import Unsupported, WindowClosed
from hub.model import Card, Choice, Choices, Receipt, Said, Signal, Status, Template, Text
from tests.adapters.contract.kit import FILES
from tests.adapters.weixin.world import LEI, World, world

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

TYPING = "/cgi-bin/message/custom/typing"


@pytest.fixture
async def mini(tmp_path: Path) -> AsyncIterator[World]:
    async with world(tmp_path, "wechat_mini", form="json") as made:
        yield made


async def test_who_opens_the_chat_can_be_greeted_twice_in_a_minute(mini: World) -> None:
    await mini.sim.event(LEI, "user_enter_tempsession", "enter", SessionFrom="order=7")
    (entered,) = await mini.hub.stored(LEI)
    assert isinstance(entered, Signal)
    assert (entered.name, entered.window, entered.facts) == ("enter", "enter", {"scene": "order=7"})
    for _ in range(2):
        await mini.say(Text(body="您好"))
    with pytest.raises(WindowClosed):
        await mini.say(Text(body="还在吗"))


async def test_five_messages_after_each_of_the_customers(mini: World) -> None:
    await mini.sim.says(LEI, "在吗")
    (said,) = await mini.hub.stored(LEI)
    assert isinstance(said, Said)
    assert said.sender.channel == "wechat_mini"
    for _ in range(5):
        await mini.say(Text(body="在"))
    with pytest.raises(WindowClosed):
        await mini.say(Text(body="六"))


async def test_links_pages_and_pictures_in_the_shape_of_mini_programs(mini: World) -> None:
    await mini.sim.says(LEI, "在吗")
    await mini.say(Card(url="https://water.example/1", title="停水公告", text="竹溪巷"))
    await mini.say(Card(kind="miniprogram", page="pages/repair?id=7", title="报修进度"))
    await mini.say(mini.files.put((FILES / "picture.jpg").read_bytes(), name="现场.jpg"))
    assert [one.type for one in mini.sim.sent] == ["link", "miniprogrampage", "image"]
    assert "appid" not in mini.sim.sent[1].what["miniprogrampage"]


@pytest.mark.parametrize(
    "part",
    [
        Card(kind="miniprogram", app="wxsomebodyelse", page="pages/a", title="x"),
        Card(kind="music", url="https://water.example/a.mp3", title="x"),
        Choices(body="x", choices=(Choice(label="a", value="a"),)),
    ],
    ids=["another's page", "music", "menu"],
)
async def test_what_mini_programs_cannot_say_never_leaves(mini: World, part: Card) -> None:
    await mini.sim.says(LEI, "在吗")
    with pytest.raises(Unsupported):
        await mini.say(part)
    assert mini.sim.calls.made.total() == 0


async def test_typing_is_shown_twice_a_minute_and_wechat_is_not_asked_a_third_time(mini: World) -> None:
    await mini.sim.says(LEI, "在吗")
    to = (await mini.hub.stored(LEI))[0].sender
    for _ in range(2):
        await mini.adapter.typing(to, on=True)
        await mini.clock.advance(16)
    await mini.adapter.typing(to, on=True)
    assert mini.sim.calls.made[TYPING] == 2
    await mini.clock.advance(28)
    await mini.sim.says(LEI, "还在吗")
    await mini.adapter.typing(to, on=True)
    assert mini.sim.calls.made[TYPING] == 3


async def test_a_notice_needs_no_window_and_its_result_comes_back(mini: World) -> None:
    (card,) = await mini.adapter.templates()
    id = await mini.say(Template(template=card.id, variables={"thing1": "来水通知"}))
    await mini.sim.settled()
    (told,) = await mini.hub.stored(LEI)
    assert isinstance(told, Receipt)
    assert (told.message, told.status) == (id, Status.DELIVERED)
