"""A supervisor: watches the queue grow, whispers, takes over, answers, and rescues a queue by moving it elsewhere."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest
from playwright.async_api import expect

from tests.journeys.test_access import LOOKS, faults_in_every_look

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from playwright.async_api import Locator

    from tests.journeys.office import Office
    from tests.journeys.people import Agent, Visitor

    NewAgent = Callable[..., Awaitable[Agent]]
    NewVisitor = Callable[..., Awaitable[Visitor]]

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]
SOON = 15_000
WHISPER = "先核对户号，再报水表读数"
ANSWER = "您好，我是班长周敏，这件事由我来处理"
CROWD = 3


class Lead:
    """A supervisor at their page."""

    def __init__(self, agent: Agent) -> None:
        self.agent = agent
        self.page = agent.page

    async def arrive(self) -> None:
        """Log in, take no work oneself, and look at the picture."""
        await self.agent.log_in("lead", to="/supervision")
        await self.page.get_by_role("radio", name="忙碌").click()
        await expect(self.figure("waiting")).to_have_text("0")

    def figure(self, name: str) -> Locator:
        """Return one of the figures above the picture."""
        return self.page.get_by_test_id(f"figure-{name}")

    def card(self, name: str) -> Locator:
        """Return what is shown of a colleague."""
        return self.page.get_by_role("article", name=name)

    async def listen(self, name: str) -> None:
        """Listen in on the one conversation a colleague has."""
        await self.card(name).get_by_test_id("held").click()
        await expect(self.page.get_by_test_id("listen-pane").get_by_test_id("thread")).to_be_visible()

    async def whisper(self, text: str) -> None:
        """Say something to the colleague alone."""
        await self.page.get_by_test_id("whisper-text").fill(text)
        await self.page.get_by_test_id("whisper-text").press("Enter")
        await expect(self.page.locator("article.whisper").filter(has_text=text)).to_have_count(1)

    async def move_all(self, queue: str, team: str, count: int) -> None:
        """Move a whole queue to another team, and see how far it has come."""
        await self.page.get_by_test_id(f"queue-{queue}").get_by_test_id("queue-move").click()
        dialog = self.page.get_by_role("dialog")
        await expect(dialog.get_by_test_id("choice")).to_have_count(count)
        await dialog.get_by_test_id("choose-all").check()
        await dialog.get_by_role("combobox").click()
        await self.page.get_by_role("option", name=team).click()
        await dialog.get_by_test_id("move-go").click()
        await expect(dialog.locator("[data-over=true]")).to_contain_text(f"完成 {count} 个", timeout=SOON)


async def teams(office: Office) -> tuple[str, str]:
    """Return the demo's team, and a second one in which agent2 alone works, one customer at a time."""
    first = (await office.hears("/teams"))["items"][0]["id"]
    second = (await office.does("POST", "/teams", {"name": "应急支援", "members": []}))["id"]
    (helper,) = (user for user in (await office.hears("/users"))["items"] if user["email"].startswith("agent2@"))
    await office.does("PATCH", f"/users/{helper['id']}", {"teams": [second], "capacity": 1})
    return first, second


async def queued(visitor: Visitor, number: int) -> None:
    """Let a visitor ask for a person."""
    await visitor.say(f"我是第{number}位")
    await expect(visitor.page.locator(".row.bot").last).to_be_visible()
    await visitor.say("转人工")


async def test_a_supervisor_whispers_takes_over_and_rescues_a_queue(
    new_agent: NewAgent, new_visitor: NewVisitor, office: Office
) -> None:
    """Nothing is reloaded: what the lead does is seen by agents and customers, and what they do by the lead."""
    team, _ = await teams(office)
    lead, agent, visitor = Lead(await new_agent()), await new_agent(), await new_visitor()
    await lead.arrive()
    await agent.log_in("agent")
    await expect(lead.card("林晓")).to_contain_text("就绪", timeout=SOON)
    await queued(visitor, 1)
    await expect(lead.figure("waiting")).to_have_text("1", timeout=SOON)
    await agent.accept()
    await expect(lead.figure("waiting")).to_have_text("0", timeout=SOON)

    await lead.listen("林晓")
    await expect(agent.page.get_by_test_id("listening")).to_have_text("周敏正在旁听", timeout=SOON)
    await lead.whisper(WHISPER)
    await expect(agent.page.get_by_test_id("whisper")).to_contain_text(WHISPER, timeout=SOON)
    await expect(agent.page.locator("article.whisper").filter(has_text=WHISPER).first).to_be_visible()
    await agent.picture("1-the agent hears the whisper")
    await lead.agent.picture("1-the lead listens in")
    await agent.page.get_by_test_id("whisper-read").click()
    await agent.say("请问您的户号是多少？")
    await visitor.reads("请问您的户号是多少？")
    await expect(visitor.page.get_by_text(WHISPER)).to_have_count(0)

    await lead.page.get_by_test_id("take-over").click()
    await expect(agent.page.get_by_text("周敏已接手您与")).to_be_visible(timeout=SOON)
    await expect(lead.agent.text).to_be_visible(timeout=SOON)
    await agent.picture("2-the agent lost it")
    await lead.agent.say(ANSWER)
    await visitor.reads(ANSWER)
    await expect(visitor.page.get_by_text(WHISPER)).to_have_count(0)

    await rescue(lead, agent, new_agent, new_visitor, team)
    assert [one.complaints() for one in (lead.agent, agent, visitor)] == [[], [], []]


async def rescue(lead: Lead, agent: Agent, new_agent: NewAgent, new_visitor: NewVisitor, team: str) -> None:
    """Nobody takes what waits, so the lead moves it all to a team whose one colleague gets it in order of arrival."""
    helper = await new_agent()
    await lead.page.goto(f"{agent.base}/supervision")
    await lead.card("林晓").get_by_test_id("agent-acts").click()
    await lead.page.get_by_role("menuitem", name="设为忙碌").click()
    await expect(agent.page.get_by_text("周敏已将您的状态设为“忙碌”")).to_be_visible(timeout=SOON)
    for number in range(1, CROWD + 1):
        await queued(await new_visitor(), number)
        await expect(lead.figure("waiting")).to_have_text(str(number), timeout=SOON)
    await lead.agent.picture("3-the queue has grown")
    await helper.log_in("agent2")
    await lead.move_all(team, "应急支援", CROWD)
    await lead.agent.picture("4-the queue is moved")
    await lead.page.get_by_test_id("move-close").click()
    for number in range(1, CROWD + 1):
        await helper.accept()
        await helper.reads(f"我是第{number}位")
        await helper.page.get_by_test_id("resolve").click()
        await helper.page.get_by_test_id("resolve-plain").click()
    await expect(lead.figure("waiting")).to_have_text("0", timeout=SOON)
    await expect(lead.figure("handled")).to_have_text(re.compile("^[0-9]+$"))
    assert helper.complaints() == []


async def test_the_pages_of_supervision_in_every_look_and_by_keys(
    new_agent: NewAgent, new_visitor: NewVisitor, office: Office
) -> None:
    """The picture, listening in and moving, in both languages and themes, wide and narrow; axe finds nothing."""
    team, _ = await teams(office)
    lead, agent = Lead(await new_agent()), await new_agent()
    await lead.arrive()
    await agent.log_in("agent")
    await queued(await new_visitor(), 1)
    await agent.accept()
    await agent.page.get_by_role("radio", name="忙碌").click()
    await queued(await new_visitor(), 2)
    await expect(lead.figure("waiting")).to_have_text("1", timeout=SOON)
    found = await faults_in_every_look(lead.agent, "picture")

    await lead.page.get_by_test_id(f"queue-{team}").get_by_test_id("queue-move").click()
    await expect(lead.page.get_by_test_id("choice")).to_have_count(1)
    found += await faults_in_every_look(lead.agent, "moving")
    await lead.page.keyboard.press("Escape")
    await lead.listen("林晓")
    await lead.whisper(WHISPER)
    await expect(agent.page.get_by_test_id("whisper")).to_be_visible(timeout=SOON)
    found += await faults_in_every_look(agent, "whisper", LOOKS[1:3])
    found += await faults_in_every_look(lead.agent, "listening")
    assert found == []
    await by_keys(lead)
    await without_a_hub(lead, agent)
    assert lead.agent.complaints(of_network=False) == []


async def by_keys(lead: Lead) -> None:
    """Alt+U leads to the picture, Alt+J to a conversation of it, Enter into that, Escape out and back to its line."""
    page = lead.page
    await page.goto(f"{lead.agent.base}/inbox")
    await expect(page.get_by_role("radiogroup").first).to_be_visible()
    await page.keyboard.press("Alt+u")
    held = page.get_by_test_id("held")
    await expect(held).to_have_count(1, timeout=SOON)
    await page.keyboard.press("Alt+j")
    await page.keyboard.press("Enter")
    await expect(page.get_by_test_id("whisper-text")).to_be_visible()
    await page.keyboard.press("Alt+p")
    await expect(page.get_by_test_id("whisper-text")).to_be_focused()
    await page.keyboard.press("Escape")
    await expect(page.get_by_test_id("listen-pane")).to_have_count(0)
    await expect(held).to_be_focused()


async def without_a_hub(lead: Lead, agent: Agent) -> None:
    """What cannot be read says so, may be asked for again, and mends itself with the next change."""
    page = lead.page
    await page.route("**/api/v1/supervision*", refuse)
    await page.reload()
    await expect(page.get_by_role("alert")).to_contain_text("服务器繁忙")
    await lead.agent.picture("5-it cannot be read")
    async with page.expect_response("**/api/v1/supervision*"):
        await page.get_by_role("button", name="重试").dispatch_event("click")
    await expect(page.get_by_role("alert")).to_contain_text("服务器繁忙")
    await page.unroute("**/api/v1/supervision*")
    await agent.page.get_by_role("radio", name="离开").click()
    await expect(page.get_by_test_id("held")).to_have_count(1, timeout=SOON)


async def refuse(route: Any) -> None:
    """Answer as an overloaded hub does."""
    body = '{"type": "about:blank", "title": "x", "status": 503, "code": "overloaded", "detail": "x"}'
    await route.fulfill(status=503, content_type="application/problem+json", body=body)
