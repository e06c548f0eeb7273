"""An agent's work: files both ways, everything by the keyboard, a note with a mention, the search."""

from __future__ import annotations

import struct
import zlib
from typing import TYPE_CHECKING

import pytest
from playwright.async_api import FilePayload, expect

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from tests.journeys.people import Agent, Visitor

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]


def a_picture() -> bytes:
    """Make a PNG of 16 by 16 red dots."""

    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    rows = b"".join(b"\0" + b"\xc0\x30\x20" * 16 for _ in range(16))
    head = struct.pack(">IIBBBBB", 16, 16, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")


async def test_files_go_both_ways(
    new_agent: Callable[..., Awaitable[Agent]], new_visitor: Callable[..., Awaitable[Visitor]]
) -> None:
    """A picture is shown and enlarged, a file is offered for saving, on either side."""
    agent, visitor = await new_agent(), await new_visitor()
    await agent.log_in()
    await visitor.say("转人工")
    await agent.accept()
    picture = FilePayload(name="水表.png", mimeType="image/png", buffer=a_picture())
    await agent.page.set_input_files("[data-test=file]", picture)
    await expect(agent.page.get_by_test_id("attached")).to_contain_text("水表.png")
    await agent.say("请看图")
    await visitor.reads("请看图")
    await expect(visitor.page.locator(".picture img")).to_be_visible()

    words = FilePayload(name="账单.txt", mimeType="text/plain", buffer="三吨水".encode())
    await visitor.page.set_input_files(".foot input[type=file]", words)
    await visitor.box.press("Enter")
    link = agent.page.get_by_test_id("thread").locator("a.file")
    await expect(link).to_contain_text("账单.txt", timeout=15_000)
    async with agent.page.expect_download() as download:
        await link.click()
    saved = await (await download.value).path()
    assert saved.read_bytes() == "三吨水".encode()

    await agent.page.get_by_role("button", name="放大图片 水表.png").click()
    await expect(agent.page.locator("dialog img")).to_be_visible()
    await agent.page.keyboard.press("Escape")
    await expect(agent.page.locator("dialog[open]")).to_have_count(0)
    await agent.picture("files")
    assert agent.complaints() == []


async def test_everything_by_the_keyboard(
    new_agent: Callable[..., Awaitable[Agent]], new_visitor: Callable[..., Awaitable[Visitor]]
) -> None:
    """Accept, a canned reply by pinyin, a note that mentions, the command bar, resolve: no mouse."""
    agent, visitor = await new_agent(), await new_visitor()
    await agent.log_in()
    await visitor.say("转人工")
    keys = agent.page.keyboard
    await expect(agent.page.get_by_test_id("offer")).to_be_visible(timeout=20_000)
    await keys.press("Alt+a")
    await expect(agent.text).to_be_visible()
    await keys.press("Alt+l")
    await keys.type("/sfcx")
    await expect(agent.page.get_by_role("option", name="水费查询")).to_be_visible()
    await keys.press("Enter")
    await expect(agent.text).to_have_value("请提供您的户号（8 位数字），我马上为您查询本期水费。")
    await keys.press("Enter")
    await visitor.reads("请提供您的户号（8 位数字），我马上为您查询本期水费。")

    await keys.press("Alt+p")
    await keys.type("@周")
    await keys.press("Enter")
    await keys.type("请关注")
    await keys.press("Enter")
    await agent.reads("@周敏 请关注")
    await expect(visitor.bubbles("@周敏 请关注")).to_have_count(0)

    await keys.press("Control+k")
    await keys.type("报修")
    found = agent.page.get_by_role("dialog").get_by_role("option")
    await expect(found.first).to_contain_text("报修")
    await agent.picture("command-bar")
    await keys.press("Escape")
    await expect(agent.page.get_by_role("dialog")).to_have_count(0)
    await keys.press("Alt+e")
    await expect(agent.page.get_by_test_id("resolve-ask")).to_be_focused()
    await keys.press("Enter")
    await expect(agent.page.get_by_role("button", name="重新打开")).to_be_visible()

    lead = await new_agent()
    await lead.log_in("lead", to="/inbox/mentions")
    await expect(lead.page.get_by_test_id("list").get_by_role("option")).to_have_count(1)
    assert agent.complaints() == lead.complaints() == []


async def test_what_was_said_is_found(
    new_agent: Callable[..., Awaitable[Agent]], new_visitor: Callable[..., Awaitable[Visitor]]
) -> None:
    """A Chinese word out of the middle of a message is found and marked, and leads to its conversation."""
    agent, visitor = await new_agent(), await new_visitor()
    await visitor.say("我家的阀门漏水，地下室全湿了")
    await expect(visitor.page.locator(".row.bot").last).to_be_visible()
    await agent.log_in(to="/search")
    await agent.page.get_by_test_id("search").fill("漏水")
    hit = agent.page.locator("a.hit").first
    await expect(hit.locator("mark").first).to_have_text("漏水")
    await hit.click()
    await agent.reads("我家的阀门漏水，地下室全湿了")
    assert agent.complaints() == []
