"""The hotline of a water utility on the web chat: a form, a question and a correction in its middle, then a person."""

from __future__ import annotations

import re
from datetime import datetime, timedelta, timezone
from typing import TYPE_CHECKING

import pytest
from playwright.async_api import expect

from tests.journeys.test_access import LOOKS, faults_in_every_look

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from pathlib import Path

    from tests.journeys.people import Agent, Visitor

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]
CHINA = timezone(timedelta(hours=8))
"""Where the action server counts its days."""
WRONG, RIGHT = "桂花路18号3栋502", "文昌街66号2栋301"
ADDRESS = "请告诉我详细地址（路名、门牌、楼栋和房号）。"
PHONE = "请留一个联系手机号，师傅出发前会打给您。"
DAY = "您哪天方便师傅上门？漏水爆管当天就会派人。"
WHO_PAYS = (
    "水表和表前管道由我们免费维修；表后管道归住户，可请我们上门，材料和人工按公示价收费。"
    "表后暗漏可凭维修证明申请减免部分水费。"
)
CHANNELS = "微信、支付宝“生活缴费”、公众号“我的水费”、银行代扣和各营业厅（收现金和银行卡）都可以缴费，实时到账。"
"""What the bot answers to 水费怎么交."""


@pytest.fixture
def begin(trained: Path) -> Path:
    """The ready-made bot answers."""
    return trained


async def test_a_form_with_a_question_and_a_correction_then_a_person_who_knows_it_all(
    new_agent: Callable[..., Awaitable[Agent]], new_visitor: Callable[..., Awaitable[Visitor]]
) -> None:
    agent, visitor = await new_agent(), await new_visitor()
    await agent.log_in()
    order = await _books_a_repair(visitor)

    await visitor.say("转人工")
    await visitor.reads("我这就为您转接人工客服，请稍候。")
    await agent.accept()
    note = agent.page.locator("article.note .text")
    await expect(note).to_have_text(
        "云溪水务小溪 转人工：客户要求人工服务。\n"
        "建议技能：repairs\n"
        f"已收集：地址 = {RIGHT}；电话 = 13800138000；工单号 = {order}\n"
        "客户说：「明天」 「对的」 「转人工」"
    )
    await expect(note).not_to_contain_text(WRONG)
    await agent.reads(f"不对，地址是{RIGHT}")
    await agent.page.get_by_role("tablist", name="客户与会话").get_by_role("tab", name="备注").click()
    found = await faults_in_every_look(agent, "note", [LOOKS[0], LOOKS[3]])

    await agent.say(f"您好，工单{order}我看到了")
    await visitor.reads(f"您好，工单{order}我看到了")
    await visitor.say("水费怎么交")
    await agent.reads("水费怎么交")
    await agent.say("公众号里就可以交")
    await visitor.reads("公众号里就可以交")
    await expect(visitor.bubbles(CHANNELS)).to_have_count(0)
    await visitor.picture("5-answered-by-a-person")
    await agent.picture("6-answered")
    stored = await agent.stored()
    taken = next(one["seq"] for one in stored if one["direction"] == "note" and one["author"]["kind"] == "bot")
    assert [one for one in stored if one["author"]["kind"] == "bot" and one["seq"] > taken] == []
    assert found == []
    assert agent.complaints() == visitor.complaints() == []


async def _books_a_repair(visitor: Visitor) -> str:
    """Report a leak, ask something in between, correct the address, confirm; returns the order's number."""
    await visitor.say("水管爆了快来人")
    await visitor.reads(ADDRESS)
    await visitor.say(WRONG)
    await visitor.reads(PHONE)
    await visitor.say("上门修要收费伐")
    await visitor.reads(WHO_PAYS)
    await expect(visitor.bubbles(PHONE)).to_have_count(2)
    await visitor.picture("1-a-question-in-between")
    await visitor.say(f"不对，地址是{RIGHT}")
    await expect(visitor.bubbles(PHONE)).to_have_count(3)
    await visitor.say("13800138000")
    await visitor.reads(DAY)
    await visitor.picture("2-corrected")
    day = (datetime.now(CHINA) + timedelta(days=1)).date().isoformat()
    await visitor.page.get_by_role("button", name="明天").click()
    await visitor.reads(f"请确认报修信息：地址 {RIGHT}，电话 13800138000，上门日期 {day}。对吗？")
    await visitor.picture("3-to-confirm")
    await visitor.page.get_by_role("button", name="对的").click()
    done = visitor.page.locator(".bubble", has_text="已登记")
    await expect(done).to_have_count(1)
    text = await done.inner_text()
    order = re.search(r"YX\d{8}", text)
    assert order is not None
    assert text == f"已登记，工单号 {order[0]}。抢修队会在 {day} 上门：{RIGHT}。来人之前请先关好表前阀。"
    await visitor.picture("4-booked")
    return order[0]
