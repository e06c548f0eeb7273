"""A customer by text message: an answer whose cost is seen while it is written, and STOP, which is the end of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from playwright.async_api import expect

from adapters.simulators.aliyun import Aliyun
from adapters.simulators.twilio import Twilio
from tests.waiting import until

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from tests.journeys.office import Office
    from tests.journeys.people import Agent

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]
CUSTOMER = "+14155550199"


async def _sees_what_it_costs(agent: Agent) -> None:
    segments = agent.page.get_by_test_id("segments")
    await agent.text.fill("a" * 160)
    await expect(segments).to_have_attribute("data-count", "1")
    await agent.text.fill("a" * 159 + "水")
    await expect(segments).to_have_attribute("data-count", "3")
    await expect(segments).to_have_attribute("data-told", "3")
    await expect(segments).to_contain_text("UCS-2")
    await agent.picture("1-counted")


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

        await _sees_what_it_costs(agent)
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


async def test_a_channel_of_templates_and_the_customers_other_number(
    office: Office, new_agent: Callable[..., Awaitable[Agent]]
) -> None:
    """On the mainland only approved texts leave; the same phone wrote elsewhere too, and one press leads there."""
    phone = "+8613800138000"
    twilio, aliyun = Twilio(tell=lambda _: None), Aliyun(tell=lambda _: None)
    async with twilio.running(), aliyun.running():
        twilio.hook = (await office.opens("twilio", "国际短信", twilio.settings()))["address"]
        inbox = await office.opens("aliyun", "国内短信", aliyun.settings())
        aliyun.hook = inbox["address"].partition("?")[0]  # the gateway knows the secret that follows
        agent = await new_agent()
        await agent.log_in()
        assert (await twilio.says(phone, "在国外也能缴费吗")).status == 200
        await agent.accept()
        await agent.reads("在国外也能缴费吗")
        first = await agent.open_conversation()
        await expect(agent.page.get_by_test_id("reach")).to_have_count(0)
        assert (await aliyun.says(phone.removeprefix("+86"), "我回国了")).status == 200
        await agent.accept()
        await agent.reads("我回国了")
        await expect(agent.page.get_by_test_id("closed")).to_contain_text("只能发送审核过的模板")
        await agent.page.get_by_test_id("pick-template").click()
        await expect(agent.page.get_by_test_id("template").first).to_be_visible()
        await agent.page.keyboard.press("Escape")
        reach = agent.page.get_by_test_id("reach")
        await expect(reach).to_contain_text("1")
        await reach.click()
        item = agent.page.get_by_role("menuitem").filter(has_text="国际短信")
        await expect(item).to_contain_text("可以联系")
        await expect(item).not_to_contain_text(phone)
        await agent.picture("reach")
        await item.click()
        await agent.reads("在国外也能缴费吗")
        assert await agent.open_conversation() == first
    assert agent.complaints() == []
