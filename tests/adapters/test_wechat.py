"""An Official Account against its simulator: every mode, repeats, clocks that differ, and what nobody knows."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from msgspec import structs

from hub.model import (
    Notice,
    Said,
    Signal,
    Text,
)
from tests.adapters.weixin.world import LEI, World, world

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path


@pytest.fixture
async def wechat(tmp_path: Path) -> AsyncIterator[World]:
    async with world(tmp_path) as made:
        yield made


async def test_wechat_checks_the_address_and_hears_its_word(wechat: World) -> None:
    assert await wechat.sim.check_address()
    wechat.sim.account = structs.replace(wechat.sim.account, token="somebodyelse")
    assert not await wechat.sim.check_address()


@pytest.mark.parametrize("mode", ["encrypted", "compatible", "plain"])
@pytest.mark.parametrize("form", ["xml", "json"])
async def test_every_mode_and_form_is_understood(tmp_path: Path, mode: str, form: str) -> None:
    async with world(tmp_path, mode=mode, form=form) as wechat:
        called = await wechat.sim.says(LEI, " 家里停水了 😢 ]]> <b>&amp; ")
        assert (called.status, called.body, called.tries) == (200, b"success", 1)
        (said,) = await wechat.hub.stored(LEI)
        assert isinstance(said, Said)
        assert said.parts == (Text(body=" 家里停水了 😢 ]]> <b>&amp; "),)
        assert (said.window, said.sent_at) == ("message", wechat.clock.now())
        assert "停水了".encode() in said.raw


async def test_what_the_hub_does_not_take_at_once_is_stored_once(wechat: World) -> None:
    wechat.hub.refusing = 2
    called = await wechat.sim.says(LEI, "一")
    assert (called.status, called.tries, wechat.hub.calls, wechat.hub.known) == (200, 3, 3, 2)
    await wechat.sim.event(LEI, "CLICK", "menu", EventKey="缴费")
    await wechat.sim.event(LEI, "CLICK", "menu", EventKey="报修")
    stored = await wechat.hub.stored(LEI)
    assert [(one.parts, one.window) for one in stored if isinstance(one, Said)] == [
        ((Text(body="一"),), "message"), ((Text(body="缴费"),), "menu"), ((Text(body="报修"),), "menu"),
    ]  # fmt: skip


async def test_an_event_told_three_times_is_stored_once(wechat: World) -> None:
    words = wechat.sim.words(LEI, "event", Event="subscribe", EventKey="qrscene_desk-3", Ticket="T")
    for _ in range(3):
        assert (await wechat.sim.push(words)).body == b"success"
    (followed,) = await wechat.hub.stored(LEI)
    assert isinstance(followed, Signal)
    assert (followed.name, followed.window, followed.facts) == ("follow", "follow", {"scene": "desk-3", "ticket": "T"})


async def test_a_hub_that_is_down_is_called_three_times_and_the_customer_sees_it(wechat: World) -> None:
    wechat.hub.refusing = 3
    called = await wechat.sim.says(LEI, "一")
    assert (called.status, called.tries) == (503, 3)
    assert any("暂时无法提供服务" in line for line in wechat.said)


async def test_the_clock_of_the_provider_may_differ_a_little(wechat: World) -> None:
    wechat.sim.faults.clock_skew = 599
    assert (await wechat.sim.says(LEI, "一")).status == 200
    for skew in (-601.0, 602.0):
        wechat.sim.faults.clock_skew = skew
        assert (await wechat.sim.says(LEI, "二")).status == 401
    assert len(await wechat.hub.stored(LEI)) == 1


async def test_a_call_replayed_later_is_refused_and_sooner_is_known(wechat: World) -> None:
    hook = wechat.sim.signed(wechat.sim.words(LEI, "text", Content="一", MsgId=77))
    assert [(await wechat.sim.call(hook)).status for _ in range(2)] == [200, 200]
    assert wechat.hub.known == 1
    await wechat.clock.advance(timedelta(seconds=601))
    assert (await wechat.sim.call(hook)).status == 401


async def test_kinds_that_nobody_knows_are_shown_as_such_with_what_came(wechat: World) -> None:
    await wechat.sim.message(LEI, "hologram", Depth=3)
    assert (await wechat.sim.event(LEI, "something_of_tomorrow")).body == b"success"
    (said,) = await wechat.hub.stored(LEI)
    assert isinstance(said, Said)
    assert said.parts == (Notice(code="unsupported", facts={"type": "hologram"}),)
    assert b"<Depth>3</Depth>" in said.raw
