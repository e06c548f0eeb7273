"""Deadlines in the browser: an administrator promises, a customer waits, it warns, breaks and climbs to a manager."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING
from uuid import uuid4

import pytest
from playwright.async_api import expect

from server import demo
from tests.journeys.post import Correspondent, settings
from tests.journeys.test_access import faults_in_every_look
from tests.mailhouse import mail_house
from tests.waiting import until

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterator

    from tests.journeys.office import Office
    from tests.journeys.people import Agent, Visitor
    from tests.mailhouse import MailHouse

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]


@pytest.fixture(scope="module")
def house() -> Iterator[MailHouse]:
    """Postfix and dovecot."""
    with mail_house() as servers:
        yield servers


async def _makes_a_calendar(admin: Agent) -> None:
    page = admin.page
    await page.goto(f"{admin.base}/settings/calendars")
    await page.get_by_test_id("new-calendar").click()
    await page.get_by_test_id("calendar-name").fill("工作日")
    await expect(page.get_by_test_id("unknown")).to_contain_text("2027")
    await admin.picture("1-calendar")
    await page.get_by_test_id("save-calendar").click()
    await expect(page.get_by_role("cell", name="工作日")).to_be_visible()


async def _makes_a_policy(admin: Agent) -> None:
    """Promise a first answer to all urgent ones, tell the leads; try it before it is kept."""
    page = admin.page
    await page.goto(f"{admin.base}/settings/policies")
    await page.get_by_test_id("new-policy").click()
    await page.get_by_test_id("policy-name").fill("紧急")
    dialog = page.get_by_role("dialog")
    await dialog.get_by_test_id("add-rule").click()
    await dialog.get_by_label("值", exact=True).click()
    await page.get_by_role("option", name="紧急").click()
    await dialog.get_by_test_id("add-step").click()
    await dialog.get_by_test_id("rehearse").click()
    await expect(dialog.get_by_test_id("rehearsed")).to_contain_text("没有策略适用")
    await dialog.get_by_test_id("rehearse-priority").click()
    await page.get_by_role("option", name="紧急").last.click()
    await dialog.get_by_test_id("rehearse").click()
    await expect(dialog.get_by_test_id("rehearsed")).to_contain_text("首次回复")
    await admin.picture("2-policy")
    await dialog.get_by_test_id("save-policy").click()
    await expect(page.get_by_role("cell", name="紧急")).to_be_visible()


async def test_an_administrator_promises_something(new_agent: Callable[..., Awaitable[Agent]]) -> None:
    """A calendar and a policy are made by hand, and are fit for everybody's eyes in every look."""
    admin = await new_agent()
    await admin.log_in("admin", to="/settings/calendars")
    await _makes_a_calendar(admin)
    assert await faults_in_every_look(admin, "calendars") == []
    await _makes_a_policy(admin)
    assert await faults_in_every_look(admin, "policies") == []
    assert admin.complaints() == []


async def _promised(office: Office, house: MailHouse, manager: Correspondent) -> None:
    """Ten seconds for a first answer: half-way the leads hear of it, at the end the manager, by mail, repeatedly."""
    inbox = await office.opens("email", "通知", settings(house, f"notify{uuid4().hex[:6]}"))
    boss = await office.does(
        "POST",
        "/users",
        {"name": "许经理", "email": manager.address, "role": "administrator", "password": demo.PASSWORD},
    )
    await office.does("PUT", "/desk/senders", {"email": inbox["id"]})
    await office.does(
        "POST",
        "/desk/policies",
        {
            "name": "十秒",
            "targets": [{"kind": "first_response", "seconds": 10, "warn_percent": 50}],
            "steps": [
                {"on": "warning", "to": [{"whom": "leads"}]},
                {"to": [{"whom": "user", "id": boss["id"]}], "by": ["email", "app"], "every": 2, "times": 50},
            ],
        },
    )


async def test_a_deadline_warns_breaks_and_climbs_to_a_manager_by_mail(
    house: MailHouse,
    office: Office,
    new_agent: Callable[..., Awaitable[Agent]],
    new_visitor: Callable[..., Awaitable[Visitor]],
) -> None:
    """The row counts down, the lead is told, the manager gets mail until somebody says that they see to it."""
    manager = Correspondent(house, f"boss{uuid4().hex[:6]}", "许经理")
    await _promised(office, house, manager)
    agent, lead, visitor = await new_agent(), await new_agent(), await new_visitor()
    await agent.log_in()
    await lead.log_in("lead", to="/inbox/mentions")
    await visitor.arrive()
    await visitor.say("转人工")
    await agent.accept()
    mark = agent.page.get_by_test_id("list").get_by_test_id("due").first
    await expect(mark).to_have_attribute("data-level", "soon", timeout=20_000)
    await agent.picture("3-soon")
    await expect(lead.page.get_by_test_id("list").get_by_role("option")).to_have_count(1, timeout=20_000)
    await expect(lead.page.locator(".el-message--warning")).to_have_count(0)  # nothing was taken from them
    await lead.picture("4-lead")
    await expect(mark).to_have_attribute("data-level", "late", timeout=20_000)
    await expect(mark).to_contain_text("已超时")

    async def told() -> bool:
        return len(await manager.reads()) >= 2

    await until(told, seconds=30)
    first = (await manager.reads())[0]
    body = first.get_body(("plain",))
    assert "首次回复已超时" in first["Subject"]
    assert body is not None
    assert f"/inbox/all/{await agent.open_conversation()}" in body.get_content()
    await agent.page.get_by_test_id("deadline").click()
    await expect(agent.page.get_by_test_id("see-to")).to_be_visible()
    await agent.picture("5-late")
    await agent.page.get_by_test_id("see-to").click()
    await expect(agent.page.get_by_text("林晓已在处理")).to_be_visible()
    await agent.page.keyboard.press("Escape")
    await agent.page.get_by_test_id("by-due").click()
    await expect(agent.page.get_by_test_id("list").get_by_role("option")).to_have_count(1)
    assert await faults_in_every_look(agent, "late") == []
    mails = len(await manager.reads())
    await agent.say("您好，马上为您处理。")
    await expect(agent.page.get_by_test_id("due")).to_have_count(0, timeout=20_000)
    assert len(await manager.reads()) <= mails + 1, "one may have been under way"
    assert agent.complaints() == []
    assert lead.complaints() == []


async def test_a_wrong_clock_of_an_agent_is_told_and_changes_no_countdown(
    office: Office, new_agent: Callable[..., Awaitable[Agent]], new_visitor: Callable[..., Awaitable[Visitor]]
) -> None:
    """Their machine is an hour ahead: the answer that is owed in half an hour is not shown as overdue."""
    await office.does("POST", "/desk/policies", {"name": "p", "targets": [{"kind": "first_response", "seconds": 1800}]})
    agent, visitor = await new_agent(), await new_visitor()
    await agent.page.clock.set_system_time(datetime.now(UTC) + timedelta(hours=1))
    await agent.log_in()
    await expect(agent.page.get_by_test_id("clock")).to_be_visible()
    await visitor.arrive()
    await visitor.say("转人工")
    await agent.accept()
    mark = agent.page.get_by_test_id("list").get_by_test_id("due").first
    await expect(mark).to_have_attribute("data-level", "calm")
    await expect(mark).to_contain_text("剩余 29:")
    await agent.picture("6-clock")
    assert agent.complaints() == []
