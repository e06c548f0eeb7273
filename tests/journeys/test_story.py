"""The main story: a visitor writes, the bot answers, the visitor asks for a person, an agent answers, it is read."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest
from playwright.async_api import expect

from tests.journeys.people import said

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from tests.journeys.people import Agent, Visitor

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]


async def test_from_the_widget_over_the_bot_to_a_person_and_back(
    new_agent: Callable[..., Awaitable[Agent]], new_visitor: Callable[..., Awaitable[Visitor]]
) -> None:
    """Every step is seen on both screens; the tick turns to read; the stars of the visitor arrive."""
    agent, visitor = await new_agent(), await new_visitor()
    await agent.log_in()
    await visitor.say("怎么缴费？")
    await expect(visitor.page.locator(".row.bot").last).to_be_visible()
    await visitor.picture("1-bot-answers")

    await visitor.say("转人工")
    await expect(agent.page.get_by_test_id("offer")).to_be_visible(timeout=20_000)
    await agent.picture("2-offer")
    await agent.accept()
    await agent.reads("怎么缴费？")
    await expect(agent.page.get_by_text("内部备注")).to_be_visible()

    seen = asyncio.create_task(expect(visitor.page.locator(".typing")).to_contain_text("正在输入", timeout=20_000))
    await agent.text.press_sequentially("您好，我是林晓")
    await seen
    await agent.text.press("Enter")
    await visitor.reads("您好，我是林晓")
    await expect(agent.bubbles("您好，我是林晓").locator("[data-status=read]")).to_be_visible()
    await agent.picture("3-read")
    await visitor.say("谢谢，明白了")
    await agent.reads("谢谢，明白了")
    await expect(visitor.page.locator(".row.me", has_text="谢谢，明白了").locator(".tick")).to_contain_text("✓✓")
    await visitor.picture("4-answered")

    await agent.page.get_by_test_id("resolve").click()
    await agent.page.get_by_test_id("resolve-ask").click()
    await visitor.page.locator(".stars [role=radio]").nth(4).click()
    await visitor.page.get_by_role("button", name="提交").click()
    await expect(agent.page.get_by_text("客户评价：5 星")).to_be_visible()
    await agent.picture("5-rated")

    texts = said(await agent.stored())
    assert [text for text in texts if text in {"怎么缴费？", "转人工", "您好，我是林晓", "谢谢，明白了"}] == [
        "怎么缴费？", "转人工", "您好，我是林晓", "谢谢，明白了",
    ]  # fmt: skip
    assert agent.complaints() == []
    assert visitor.complaints() == []


async def test_a_declined_offer_goes_to_the_colleague(
    new_agent: Callable[..., Awaitable[Agent]], new_visitor: Callable[..., Awaitable[Visitor]]
) -> None:
    """Declining sends it on; who accepted it sees why it came to them."""
    first, visitor = await new_agent(), await new_visitor()
    await first.log_in()
    second = await new_agent()
    await second.log_in("agent2")
    await visitor.say("人工")
    await expect(first.page.get_by_test_id("offer")).to_be_visible(timeout=20_000)
    await first.page.get_by_test_id("decline").click()
    await second.accept()
    await expect(first.page.get_by_test_id("offer")).to_have_count(0)
    await second.page.get_by_role("tab", name="分配").click()
    await expect(second.page.get_by_role("tabpanel")).to_contain_text("林晓 拒绝")
    await expect(second.page.get_by_role("tabpanel")).to_contain_text("陈昊 接入")
    await second.picture("why")
    assert first.complaints() == second.complaints() == []
