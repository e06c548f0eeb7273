"""Routing in the browser: the right people get it and the record says why; work that comes back keeps its order.

A policy is compared in the simulator and published; every page in every look.
"""

from __future__ import annotations

import asyncio
import re
from typing import TYPE_CHECKING, Any

import pytest
from playwright.async_api import expect

from tests.journeys.test_access import faults_in_every_look

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from playwright.async_api import Locator

    from tests.journeys.office import Office
    from tests.journeys.people import Agent, Visitor

    NewAgent = Callable[..., Awaitable[Agent]]
    NewVisitor = Callable[..., Awaitable[Visitor]]

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]
SOON = 20_000
RETURNED = 30_000
"""Milliseconds until work of somebody who is gone is with another: the grace of 15 seconds, and the offer."""


class House:
    """What the office sees to meanwhile: who is who, and which conversation is whose."""

    def __init__(self, office: Office) -> None:
        self.office = office
        self.people: dict[str, str] = {}
        self._known: set[str] = set()

    async def prepare(self, *, capacity: int) -> None:
        """Let both agents have so many customers at once."""
        for user in (await self.office.hears("/users"))["items"]:
            who = user["email"].partition("@")[0]
            self.people[who] = user["id"]
            if who in ("agent", "agent2"):
                await self.office.does("PATCH", f"/users/{user['id']}", {"capacity": capacity})

    async def asks(self, visitor: Visitor, text: str, label: str = "") -> str:
        """Let a visitor write, be labelled while the bot has them, and ask for a person."""
        await visitor.say(text)
        await expect(visitor.page.locator(".row.bot").last).to_be_visible()
        items = (await self.office.hears("/conversations?view=bot"))["items"]
        (id,) = (one["id"] for one in items if one["id"] not in self._known)
        self._known.add(id)
        if label:
            await self.office.does("PATCH", f"/conversations/{id}", {"labels": [label]})
        await visitor.say("转人工")
        return str(id)

    async def decided(self, id: str, outcome: str) -> list[dict[str, Any]]:
        """Return the records of this outcome, newest first."""
        items = (await self.office.hears(f"/conversations/{id}/decisions"))["items"]
        return [one for one in items if one["outcome"] == outcome]


def rule(name: str, label: str, **needed: Any) -> dict[str, Any]:
    """A rule about a label."""
    when = {"type": "all", "of": [{"type": "rule", "field": "labels", "op": "has", "value": label}]}
    return {"name": name, "when": when, "then": {"needed": needed}}


async def chooses(within: Locator, label: str) -> None:
    """Open a choice: its box is what a mouse meets, the field inside is what is named."""
    box = within.locator(".el-select").filter(has=within.page.get_by_role("combobox", name=label, exact=True))
    await box.click()


async def _sets_skills(admin: Agent) -> None:
    """Two skills in the matrix, by keys alone once they are there."""
    page = admin.page
    await page.goto(f"{admin.base}/settings/skills")
    for skill in ("燃气", "供水"):
        await page.get_by_test_id("new-skill").fill(skill)
        await page.get_by_test_id("add-skill").click()
    gas = page.get_by_role("gridcell", name=re.compile("^林晓，燃气"))
    await gas.focus()
    await page.keyboard.press("3")
    await expect(gas).to_have_text("3")
    water = page.get_by_role("gridcell", name=re.compile("^陈昊，供水"))
    await water.focus()
    await page.keyboard.press("2")
    await admin.picture("1-the matrix")
    await page.get_by_test_id("save-skills").click()
    await expect(page.get_by_test_id("save-skills")).to_be_disabled()


async def _publishes_rules(admin: Agent, office: Office) -> None:
    """Three rules as a draft; a fourth by hand is warned of, for nobody has its skill; then they are published."""
    rules = [rule("燃气", "报修", skills={"燃气": 2}), rule("供水", "水费", skills={"供水": 1}),
             rule("贵宾", "投诉", skills={"燃气": 2}, vip=3)]  # fmt: skip
    await office.does("PUT", "/routing/rules/draft", {"version": None, "rules": rules})
    page = admin.page
    await page.goto(f"{admin.base}/settings/rules")
    await page.get_by_test_id("new-rule").click()
    card = page.get_by_test_id("rule").last
    await card.get_by_test_id("rule-name").fill("供热")
    await card.get_by_test_id("add-rule").click()
    await chooses(card, "字段")
    await page.get_by_role("option", name="会话标签").click()
    await chooses(card, "值")
    await page.get_by_role("option", name="建议").click()
    await card.get_by_role("combobox", name="添加技能").fill("供热")
    await card.get_by_role("combobox", name="添加技能").press("Enter")
    await expect(card.get_by_test_id("rule-fault")).to_have_text("没有人有技能“供热”", timeout=SOON)
    await admin.picture("2-a rule that nobody meets")
    await page.get_by_test_id("publish-rules").click()
    await page.get_by_test_id("publish-note").fill("按专长分配")
    await page.get_by_test_id("publish-go").click()
    await expect(page.get_by_test_id("versions")).to_contain_text("第 1 版")


async def test_the_right_people_get_it_and_the_vip_first(
    new_agent: NewAgent, new_visitor: NewVisitor, office: Office
) -> None:
    """Two skills and a VIP: who can gets it, the VIP before who came earlier, and what nobody can says so."""
    house = House(office)
    await house.prepare(capacity=1)
    admin, gas, water = await new_agent(), await new_agent(), await new_agent()
    await admin.log_in("admin", to="/settings/skills")
    await _sets_skills(admin)
    await _publishes_rules(admin, office)
    await gas.log_in("agent")
    await water.log_in("agent2")
    bill, first, second, vip, heat = await asyncio.gather(*(new_visitor() for _ in range(5)))
    nobody = await house.asks(heat, "暖气不热", "建议")
    await house.asks(bill, "我的水费不对", "水费")
    await water.accept()
    await water.reads("我的水费不对")
    await house.asks(first, "家里有燃气味", "报修")
    await gas.accept()
    await gas.reads("家里有燃气味")
    await house.asks(second, "燃气表不走", "报修")
    waits = await house.asks(vip, "我是贵宾，燃气停了", "投诉")
    await gas.page.get_by_test_id("resolve").click()
    await gas.page.get_by_test_id("resolve-plain").click()
    await gas.accept()
    await gas.reads("我是贵宾，燃气停了")
    await gas.page.get_by_role("tab", name="分配").click()
    panel = gas.page.get_by_role("tabpanel")
    await expect(panel).to_contain_text("符合的规则：贵宾", timeout=SOON)
    await expect(panel).to_contain_text("前面 2 位")
    await expect(panel).to_contain_text("选中：轮到的第一位")
    await gas.picture("3-why it came to them")
    assert (await house.decided(waits, "offered"))[0]["agent"] == house.people["agent"]

    await admin.page.goto(f"{admin.base}/inbox/all/{nobody}")
    await admin.page.get_by_role("tab", name="分配").click()
    await expect(admin.page.get_by_test_id("because").first).to_have_text("2 人空闲，没有人有技能“供热”", timeout=SOON)
    await admin.picture("4-why nobody")
    await gas.page.get_by_test_id("resolve").click()
    await gas.page.get_by_test_id("resolve-plain").click()
    await gas.accept()
    await gas.reads("燃气表不走")
    assert [one.complaints() for one in (admin, gas, water)] == [[], [], []]


async def test_a_laptop_is_closed_and_its_work_returns_in_order(
    new_agent: NewAgent, new_visitor: NewVisitor, office: Office
) -> None:
    """What was offered to who is gone comes to a colleague, oldest first, and keeps how long it waited."""
    house = House(office)
    await house.prepare(capacity=3)
    agent, helper = await new_agent(), await new_agent()
    await agent.log_in("agent")
    visitors = await asyncio.gather(*(new_visitor() for _ in range(3)))
    ids = [await house.asks(visitor, f"我是第{number}位") for number, visitor in enumerate(visitors, start=1)]
    await expect(agent.page.get_by_test_id("offer")).to_have_count(3, timeout=SOON)
    await agent.context.close()
    await helper.log_in("agent2")
    await expect(helper.page.get_by_test_id("offer")).to_have_count(3, timeout=RETURNED)
    await helper.picture("the work came back")
    offered = [(await house.decided(id, "offered"))[0] for id in ids]
    assert {one["agent"] for one in offered} == {house.people["agent2"]}
    assert [one["id"] for one in sorted(offered, key=lambda one: one["id"])] == [one["id"] for one in offered]
    assert all(one["waited_seconds"] > 10 for one in offered)
    await helper.page.get_by_test_id("accept").first.click()
    await expect(helper.text).to_be_visible()
    assert helper.complaints() == []


async def test_a_policy_is_compared_and_published(new_agent: NewAgent, office: Office) -> None:
    """A fault in the scenario is named; the draft stands beside what is in force; then it is in force."""
    admin = await new_agent()
    await admin.log_in("admin", to="/settings/simulator")
    page = admin.page
    await expect(page.get_by_test_id("scenario-size")).to_contain_text("人在岗", timeout=SOON)
    whole = next(one["text"] for one in (await office.hears("/routing/scenarios"))["items"] if one["name"] == "small")
    code = page.get_by_test_id("code")
    await code.fill(whole.replace("per_hour = 50", "per_hour = -50"))
    await expect(page.get_by_test_id("scenario-fault")).to_contain_text("traffic[1].per_hour", timeout=SOON)
    await expect(page.get_by_test_id("simulate")).to_be_disabled()
    await admin.picture("1-a fault by its field")
    await code.fill(whole)
    await expect(page.get_by_test_id("scenario-size")).to_be_visible(timeout=SOON)
    await page.get_by_text("修改草稿").click()
    await page.get_by_label("贵宾每级乘以").fill("4")
    await page.get_by_test_id("policy-people").click()
    await page.get_by_role("option", name="空闲最久的先接").click()
    await page.get_by_text("修改草稿").click()
    await page.get_by_test_id("simulate").click()
    await expect(page.locator("[data-test=simulation][data-stage=done]")).to_be_visible(timeout=60_000)
    for policy in ("published", "draft", "longest_idle"):
        await expect(page.get_by_test_id(f"line-{policy}")).to_be_visible()
    await page.get_by_test_id("simulation").scroll_into_view_if_needed()
    await admin.picture("2-side by side")
    await page.get_by_test_id("publish-draft").click()
    await page.get_by_role("dialog").get_by_role("button", name="发布策略").click()
    await expect(page.get_by_test_id("publish-draft")).to_be_disabled()
    rules = (await office.hears("/routing/house"))["rules"]
    assert (rules["vip"], rules["people"]) == (4, "longest_idle")
    assert admin.complaints(of_network=False) == []


async def test_the_pages_of_routing_in_every_look(new_agent: NewAgent, office: Office) -> None:
    """Queues, skills, rules, policy and simulator, in both languages and themes, wide and narrow; axe finds nothing."""
    house = House(office)
    await house.prepare(capacity=5)
    for who, skills in (("agent", {"燃气": 3, "投诉处理": 2}), ("agent2", {"供水": 5})):
        able = {"skills": skills, "languages": ["zh", "en"], "cleared": ["市政府"]}
        await office.does("PUT", f"/routing/skills/{house.people[who]}", {"version": None, "abilities": able})
    team = (await office.hears("/teams"))["items"][0]["id"]
    step = {"after": 0.5, "levels": 1}
    promise = {"target": 60, "targets": {"urgent": 20}, "cap": 50, "steps": [step, {"after": 2, "ending": "call_back"}]}
    await office.does("PUT", f"/routing/queues/{team}", {"version": None, "queue": promise, "choices": ["call_back"]})
    rules = [rule("燃气", "报修", skills={"燃气": 2}), rule("供热", "建议", skills={"供热": 1})]
    await office.does("PUT", "/routing/rules/draft", {"version": None, "rules": rules})
    admin, found = await new_agent(), list[str]()
    await admin.log_in("admin", to="/settings/queues")
    await expect(admin.page.get_by_test_id(f"queue-{team}")).to_contain_text("50")
    found += await faults_in_every_look(admin, "queues")
    await admin.page.get_by_test_id(f"queue-{team}").get_by_test_id("edit-queue").click()
    await expect(admin.page.get_by_test_id("queue-step")).to_have_count(2)
    found += await faults_in_every_look(admin, "queue")
    for place, seen in (
        ("skills", "matrix"),
        ("rules", "rule"),
        ("house", "policy-order"),
        ("simulator", "scenario-size"),
    ):
        await admin.page.goto(f"{admin.base}/settings/{place}")
        await expect(admin.page.get_by_test_id(seen).first).to_be_visible(timeout=SOON)
        found += await faults_in_every_look(admin, place)
    assert found == []
    assert admin.complaints() == []
