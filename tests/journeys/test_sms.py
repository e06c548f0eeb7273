"""A customer by text message: an answer whose cost is seen while it is written, and STOP, which is the end of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from playwright.async_api import expect

from adapters.simulators.twilio import Twilio
from tests.waiting import until

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from tests.journeys.office import Office
    from tests.journeys.people import Agent

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]
CUSTOMER = "+14155550199"


async def test_a_text_message_is_counted_and_stop_is_obeyed(
    office: Office, new_agent: Callable[..., Awaitable[Agent]]
) -> None:
    """160 Latin letters are one message, one Chinese letter among them makes three; STOP is confirmed once."""
    told: list[str] = []
    twilio = Twilio(tell=told.append)
    async with twilio.running():
        inbox = await office.opens("twilio", "短信", twilio.settings())
        twilio.hook = inbox["address"]
        agent = await new_agent()
        await agent.log_in()
        assert (await twilio.says(CUSTOMER, "我家停水了")).status == 200
        await agent.accept()
        await agent.reads("我家停水了")

        segments = agent.page.get_by_test_id("segments")
        await agent.text.fill("a" * 160)
        await expect(segments).to_have_attribute("data-count", "1")
        await agent.text.fill("a" * 159 + "水")
        await expect(segments).to_have_attribute("data-count", "3")
        await expect(segments).to_have_attribute("data-told", "3")
        await expect(segments).to_contain_text("UCS-2")
        await agent.picture("1-counted")
        await agent.say("您好，马上为您查询")
        await expect(agent.bubbles("您好，马上为您查询").locator("[data-status=delivered]")).to_be_visible()
        assert [(sms.to, sms.body) for sms in twilio.sent] == [(CUSTOMER, "您好，马上为您查询")]

        await agent.text.fill("字" * 1601)
        await expect(agent.page.get_by_test_id("refused")).to_contain_text("超出 1 字")
        await expect(agent.page.get_by_test_id("send")).to_be_disabled()
        await agent.text.press("Enter")
        await agent.text.fill("")

        assert (await twilio.says(CUSTOMER, "STOP")).status == 200
        await agent.reads("STOP")
        await expect(agent.page.get_by_test_id("opted-out")).to_be_visible()
        await agent.picture("2-opted-out")
        confirmations = [line for line in told if "you are unsubscribed" in line]
        assert len(confirmations) == 1
        assert len(twilio.sent) == 1

        await agent.say("还有问题吗")
        await expect(agent.page.get_by_test_id("fault")).to_contain_text("客户已退订")
        assert len(twilio.sent) == 1
        await twilio.says(CUSTOMER, "START")
        await expect(agent.page.get_by_test_id("opted-out")).to_have_count(0)
        await agent.say("欢迎回来")

        async def back() -> bool:
            return [sms.body for sms in twilio.sent][-1] == "欢迎回来"

        await until(back)
        assert agent.complaints() == []
