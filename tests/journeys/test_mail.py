"""A mail customer and an agent, between them real servers: a formatted mail in, an answer with a copy out."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import uuid4

import pytest
from playwright.async_api import expect

from tests.journeys.post import Correspondent, a_site, adorned, settings
from tests.journeys.test_access import faults_in_every_look
from tests.mailhouse import mail_house
from tests.waiting import until

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterator
    from email.message import EmailMessage

    from playwright.async_api import FrameLocator

    from tests.journeys.office import Office
    from tests.journeys.people import Agent
    from tests.mailhouse import MailHouse

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]
DOTS = 16
"""How wide the picture of the tests is; a picture that does not come has no width of its own."""


@pytest.fixture(scope="module")
def house() -> Iterator[MailHouse]:
    """Postfix and dovecot."""
    with mail_house() as servers:
        yield servers


async def _reads(agent: Agent, frame: FrameLocator, asked: list[str]) -> None:
    """See the mail: its own picture at once, the one from elsewhere when asked for, what it quotes when unfolded."""
    page = agent.page
    await expect(frame.get_by_text("水表不转了，见图。")).to_be_visible(timeout=20_000)
    await expect(page.get_by_test_id("mail-subject")).to_contain_text("水表不转了")
    await expect(page.get_by_test_id("mail-cc")).to_contain_text("王总")
    await expect(frame.get_by_alt_text("水表")).to_have_js_property("naturalWidth", DOTS)
    assert not asked
    await expect(frame.get_by_text("上一封信的内容")).to_have_count(0)
    await agent.picture("1-blocked")
    await page.get_by_test_id("show-images").click()
    await expect(frame.get_by_alt_text("logo")).to_have_js_property("naturalWidth", DOTS)
    assert len(asked) == 1
    assert "Chrome" not in asked[0]
    await page.get_by_test_id("quoted").click()
    await expect(page.get_by_test_id("mail-frame").nth(1).content_frame.get_by_text("上一封信的内容")).to_be_visible()
    await expect(page.get_by_role("link", name="账单.txt")).to_be_visible()
    await agent.picture("2-shown")


async def _answers(agent: Agent) -> None:
    """Answer everybody; what is no address is told."""
    page = agent.page
    await page.keyboard.press("Alt+i")
    await page.get_by_test_id("cc").fill("不是地址")
    await page.get_by_test_id("cc").press("Enter")
    await expect(page.get_by_test_id("mail-faults")).to_contain_text("不是地址")
    await page.get_by_test_id("cc").press("Backspace")
    await page.get_by_test_id("reply-all").click()
    await expect(page.get_by_test_id("chip")).to_have_text("王总")
    await agent.text.fill("已安排师傅明天上午上门。")
    await agent.picture("3-writing")
    await agent.text.press("Enter")
    await expect(agent.bubbles("已安排师傅明天上午上门。").locator("[data-status]")).to_be_visible()


def _lies_in_its_thread(answer: EmailMessage, first: str, boss: Correspondent) -> None:
    assert answer["In-Reply-To"] == first
    assert first in answer["References"]
    assert answer["Subject"].lower().startswith("re:")
    assert boss.address in answer["Cc"]
    assert "林晓" in answer["From"]
    body = answer.get_body(("plain",))
    assert body is not None
    assert "已安排师傅明天上午上门。" in body.get_content()
    assert "96116" in body.get_content()


async def test_a_mail_is_read_and_answered(
    house: MailHouse, office: Office, new_agent: Callable[..., Awaitable[Agent]]
) -> None:
    """Its own picture is there, the one from elsewhere waits to be asked for; the answer lies in the right thread."""
    desk, boss = f"help{uuid4().hex[:6]}", Correspondent(house, f"boss{uuid4().hex[:6]}", "王总")
    customer = Correspondent(house, f"wang{uuid4().hex[:6]}", "王小明")
    to = f"{desk}@example.com"
    await office.opens("email", "客服邮箱", settings(house, desk))
    agent = await new_agent()
    await agent.log_in()
    async with a_site() as (picture, asked):
        mail = adorned(customer.mail(to, "水表不转了", "水表不转了，见图。"), picture)
        mail["Cc"] = f"王总 <{boss.address}>"
        first = await customer.sends(mail, to)
        await agent.accept()
        page = agent.page
        frame = page.get_by_test_id("mail-frame").first.content_frame
        await _reads(agent, frame, asked)
        await _answers(agent)

        async def arrived() -> bool:
            return bool(await customer.reads() and await boss.reads())

        await until(arrived, seconds=20)
        [answer] = await customer.reads()
        _lies_in_its_thread(answer, first, boss)
        await customer.writes(to, f"回复：{answer['Subject']}", "好的，谢谢！", answers=answer)
        await agent.reads("好的，谢谢！")
        await expect(page.get_by_test_id("list").get_by_role("option")).to_have_count(1)
        await agent.picture("4-thread")
        await page.keyboard.press("Alt+o")
        await page.get_by_test_id("open-mail").click()
        assert await faults_in_every_look(agent, "mail") == []
    assert agent.complaints() == []
