"""When something breaks in the middle: the process is killed, the agent's line is cut. Nothing lost or doubled."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest
from playwright.async_api import expect

from tests.journeys.people import Line, said

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from tests.journeys.people import Agent, Visitor
    from tests.server.process import Process

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]
MINUTE = 60_000


async def test_the_process_is_killed_between_question_and_answer(
    hub: Process, new_agent: Callable[..., Awaitable[Agent]], new_visitor: Callable[..., Awaitable[Visitor]]
) -> None:
    """SIGKILL as the visitor presses Enter; the agent answers into the void; both go on by themselves afterwards."""
    agent, visitor = await new_agent(), await new_visitor()
    await agent.log_in()
    await visitor.say("转人工")
    await agent.accept()
    await agent.say("您好，请讲")
    await visitor.reads("您好，请讲")

    await visitor.say("我家停水了")
    await asyncio.to_thread(hub.kill)
    await expect(agent.page.get_by_test_id("offline")).to_be_visible(timeout=15_000)
    await agent.say("马上为您查询")
    await expect(agent.page.get_by_test_id("resend")).to_be_visible(timeout=15_000)
    await visitor.say("在朝阳路 5 号")
    await agent.picture("1-down")
    await visitor.picture("1-down-visitor")

    await asyncio.to_thread(hub.start)
    await expect(agent.page.get_by_test_id("offline")).to_be_hidden(timeout=30_000)
    await agent.page.get_by_test_id("resend").click()
    for text in ("我家停水了", "在朝阳路 5 号", "马上为您查询"):
        await visitor.reads(text)
        await agent.reads(text)
    await expect(agent.page.get_by_test_id("resend")).to_have_count(0)
    await agent.picture("2-up")

    stored = await agent.stored()
    assert [message["seq"] for message in stored] == list(range(1, len(stored) + 1))
    texts = [text for text in said(stored) if text in {"我家停水了", "在朝阳路 5 号", "马上为您查询", "您好，请讲"}]
    assert sorted(texts) == sorted(["您好，请讲", "我家停水了", "在朝阳路 5 号", "马上为您查询"])
    assert texts.index("我家停水了") < texts.index("在朝阳路 5 号")
    assert agent.complaints(of_network=False) == []
    assert visitor.complaints(of_network=False) == []


async def test_the_agents_line_is_cut_for_a_minute(
    new_agent: Callable[..., Awaitable[Agent]], new_visitor: Callable[..., Awaitable[Visitor]]
) -> None:
    """What was said meanwhile is there afterwards, in order and each once, without a reload."""
    agent, visitor, line = await new_agent(), await new_visitor(), Line()
    await agent.page.clock.install()
    await line.lay(agent.page)
    await agent.log_in()
    await visitor.say("转人工")
    await agent.accept()
    await agent.say("您好")
    await visitor.reads("您好")

    await line.sever()
    meanwhile = [f"第 {number} 句" for number in range(1, 8)]
    for text in meanwhile:
        await visitor.say(text)
    await expect(visitor.page.locator(".row.me", has_text="第 7 句").locator(".tick")).to_be_visible()
    await agent.page.clock.fast_forward(MINUTE)
    await expect(agent.page.get_by_test_id("offline")).to_be_visible()
    await expect(agent.bubbles("第 7 句")).to_have_count(0)
    await agent.picture("1-cut")

    line.mend()
    await agent.page.clock.fast_forward(MINUTE)
    await expect(agent.page.get_by_test_id("offline")).to_be_hidden(timeout=15_000)
    for text in meanwhile:
        await agent.reads(text)
    shown = await agent.page.get_by_test_id("thread").locator("article.customer .text").all_inner_texts()
    assert [text for text in shown if text in meanwhile] == meanwhile
    await visitor.say("现在好了")
    await agent.reads("现在好了")
    await agent.picture("2-mended")
    assert agent.complaints(of_network=False) == []
