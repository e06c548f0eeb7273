"""Two colleagues at one conversation: who drafts is seen, who answers first is not talked over, no draft is lost."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from playwright.async_api import expect

from tests.journeys.people import Line, said

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from tests.journeys.people import Agent, Visitor

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]


async def test_a_colleague_answers_while_one_writes(
    new_agent: Callable[..., Awaitable[Agent]], new_visitor: Callable[..., Awaitable[Visitor]]
) -> None:
    """The newer answer stands in the way until one decides; by the socket at once, by the hub when that was cut."""
    agent, visitor, line = await new_agent(), await new_visitor(), Line()
    await line.lay(agent.page)
    await agent.log_in()
    await visitor.say("转人工")
    await agent.accept()
    lead = await new_agent()
    await lead.log_in("lead", to=f"/inbox/all/{await agent.open_conversation()}")

    await agent.text.fill("我来回答")
    await expect(lead.page.get_by_test_id("drafting")).to_contain_text("林晓")
    await lead.say("班长先答")
    warning = agent.page.get_by_test_id("collision")
    await expect(warning).to_contain_text("班长先答")
    await expect(agent.page.get_by_test_id("send")).to_be_disabled()
    await agent.picture("1-warned")
    await agent.page.get_by_test_id("collision-anyway").click()
    await visitor.reads("我来回答")
    await expect(warning).to_have_count(0)

    await agent.text.fill("再补充一句")
    await line.sever()
    await lead.say("班长又先答")
    await visitor.reads("班长又先答")
    await agent.text.press("Enter")
    await expect(warning).to_contain_text("班长又先答", timeout=15_000)
    await expect(agent.text).to_have_value("再补充一句")
    await agent.picture("2-refused")
    await agent.page.get_by_test_id("collision-discard").click()
    await expect(agent.text).to_have_value("")
    line.mend()
    await agent.reads("班长又先答")
    assert "再补充一句" not in said(await agent.stored())
    assert lead.complaints() == []


async def test_a_draft_survives(
    new_agent: Callable[..., Awaitable[Agent]], new_visitor: Callable[..., Awaitable[Visitor]]
) -> None:
    """A reload, another machine: what was being written is there; what was sent is not."""
    agent, visitor = await new_agent(), await new_visitor()
    await agent.log_in()
    await visitor.say("转人工")
    await agent.accept()
    async with agent.page.expect_response(lambda answer: answer.url.endswith("/draft") and answer.ok):
        await agent.text.fill("写到一半的回复")
    await agent.page.reload()
    await expect(agent.text).to_have_value("写到一半的回复")

    elsewhere = await new_agent(language="en-US", theme="dark", width=390, height=844)
    await elsewhere.log_in(to=f"/inbox/mine/{await agent.open_conversation()}")
    await expect(elsewhere.text).to_have_value("写到一半的回复")
    await elsewhere.picture("elsewhere")
    await elsewhere.text.press("Enter")
    await visitor.reads("写到一半的回复")
    await elsewhere.page.reload()
    await expect(elsewhere.text).to_have_value("")
    assert elsewhere.complaints() == []


async def test_a_transfer_tells_its_reason(
    new_agent: Callable[..., Awaitable[Agent]], new_visitor: Callable[..., Awaitable[Visitor]]
) -> None:
    """Straight to a colleague, with a word that only they see; the record says by whom."""
    agent, visitor = await new_agent(), await new_visitor()
    await agent.log_in()
    await visitor.say("转人工")
    await agent.accept()
    colleague = await new_agent()
    await colleague.log_in("agent2")
    await agent.page.keyboard.press("Alt+g")
    await agent.page.get_by_text("转给同事").click()
    await agent.page.get_by_role("combobox", name="选择同事").click()
    await agent.page.get_by_role("option", name="陈昊").click()
    await agent.page.get_by_label("留言给接手的人").fill("客户比较着急")
    await agent.page.get_by_role("dialog").get_by_role("button", name="转接", exact=True).click()
    await expect(agent.page.get_by_text("转接给 陈昊")).to_be_visible()

    row = colleague.page.get_by_test_id("list").get_by_role("option")
    await expect(row).to_have_count(1)
    await row.click()
    await colleague.reads("客户比较着急")
    await expect(visitor.bubbles("客户比较着急")).to_have_count(0)
    await colleague.page.get_by_role("tab", name="分配").click()
    await expect(colleague.page.get_by_role("tabpanel")).to_contain_text("由 林晓 转接给 陈昊")
    await colleague.picture("transferred")
    assert agent.complaints() == colleague.complaints() == []
