"""Windows that close, quotas that end, tokens that expire, keys that are wrong: each says what to do."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from hub import keys
from hub.errors import (
    ChannelBroken,
    OutcomeUnknown,
    TryLater,
    WindowClosed,
)
from hub.model import (
    Text,
)
from hub.secrets import Vault
from hub.tokens import TOKENS, InboxTokens, Tokens
from tests.adapters.small_hub import INBOX
from tests.adapters.weixin.world import LEI, World, world
from tests.stores import open_store

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path


@pytest.fixture
async def wechat(tmp_path: Path) -> AsyncIterator[World]:
    async with world(tmp_path) as made:
        yield made


async def test_five_messages_in_48_hours_and_the_sixth_is_a_closed_window(wechat: World) -> None:
    await wechat.sim.says(LEI, "在吗")
    for number in range(5):
        assert await wechat.say(Text(body=f"第{number}条"), id=f"m-{number}") == f"m-{number}"
    with pytest.raises(WindowClosed) as closed:
        await wechat.say(Text(body="第六条"))
    assert closed.value.facts["code"] == 45047
    await wechat.sim.says(LEI, "还在")
    await wechat.clock.advance(timedelta(hours=47, minutes=59))
    await wechat.say(Text(body="来了"))
    await wechat.clock.advance(timedelta(minutes=2))
    with pytest.raises(WindowClosed) as late:
        await wechat.say(Text(body="太晚了"))
    assert late.value.facts["code"] == 45015


async def test_a_menu_opens_three_messages_in_a_minute(wechat: World) -> None:
    await wechat.sim.event(LEI, "CLICK", "menu", EventKey="缴费")
    for _ in range(3):
        await wechat.say(Text(body="好"))
    with pytest.raises(WindowClosed):
        await wechat.say(Text(body="四"))
    await wechat.sim.event(LEI, "SCAN", "scan", EventKey="desk-3")
    await wechat.clock.advance(61)
    with pytest.raises(WindowClosed):
        await wechat.say(Text(body="太晚了"))


async def test_whoever_left_cannot_be_written_to(wechat: World) -> None:
    await wechat.sim.says(LEI, "再见")
    wechat.sim.windows.close(LEI)
    await wechat.sim.event(LEI, "unsubscribe")
    with pytest.raises(WindowClosed):
        await wechat.say(Text(body="等等"))


@pytest.mark.parametrize("how", ["expire", "lose"])
async def test_a_token_that_ends_early_is_fetched_once_more_and_nobody_notices(wechat: World, how: str) -> None:
    await wechat.sim.says(LEI, "在吗")
    await wechat.say(Text(body="一"))
    assert wechat.sim.tokens.asked == 1
    if how == "expire":
        wechat.sim.tokens.expire(wechat.clock.now())
    else:
        wechat.sim.tokens.lose()
    await wechat.say(Text(body="二"))
    assert wechat.sim.tokens.asked == 2
    assert [one.what["text"]["content"] for one in wechat.sim.sent] == ["一", "二"]


async def test_a_refused_token_that_wechat_gives_again_is_replaced_by_force(wechat: World) -> None:
    await wechat.sim.says(LEI, "在吗")
    await wechat.say(Text(body="一"))
    wechat.sim.faults.left, wechat.sim.faults.code = 1, 40001
    await wechat.say(Text(body="二"))
    assert wechat.sim.tokens.asked == 3  # the first, the same again, another by force
    assert len(wechat.sim.tokens.given) == 2


async def test_a_token_is_used_until_it_ends(wechat: World) -> None:
    await wechat.sim.says(LEI, "在吗")
    await wechat.say(Text(body="一"))
    await wechat.clock.advance(timedelta(seconds=6000))
    await wechat.say(Text(body="二"))
    assert wechat.sim.tokens.asked == 1
    await wechat.clock.advance(timedelta(seconds=1200))
    await wechat.say(Text(body="三"))
    assert wechat.sim.tokens.asked == 2


async def test_many_at_once_in_two_processes_fetch_one_token(wechat: World, tmp_path: Path) -> None:
    """wechatpy asks eight times for eight threads; the broker's row lets one ask."""
    vault = Vault(keys.parse("k1:" + "A" * 43 + "="))
    async with open_store(tmp_path / "tokens", [TOKENS]) as store:
        brokers = [InboxTokens(Tokens(store, vault, wechat.clock), INBOX, "same") for _ in range(2)]
        calls = [wechat.another(broker)._client.token() for broker in brokers for _ in range(8)]
        waiting = asyncio.gather(*calls)
        for _ in range(200):
            await asyncio.sleep(0.005)
            await wechat.clock.advance(0.2)
            if waiting.done():
                break
        assert len(set(await waiting)) == 1
    assert wechat.sim.tokens.asked == 1


@pytest.mark.parametrize(
    ("change", "says"), [({"app_secret": "wrong-secret"}, "app_secret"), ({"app_id": "wx99999999"}, "app_id")]
)
async def test_wrong_keys_break_the_channel_with_the_setting_named(
    wechat: World, change: dict[str, Any], says: str
) -> None:
    with pytest.raises(ChannelBroken) as broken:
        await wechat.another(**change)._client.token()
    assert f"`{says}`" in broken.value.hint


async def test_an_address_that_is_not_allowed_breaks_the_channel_with_where_to_enter_it(wechat: World) -> None:
    wechat.sim.allowed = False
    with pytest.raises(ChannelBroken) as broken:
        await wechat.say(Text(body="一"))
    assert "白名单" in broken.value.hint
    steps = await wechat.adapter.probe()
    assert [(step.name, step.ok) for step in steps] == [("token", False)]
    assert steps[0].hint == broken.value.hint
    wechat.sim.allowed = True
    assert [(step.name, step.ok, step.detail) for step in await wechat.adapter.probe()] == [
        ("token", True, ""), ("api", True, "2 addresses"),
    ]  # fmt: skip


async def test_a_days_calls_used_up_wait_for_midnight_in_china(wechat: World) -> None:
    await wechat.sim.says(LEI, "在吗")
    wechat.sim.calls.most = 1
    await wechat.say(Text(body="一"))
    with pytest.raises(TryLater) as later:
        await wechat.say(Text(body="二"))
    assert later.value.after == timedelta(hours=7)  # 09:00 UTC is 17:00 in China
    wechat.sim.calls.most = 100
    assert await wechat.adapter.figures() == {"calls_left": "99", "calls_used": "1", "calls_a_day": "100"}


async def test_a_provider_with_a_fault_is_asked_again_later(wechat: World) -> None:
    await wechat.sim.says(LEI, "在吗")
    await wechat.adapter._client.token()
    wechat.sim.faults.left, wechat.sim.faults.status = 1, 500
    with pytest.raises(TryLater):
        await wechat.say(Text(body="一"))
    assert await wechat.say(Text(body="一")) == "m-1"


async def test_a_message_that_is_not_answered_in_time_may_have_left(wechat: World) -> None:
    await wechat.sim.says(LEI, "在吗")
    await wechat.adapter._client.token()
    wechat.adapter._client.patience = 0.1
    wechat.sim.faults.left, wechat.sim.faults.silent = 1, True
    with pytest.raises(OutcomeUnknown):
        await wechat.say(Text(body="一"))
    wechat.sim.faults.left = 1
    with pytest.raises(TryLater):
        await wechat.adapter.templates()  # nothing happens when a list is not answered
