"""An administrator connects a channel: finds it, tries it before saving, sees how it fares, pauses it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from playwright.async_api import expect

from adapters.simulators.twilio import ACCOUNT, NUMBER, TOKEN, Twilio
from tests.journeys.test_access import faults_in_every_look

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from playwright.async_api import Page

    from tests.journeys.office import Office
    from tests.journeys.people import Agent

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]


def silent(_: str) -> None:
    """Tell nobody what a simulator does."""


async def _fills_in(page: Page, api: str) -> None:
    """Enter what the form asks for, the secret wrong."""
    await page.locator("#setting-account_sid").fill(ACCOUNT)
    await page.locator("#setting-auth_token").fill("wrong-" + TOKEN)
    await page.get_by_text("更多渠道设置").click()
    await page.locator("#setting-from_number").fill(NUMBER)
    await page.get_by_text("高级设置").click()
    await page.locator("#setting-api_url").fill(api)


async def test_a_channel_is_connected(office: Office, new_agent: Callable[..., Awaitable[Agent]]) -> None:
    """Found by an English word on the Chinese page; a wrong secret fails with its hint, the right one passes."""
    admin = await new_agent()
    page = admin.page
    twilio = Twilio(tell=silent)
    async with twilio.running():
        await admin.log_in("admin", to="/settings/inboxes")
        await page.get_by_test_id("new-inbox").click()
        await admin.picture("1-choose")
        await page.get_by_test_id("find-channel").fill("text messages twilio")
        await expect(page.get_by_test_id("channel")).to_have_count(1)
        await page.get_by_test_id("find-channel").press("Enter")
        await page.get_by_test_id("inbox-name").fill("营业厅短信")
        await _fills_in(page, twilio.url)
        await page.get_by_test_id("test-connection").click()
        await expect(page.get_by_test_id("tested")).to_have_attribute("data-ok", "false")
        await expect(page.get_by_test_id("step").first).to_contain_text("账号")
        await admin.picture("2-wrong")
        await page.locator("#setting-auth_token").fill(TOKEN)
        await page.get_by_test_id("test-connection").click()
        await expect(page.get_by_test_id("tested")).to_have_attribute("data-ok", "true")
        await page.get_by_role("dialog").get_by_role("button", name="新建收件箱").click()

        await expect(page.get_by_test_id("health-state")).to_have_text("正常")
        address = await page.get_by_test_id("address").locator("pre").inner_text()
        assert address.startswith(f"{admin.base}/hooks/")
        await expect(page.get_by_test_id("simulator")).to_contain_text(f"yizhan simulate twilio --hook {address}")
        await expect(page.locator("#setting-auth_token")).to_have_value("")
        await expect(page.locator("#setting-auth_token")).to_have_attribute("placeholder", "已保存；输入新值即可替换")
        await page.get_by_test_id("test-connection").click()
        await expect(page.get_by_test_id("tested")).to_have_attribute("data-ok", "true")
        await page.get_by_test_id("pause").click()
        await expect(page.get_by_test_id("health-state")).to_have_text("已暂停")
        await admin.picture("3-paused")

        twilio.hook = address
        assert (await twilio.says("+14155550123", "有人吗")).status == 200
        await page.reload()
        await expect(page.get_by_test_id("health")).not_to_contain_text("最近收到还没有")
        await page.get_by_test_id("pause").click()
        await expect(page.get_by_test_id("health-state")).to_have_text("正常")
        inbox = await office.hears(f"/inboxes/{address.rsplit('/', 1)[-1]}")
        assert inbox["name"] == "营业厅短信"
        assert inbox["paused"] is False
        assert TOKEN not in await page.content()
    assert admin.complaints() == []


async def test_axe_finds_nothing_serious_where_channels_are_set_up(
    office: Office, new_agent: Callable[..., Awaitable[Agent]]
) -> None:
    """The choice of a channel with its form, and the page of a mailbox with a failed try."""
    nowhere = {"address": "help@example.com", "imap_host": "127.0.0.1", "imap_port": 9}
    inbox = await office.opens("email", "客服邮箱", nowhere)
    admin = await new_agent()
    page = admin.page
    await admin.log_in("admin", to=f"/settings/inboxes/{inbox['id']}")
    await expect(page.get_by_test_id("health-state")).to_be_visible()
    await page.get_by_test_id("test-connection").click()
    await expect(page.get_by_test_id("tested")).to_have_attribute("data-ok", "false", timeout=20_000)
    found = await faults_in_every_look(admin, "inbox")
    await page.goto(f"{admin.base}/settings/inboxes")
    await page.get_by_test_id("new-inbox").click()
    await page.get_by_test_id("find-channel").fill("微信")
    await expect(page.get_by_test_id("channel").first).to_be_visible()
    found += await faults_in_every_look(admin, "choice")
    await page.get_by_test_id("channel").first.click()
    await expect(page.get_by_test_id("inbox-name")).to_be_visible()
    found += await faults_in_every_look(admin, "form")
    assert found == []
    assert admin.complaints() == []
