"""A sentence the bot misses becomes an example by one key, and is understood after the next training."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from playwright.async_api import expect

from tests.journeys.test_access import LOOKS, faults_in_every_look
from tests.journeys.test_designer import Designer

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from pathlib import Path

    from tests.journeys.people import Agent, Visitor

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]
PATIENCE = 240_000
"""Milliseconds that a training of a thousand sentences, nine seconds of CPU, may take where many things run at once."""
WIDE = LOOKS[:2]
SENTENCE = "盖大红章的纸头怎么搞"
WHICH = "请问您是想问下面哪一个？"
INVOICE = "缴费后在公众号“我的水费”→“电子发票”填写抬头和税号即可下载；专用发票和重开发票请到营业厅办理。"
"""What the bot answers to `request_invoice`."""


@pytest.fixture
def begin(trained: Path) -> Path:
    """The ready-made bot answers."""
    return trained


@pytest.mark.timeout(300)  # as `PATIENCE`: it trains a whole bot
async def test_a_miss_becomes_an_example_and_is_understood(
    new_agent: Callable[..., Awaitable[Agent]], new_visitor: Callable[..., Awaitable[Visitor]]
) -> None:
    agent, visitor = await new_agent(), await new_visitor()
    await visitor.say(SENTENCE)
    await visitor.reads(WHICH)
    await visitor.picture("1-not-understood")

    await agent.log_in("designer", to="/bots/water/misses")
    designer, page = Designer(agent), agent.page
    miss = page.get_by_test_id("miss")
    await expect(miss).to_have_count(1)
    await expect(miss.locator(".text")).to_have_text(SENTENCE)
    key = miss.get_by_test_id("teach").filter(has_text="request_invoice").locator("kbd")
    await expect(key).to_have_count(1)
    found = await faults_in_every_look(agent, "misses", WIDE)
    await page.keyboard.press(await key.inner_text())
    await expect(page.get_by_text("已加入意图 request_invoice 的例句")).to_be_visible()
    await expect(miss).to_have_count(0)

    await page.get_by_test_id("train").click()
    await expect(page.get_by_test_id("training")).to_contain_text("正在训练版本 2")
    moved = page.get_by_test_id("training").locator("[role=progressbar]:not([aria-valuenow='0'])")
    await expect(moved).to_be_visible(timeout=PATIENCE)
    await designer.go("versions")
    found += await faults_in_every_look(agent, "versions", WIDE)
    await expect(page.get_by_test_id("version-2")).to_contain_text("已训练", timeout=PATIENCE)
    await designer.publish(2)
    await agent.picture("3-published")

    await visitor.say(SENTENCE)
    await visitor.reads(INVOICE)
    await visitor.picture("4-understood")
    another = await new_visitor()
    await another.say(SENTENCE)
    await another.reads(INVOICE)
    await expect(another.bubbles(WHICH)).to_have_count(0)

    await designer.go("misses")
    await expect(page.get_by_text("没有未理解的句子")).to_be_visible()
    await expect(miss).to_have_count(0)
    await page.get_by_role("radio", name="已归类").click(force=True)
    await expect(miss.locator(".text")).to_have_text(SENTENCE)
    await expect(miss).to_contain_text("request_invoice")
    await agent.picture("5-taught")
    assert found == []
    assert agent.complaints() == visitor.complaints() == another.complaints() == []
