"""A WeChat customer and an agent within WeChat's rule: five answers in 48 hours, then a template or their next word."""

from __future__ import annotations

import asyncio
import re
from typing import TYPE_CHECKING

import pytest
from playwright.async_api import FilePayload, expect

from adapters.simulators.wechat import WeChat
from tests.journeys.test_access import faults_in_every_look
from tests.journeys.test_work import a_picture
from tests.server.test_sound import amr

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from tests.journeys.office import Office
    from tests.journeys.people import Agent

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]
CUSTOMER = "oLVPpjqs9BhvzwPj5A-vTYAX3GLc"


@pytest.fixture
def wechat() -> WeChat:
    """An official account that the hub can be connected to."""
    return WeChat(tell=lambda _: None)


async def meet(wechat: WeChat, office: Office, agent: Agent, text: str) -> None:
    """Connect the account, let a customer write, and let the agent take it."""
    inbox = await office.opens("wechat", "服务号", wechat.settings())
    wechat.hook = inbox["address"]
    await agent.log_in()
    assert (await wechat.says(CUSTOMER, text)).status == 200
    await agent.accept()
    await agent.reads(text)


async def test_five_answers_and_the_window_is_closed(
    wechat: WeChat, office: Office, new_agent: Callable[..., Awaitable[Agent]]
) -> None:
    """The count runs down with every answer; then only a template leaves; the customer's next word opens it again."""
    async with wechat.running():
        agent = await new_agent()
        await meet(wechat, office, agent, "我家的水表不转了")
        window = agent.page.get_by_test_id("window")
        await expect(window).to_have_text(re.compile(r"还可发 5 条 · 47:59:\d\d"))
        before = await window.inner_text()
        await expect(window).not_to_have_text(before)

        for number in range(1, 6):
            await agent.say(f"第 {number} 次回复")
            await agent.reads(f"第 {number} 次回复")
            if number == 3:
                await expect(window).to_contain_text("还可发 2 条")
                await agent.picture("1-counting-down")
        closed = agent.page.get_by_test_id("closed")
        await expect(closed).to_contain_text("可发的条数已用完")
        await expect(agent.text).to_be_hidden()
        await expect(agent.bubbles("第 5 次回复").locator("[data-status=sent]")).to_be_visible()
        assert [one.what["text"]["content"] for one in wechat.sent] == [f"第 {number} 次回复" for number in range(1, 6)]
        await agent.picture("2-closed")

        await agent.page.keyboard.press("Alt+r")
        await agent.page.get_by_test_id("template").filter(has_text="报修进度提醒").click()
        for field in await agent.page.locator("[data-test^=variable-]").all():
            await field.fill("明天上午")
        await expect(agent.page.get_by_test_id("template-preview")).to_contain_text("明天上午")
        await agent.picture("3-template")
        await agent.page.get_by_test_id("send-template").click()
        await expect(agent.page.get_by_test_id("thread")).to_contain_text("明天上午")
        await expect(closed).to_be_visible()

        assert (await wechat.says(CUSTOMER, "好的，谢谢")).status == 200
        await agent.reads("好的，谢谢")
        await expect(closed).to_have_count(0)
        await expect(window).to_contain_text("还可发 5 条")
        await expect(agent.text).to_be_visible()
        await agent.say("不客气")
        await expect(window).to_contain_text("还可发 4 条")
        await wechat.settled()
        assert [one.type for one in wechat.sent] == [*["text"] * 5, "template", "text"]
    assert agent.complaints() == []


async def test_what_wechat_does_not_carry_is_said_before(
    wechat: WeChat, office: Office, new_agent: Callable[..., Awaitable[Agent]]
) -> None:
    """A document becomes a link, seen before and after; a picture arrives as it is; a long text stays here."""
    async with wechat.running():
        agent = await new_agent()
        await meet(wechat, office, agent, "发票发我一下")
        words = FilePayload(name="发票.txt", mimeType="text/plain", buffer="三吨水".encode())
        await agent.page.set_input_files("[data-test=file]", words)
        degrades = agent.page.get_by_test_id("degrades")
        await expect(degrades).to_contain_text("文件将以链接形式送达")
        await degrades.get_by_role("button").click()
        await expect(agent.page.get_by_test_id("preview")).to_contain_text("http")
        await agent.picture("1-a-link")
        await agent.page.get_by_test_id("send").click()
        await expect(agent.page.get_by_test_id("degraded")).to_contain_text("文件已简化")
        picture = FilePayload(name="水表.png", mimeType="image/png", buffer=a_picture())
        await agent.page.set_input_files("[data-test=file]", picture)
        await expect(degrades).to_have_count(0)
        await agent.page.get_by_test_id("send").click()
        await expect(agent.page.get_by_test_id("window")).to_contain_text("还可发 3 条")

        await agent.text.fill("水" * 683)
        await expect(agent.page.get_by_test_id("refused")).to_contain_text("超出 1 字节")
        await expect(agent.page.get_by_test_id("send")).to_be_disabled()
        await agent.text.fill("")
        await agent.page.get_by_test_id("insert").click()
        await agent.page.get_by_test_id("insert-choices").click()
        await agent.page.get_by_test_id("choices-body").fill("解决了吗？")
        await agent.page.get_by_test_id("choices-lines").fill("解决了\n没有")
        await agent.page.get_by_test_id("send-choices").click()
        await expect(agent.page.get_by_test_id("window")).to_contain_text("还可发 2 条")
        await agent.picture("2-sent")
        await expect(agent.page.locator("[data-status=sent]")).to_have_count(3)
        assert [one.type for one in wechat.sent] == ["text", "image", "msgmenu"]
        assert "http" in wechat.sent[0].what["text"]["content"]
    assert agent.complaints() == []


async def test_what_a_customer_sends_besides_text(
    wechat: WeChat, office: Office, new_agent: Callable[..., Awaitable[Agent]]
) -> None:
    """A picture is fetched and shown small, a voice message can be played, what nobody knows is kept raw."""
    async with wechat.running():
        agent = await new_agent()
        await meet(wechat, office, agent, "看图")
        assert (await wechat.file(CUSTOMER, "image", a_picture(), "image/png", PicUrl="")).status == 200
        thread = agent.page.get_by_test_id("thread")
        image = thread.locator(".picture img")
        await expect(image).to_be_visible(timeout=20_000)
        assert await image.evaluate("image => image.decode().then(() => image.naturalWidth > 0)")
        assert (await wechat.file(CUSTOMER, "voice", amr(), "audio/amr", Format="amr")).status == 200
        voice = agent.page.get_by_test_id("voice")
        await expect(voice).to_be_visible(timeout=20_000)
        await expect(voice).to_have_js_property("error", None)
        await agent.page.wait_for_function("() => document.querySelector('[data-test=voice]').duration > 1")
        gone = wechat.words(CUSTOMER, "image", MediaId="gone", PicUrl="", MsgId=77)
        assert (await wechat.push(gone)).status == 200
        await expect(thread.get_by_test_id("remote")).to_contain_text("未能获取", timeout=30_000)
        assert (await wechat.message(CUSTOMER, "sticker", Sticker="x")).status == 200
        unknown = thread.get_by_test_id("unsupported")
        await expect(unknown).to_contain_text("sticker")
        await expect(unknown.get_by_role("link")).to_have_count(0)
        await agent.picture("kinds")

        admin = await new_agent(language="en-US", theme="dark")
        await admin.log_in("admin", to=f"/inbox/all/{await agent.open_conversation()}")
        link = admin.page.get_by_test_id("unsupported").get_by_role("link")
        async with admin.page.expect_download() as raw:
            await link.click()
        kept = await (await raw.value).path()
        assert "sticker" in await asyncio.to_thread(kept.read_text, encoding="utf-8")
        await admin.picture("kinds-admin")
    assert agent.complaints() == admin.complaints() == []


async def test_axe_finds_nothing_serious_in_a_window(
    wechat: WeChat, office: Office, new_agent: Callable[..., Awaitable[Agent]]
) -> None:
    """Counting down with a text that is too long, closed, and with the template picker open."""
    async with wechat.running():
        agent = await new_agent()
        await meet(wechat, office, agent, "我家的水表不转了")
        await agent.page.keyboard.press("Alt+o")
        await expect(agent.page.get_by_test_id("window")).to_be_visible()
        await agent.text.fill("水" * 700)
        await expect(agent.page.get_by_test_id("refused")).to_be_visible()
        found = await faults_in_every_look(agent, "open")
        for number in range(5):
            await agent.say(f"好的 {number}")
            await agent.reads(f"好的 {number}")
        await expect(agent.page.get_by_test_id("closed")).to_be_visible()
        found += await faults_in_every_look(agent, "closed")
        await agent.page.get_by_test_id("pick-template").click()
        await agent.page.get_by_test_id("template").first.click()
        found += await faults_in_every_look(agent, "template")
    assert found == []
    assert agent.complaints() == []
