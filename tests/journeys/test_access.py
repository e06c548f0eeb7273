"""Everybody can use it: axe finds nothing serious on any page, in both languages, both themes, wide and narrow."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from playwright.async_api import expect

from tests import needs

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence

    from playwright.async_api import Page

    from tests.journeys.people import Agent, Visitor

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]
AXE = needs.ROOT / "web" / "node_modules" / "axe-core" / "axe.min.js"
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"]
STILL = "() => document.getAnimations().every(one => one.effect.getTiming().iterations === Infinity)"
"""Colours are only what they will be when nothing moves; what breathes for ever is grey and says nothing."""
Look = tuple[str, str, int, int]
LOOKS: list[Look] = [
    ("zh-CN", "light", 1440, 860),
    ("en-US", "dark", 1440, 860),
    ("zh-CN", "dark", 390, 844),
    ("en-US", "light", 390, 844),
]
SETTINGS = ("profile", "teams", "users", "inboxes", "canned", "labels", "tokens", "audit", "dead")


async def faults(page: Page, where: str) -> list[str]:
    """Run axe and return what is serious, with the first element of each."""
    if not AXE.exists():
        needs.missing("axe-core", "npm ci in web/")
    await page.wait_for_function(STILL)
    await page.evaluate(AXE.read_text(encoding="utf-8"))
    result: dict[str, Any] = await page.evaluate(
        "rules => axe.run(document, {runOnly: rules, resultTypes: ['violations']})", RULES
    )
    return [
        f"{where}: {fault['id']} ({fault['impact']}) {fault['nodes'][0]['html'][:160]}"
        for fault in result["violations"]
        if fault["impact"] in ("serious", "critical")
    ]


async def faults_in_every_look(somebody: Agent, where: str, looks: Sequence[Look] = LOOKS) -> list[str]:
    """Run axe over what the page shows in both languages, both themes, wide and narrow, with a picture of each."""
    found: list[str] = []
    for look in looks:
        await somebody.look(*look)
        name = "-".join(map(str, [where, *look[:3]]))
        found += await faults(somebody.page, name)
        await somebody.picture(name)
    await somebody.look(*LOOKS[0])
    return found


@pytest.mark.parametrize("look", LOOKS, ids=lambda look: "-".join(map(str, look[:3])))
async def test_axe_finds_nothing_serious_in_the_inbox(
    look: tuple[str, str, int, int],
    new_agent: Callable[..., Awaitable[Agent]],
    new_visitor: Callable[..., Awaitable[Visitor]],
) -> None:
    """Log-in, offer, thread with composer, note, command bar, keys, widget."""
    language, theme, width, height = look
    agent, visitor = await new_agent(language=language, theme=theme, width=width, height=height), await new_visitor()
    await agent.page.goto(f"{agent.base}/login")
    await expect(agent.page.locator("#email")).to_be_visible()
    found = await faults(agent.page, "log-in")
    await agent.picture("log-in")
    await agent.log_in()
    await visitor.say("怎么缴费？")
    await visitor.say("转人工")
    await expect(agent.page.get_by_test_id("offer")).to_be_visible(timeout=20_000)
    found += await faults(agent.page, "offer")
    await agent.accept()
    await agent.say("您好 https://example.com/a")
    await visitor.reads("您好 https://example.com/a")
    found += await faults(agent.page, "thread")
    await agent.picture("thread")
    await agent.page.get_by_test_id("tab-note").click()
    await agent.text.fill("@")
    found += await faults(agent.page, "note")
    await agent.page.keyboard.press("Control+k")
    found += await faults(agent.page, "commands")
    await agent.picture("commands")
    found += await faults(visitor.page, "widget")
    assert found == []
    assert agent.complaints() == []


@pytest.mark.parametrize("look", [LOOKS[0], LOOKS[2]], ids=lambda look: "-".join(map(str, look[:3])))
async def test_axe_finds_nothing_serious_in_the_settings(
    look: tuple[str, str, int, int], new_agent: Callable[..., Awaitable[Agent]]
) -> None:
    """Every section as an administrator sees it, and one inbox with its form."""
    language, theme, width, height = look
    admin = await new_agent(language=language, theme=theme, width=width, height=height)
    await admin.log_in("admin")
    found: list[str] = []
    for section in SETTINGS:
        await admin.page.goto(f"{admin.base}/settings/{section}")
        await expect(admin.page.locator("main h2")).to_be_visible()
        found += await faults(admin.page, section)
        await admin.picture(section)
    await admin.page.goto(f"{admin.base}/settings/inboxes")
    await admin.page.locator("td a").first.click()
    await expect(admin.page.get_by_test_id("snippet")).to_be_visible()
    found += await faults(admin.page, "inbox")
    await admin.picture("inbox")
    assert found == []
    assert admin.complaints() == []
