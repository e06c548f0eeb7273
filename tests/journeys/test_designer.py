"""A designer's hour: a bot is made, mended, trained, published, tried, rolled back; the pages in every look."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from playwright.async_api import expect

from tests.journeys.test_access import LOOKS, faults, faults_in_every_look

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from tests.journeys.people import Agent

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]
TRAINED = 60_000
"""Milliseconds a small training may take on a busy machine, the start of its process and of the encoder included."""
MORE = """version: "3.1"

nlu:
- intent: greet
  examples: |
    - 你好
    - 您好
    - 早上好
    - hello
- intent: goodbye
  examples: |
    - 再见
    - 拜拜
    - 先这样吧
- intent: opening_hours
  examples: |
    - 几点上班
    - 营业时间
    - 周末开门吗
    - 你们几点关门
"""
LINE = MORE[: MORE.index("营业时间")].count("\n") + 1
DOMAIN_MORE = 'version: "3.1"\n\nintents:\n  - opening_hours\n\nresponses:\n  utter_hours:\n    - text: 九点到六点。\n'
RULE = 'version: "3.1"\n\nrules:\n- rule: hours\n  steps:\n  - intent: opening_hours\n  - action: utter_hours\n'


class Designer:
    """Somebody at the pages of one bot."""

    def __init__(self, agent: Agent) -> None:
        self.agent = agent
        self.page = agent.page

    async def go(self, tab: str) -> None:
        """Turn to one of its pages."""
        await self.page.get_by_test_id(f"tab-{tab}").click()

    async def write(self, file: str, text: str) -> None:
        """Put a text into a file, which is made when it is not there."""
        known = self.page.get_by_role("button", name=file, exact=True)
        if not await known.count():
            await self.page.locator(".add input").fill(file)
            await self.page.locator(".add input").press("Enter")
        else:
            await known.click()
        code = self.page.get_by_test_id("code")
        await expect(code).to_have_attribute("aria-label", file)
        await code.click()
        await self.page.keyboard.press("Control+a")
        await self.page.keyboard.insert_text(text)

    async def train(self, number: int) -> None:
        """Train, and see the new version among the others."""
        await self.page.get_by_test_id("train").click()
        await self.go("versions")
        row = self.page.get_by_test_id(f"version-{number}")
        await expect(row).to_contain_text("已训练", timeout=TRAINED)

    async def publish(self, number: int) -> None:
        """Let a version answer."""
        await self.page.get_by_test_id(f"version-{number}").get_by_test_id("publish").click()
        await self.page.locator(".el-message-box .el-button--danger").click()
        await expect(self.page.get_by_test_id("live")).to_contain_text(f"线上版本 {number}")

    async def says(self, text: str) -> str:
        """Say something in the console; returns what it was understood as."""
        await self.go("try")
        before = await self.page.locator(".turn").count()
        box = self.page.locator("[data-test=say] textarea, textarea[data-test=say]")
        await box.fill(text)
        await self.page.get_by_test_id("send").click()
        await expect(self.page.locator(".turn")).to_have_count(before + 1)
        await expect(self.page.locator(".ranking .on").first).to_be_visible()
        return await self.page.locator(".ranking .on").first.inner_text()


async def test_a_bot_is_made_mended_trained_published_and_rolled_back(
    new_agent: Callable[..., Awaitable[Agent]],
) -> None:
    agent = await new_agent()
    await agent.log_in("admin", to="/bots")
    designer, page = Designer(agent), agent.page
    await page.get_by_test_id("new-bot").click()
    await page.locator("[data-test=name] input, input[data-test=name]").fill("小店")
    await page.locator("[data-test=id] input, input[data-test=id]").fill("little-shop")
    await page.get_by_test_id("create").click()
    await expect(page.get_by_role("heading", name="小店")).to_be_visible()
    await designer.go("files")
    await designer.write("data/nlu.yml", MORE.replace("    - 营业时间", "    营业时间"))
    await expect(page.get_by_test_id("faults")).to_contain_text(f"data/nlu.yml:{LINE}")
    await agent.picture("a fault at its line")
    await designer.write("data/nlu.yml", MORE)
    await designer.write("domain/more.yml", DOMAIN_MORE)
    await designer.write("data/more.yml", RULE)
    await expect(page.get_by_test_id("faults")).to_contain_text("没有发现问题", timeout=10_000)
    await page.get_by_test_id("save").click()
    await expect(page.get_by_test_id("save")).to_be_disabled()
    found = await faults(page, "files")
    await designer.train(1)
    await designer.publish(1)
    assert "opening_hours" in await designer.says("周末几点开门呀")
    await expect(page.locator(".bot").last).to_contain_text("九点到六点")
    await expect(page.get_by_test_id("why")).to_contain_text("data/more.yml")
    await agent.picture("the console tells why")
    await designer.train(2)
    await designer.publish(2)
    await designer.publish(1)
    await agent.picture("rolled back")
    assert found == []
    assert agent.complaints() == []


async def test_the_pages_of_bots_in_every_look(new_agent: Callable[..., Awaitable[Agent]]) -> None:
    agent = await new_agent()
    await agent.log_in("admin", to="/bots")
    page = agent.page
    await expect(page.get_by_test_id("bot-water")).to_be_visible()
    found = await faults_in_every_look(agent, "bots")
    await page.get_by_test_id("new-bot").click()
    await page.locator("[data-test=name] input, input[data-test=name]").fill("小店")
    await page.locator("[data-test=id] input, input[data-test=id]").fill("looks")
    await page.get_by_test_id("create").click()
    for tab in ("try", "files", "report", "misses", "versions"):
        await page.goto(f"{agent.base}/bots/looks/{tab}")
        await expect(page.get_by_test_id(f"tab-{tab}")).to_have_attribute("aria-current", "page")
        found += await faults_in_every_look(agent, f"bot-{tab}")
    assert len(LOOKS) == 4
    assert found == []
    await page.get_by_test_id("remove").click()
    await agent.picture("asked before it is removed")
    await page.locator(".el-message-box .el-button--danger").click()
    await expect(page.get_by_test_id("bot-water")).to_be_visible()
    await expect(page.get_by_test_id("bot-looks")).to_have_count(0)
    assert [line for line in agent.complaints() if not re.search("ResizeObserver", line)] == []
