"""The window in a real browser: what people do with it, what hostile words do to it (nothing), who can use it (all)."""

from __future__ import annotations

import io
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from PIL import Image
from playwright.async_api import Page, WebSocketRoute, async_playwright, expect

from hub.model import Card, Choice, Choices, Location, Text
from tests import needs
from tests.chat.house import AGENT, House, house
from tests.chat.test_socket import HOSTILE
from tests.waiting import until

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

pytestmark = pytest.mark.browser
AXE = needs.ROOT / "web" / "node_modules" / "axe-core" / "axe.min.js"
FLAGS = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
         "--disable-background-networking", "--disable-component-update", "--disable-sync"]  # fmt: skip
FORM = '[{"name": "name", "label": "称呼"}, {"name": "phone", "label": "电话", "kind": "phone"}]'


GIVE = """(name) => {
  const root = document.querySelector('yizhan-chat').shadowRoot
  const data = new DataTransfer()
  data.items.add(new File(['words'], name, {type: 'text/plain'}))
  const way = {bubbles: true, cancelable: true}
  const [box, panel] = [root.querySelector('textarea'), root.querySelector('.panel')]
  if (name === 'p.txt') box.dispatchEvent(new ClipboardEvent('paste', {clipboardData: data, ...way}))
  else panel.dispatchEvent(new DragEvent('drop', {dataTransfer: data, ...way}))
}"""
"""Paste a file, or drop it."""


class Visit:
    """A page with the widget, its line cut at will."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.cut = False
        self.lines: list[WebSocketRoute] = []
        self.troubles: list[str] = []

    def route(self, line: WebSocketRoute) -> None:
        """Let a socket through, or not."""
        if self.cut:
            return  # never opens: as a dead network does
        line.connect_to_server()
        self.lines.append(line)

    async def lose_the_line(self) -> None:
        """Cut the line and keep it cut."""
        self.cut = True
        for line in self.lines:
            await line.close(code=1001)
        self.lines.clear()

    async def open(self) -> None:
        """Open the window."""
        await self.page.locator("yizhan-chat .launch").click()

    async def say(self, text: str) -> None:
        """Write and press Enter."""
        await self.page.get_by_label("输入消息").fill(text)
        await self.page.get_by_label("输入消息").press("Enter")

    def bubbles(self) -> Any:
        """Find what was said."""
        return self.page.locator("yizhan-chat .bubble")


@asynccontextmanager
async def visiting(
    hub: House, *, width: int = 1200, theme: str = "light", locale: str = "zh-CN"
) -> AsyncIterator[Visit]:
    """A browser on the demo page."""
    needs.require("web")
    chromium = needs.require("chromium")
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=chromium, args=FLAGS)
        page = await browser.new_page(
            viewport={"width": width, "height": 760},
            locale=locale,
            color_scheme=theme,  # type: ignore[arg-type]
        )
        visit = Visit(page)
        page.on("pageerror", lambda error: visit.troubles.append(str(error)))
        page.on("dialog", lambda dialog: visit.troubles.append(dialog.message))
        await page.route_web_socket("**/socket", visit.route)
        await page.goto(f"{hub.url}/demo")
        await page.locator("yizhan-chat .launch").wait_for()
        yield visit
        await browser.close()
    assert visit.troubles == []


async def test_a_conversation(hub: House) -> None:
    async with visiting(hub) as visit:
        await visit.open()
        await expect(visit.page.get_by_label("输入消息")).to_be_focused()
        await visit.say("家里停水了")
        await expect(visit.page.locator("yizhan-chat .row.me .tick")).to_contain_text("✓")
        thread = (await hub.thread()).id
        await hub.say(thread, Choices(body="哪里停水？", choices=(Choice(label="竹溪巷", value="竹溪巷停水"),)))
        await visit.page.get_by_role("button", name="竹溪巷").click()
        await expect(visit.bubbles().last).to_have_text("竹溪巷")
        await expect(visit.page.locator("yizhan-chat .choices")).to_have_count(0)
        await visit.page.keyboard.press("Escape")
        await expect(visit.page.locator("yizhan-chat .panel")).to_be_hidden()
        await expect(visit.page.locator("yizhan-chat .launch")).to_be_focused()
        await hub.say(thread, "18:00 来水")
        await expect(visit.page.locator("yizhan-chat .badge")).to_have_text("1")
        await visit.open()
        await expect(visit.page.locator("yizhan-chat .badge")).to_be_hidden()

        async def read() -> bool:
            return (await hub.thread()).customer_read >= 4

        await until(read)
        await hub.acts.resolve(thread, AGENT, ask_rating=True)
        await visit.page.get_by_role("radio", name="4 星").click()
        await visit.page.get_by_role("button", name="提交").click()

        async def rated() -> bool:
            return (await hub.thread()).rating is not None

        await until(rated)


async def test_what_is_said_without_a_line_survives_a_reload_and_is_said_once(hub: House) -> None:
    async with visiting(hub) as visit:
        await visit.open()
        await visit.say("第一句")
        await expect(visit.page.locator("yizhan-chat .row.me .tick")).to_contain_text("✓")
        await visit.lose_the_line()
        await visit.page.route("**/chat/**", lambda route: route.abort())
        await visit.say("断线时说的")
        await visit.say("还有一句")
        await expect(visit.page.locator("yizhan-chat .row.me .tick").last).to_contain_text("◷")
        await visit.page.unroute("**/chat/**")
        visit.cut = False
        await visit.page.reload()
        thread = (await hub.thread()).id

        async def three() -> bool:
            return len(await hub.messages(thread)) == 3

        await until(three, seconds=20)
        await visit.open()
        await expect(visit.bubbles()).to_have_text(["第一句", "断线时说的", "还有一句"])
        assert [message.parts for message in await hub.messages(thread)] == [
            (Text(body=body),) for body in ("第一句", "断线时说的", "还有一句")
        ]


async def test_hostile_words_are_words(hub: House) -> None:
    async with visiting(hub) as visit:
        await visit.open()
        await visit.say(HOSTILE[1])
        await expect(visit.bubbles()).to_have_count(1)
        thread = (await hub.thread()).id
        for words in HOSTILE[:8]:
            await hub.say(thread, words)
        await hub.say(thread, Card(url="https://x.example/?<script>", title=HOSTILE[1]))
        await hub.say(thread, Location(latitude=1, longitude=2, label=HOSTILE[0]))
        await hub.say(thread, Choices(body="?", choices=(Choice(label=HOSTILE[0], value="x"),)))
        await expect(visit.bubbles()).to_have_count(12)
        assert await visit.page.evaluate("window.__pwned") is None
        inside = "document.querySelector('yizhan-chat').shadowRoot"
        assert await visit.page.evaluate(f"{inside}.querySelectorAll('script, iframe, img, object').length") == 0
        links = await visit.page.evaluate(f"[...{inside}.querySelectorAll('a')].map((a) => [a.protocol, a.rel])")
        assert links == [["https:", "noopener noreferrer nofollow"]]


async def test_enter_that_ends_a_composition_does_not_send(hub: House) -> None:
    async with visiting(hub) as visit:
        await visit.open()
        box = visit.page.get_by_label("输入消息")
        await box.fill("shui")
        for composing in ({"isComposing": True, "keyCode": 229}, {"isComposing": False, "keyCode": 229}):
            await box.dispatch_event("keydown", {"key": "Enter", **composing})
        await expect(box).to_have_value("shui")
        await box.press("Shift+Enter")
        await box.press("Enter")
        await expect(visit.bubbles()).to_have_text(["shui"])


async def test_pictures_by_button_paste_and_drag(hub: House) -> None:
    out = io.BytesIO()
    Image.new("RGB", (320, 200), "teal").save(out, "PNG")
    picture: Any = {"name": "水表.png", "mimeType": "image/png", "buffer": out.getvalue()}
    async with visiting(hub) as visit:
        await visit.open()
        await visit.page.locator("yizhan-chat input[type=file]").set_input_files(picture)
        image = visit.page.get_by_role("img", name="水表.png")
        await expect(image).to_have_js_property("naturalWidth", 320)
        await visit.page.get_by_role("button", name="图片: 水表.png").click()
        await expect(visit.page.get_by_role("dialog", name="水表.png")).to_be_visible()
        await visit.page.keyboard.press("Escape")
        await expect(visit.page.get_by_role("dialog", name="水表.png")).to_have_count(0)
        await expect(visit.page.locator("yizhan-chat .panel")).to_be_visible()
        for name in ("p.txt", "d.txt"):
            await visit.page.evaluate(GIVE, name)
            await expect(visit.bubbles().last).to_contain_text(name)


async def test_the_form_before_the_chat_asks_for_what_it_needs(tmp_path: Path) -> None:
    async with house(tmp_path, pre_chat=FORM) as hub, visiting(hub) as visit:
        await visit.open()
        start = visit.page.get_by_role("button", name="开始咨询")
        await start.click()
        await expect(visit.page.get_by_label("称呼")).to_be_focused()
        await visit.page.get_by_label("称呼").fill("李雷")
        await visit.page.get_by_label("电话").fill("不是电话")
        await start.click()
        await expect(visit.page.get_by_label("电话")).to_have_attribute("aria-invalid", "true")
        await visit.page.get_by_label("电话").fill("13800138000")
        await start.click()
        await expect(visit.page.get_by_label("输入消息")).to_be_visible()
        assert (await hub.thread()).name == "李雷"


@pytest.mark.parametrize(("theme", "width", "locale"), [("light", 1200, "zh-CN"), ("dark", 390, "en-GB")])
async def test_everybody_can_use_it(hub: House, theme: str, width: int, locale: str) -> None:
    if not AXE.exists():
        needs.missing("axe-core", "npm ci in web/")
    async with visiting(hub, theme=theme, width=width, locale=locale) as visit:
        await visit.page.evaluate(
            "(language) => document.querySelector('yizhan-chat').setAttribute('language', language)", locale
        )
        await visit.open()
        await visit.page.locator("yizhan-chat textarea").fill("hello")
        await visit.page.locator("yizhan-chat textarea").press("Enter")
        await expect(visit.bubbles()).to_have_count(1)
        await hub.say((await hub.thread()).id, Choices(body="?", choices=(Choice(label="A", value="a"),)))
        await expect(visit.bubbles()).to_have_count(2)
        box = await visit.page.locator("yizhan-chat .panel").bounding_box()
        assert box is not None
        assert (box["width"] == width) is (width < 480)
        await visit.page.evaluate(AXE.read_text(encoding="utf-8"))
        found = await visit.page.evaluate(
            "axe.run('yizhan-chat', {runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa']})"
        )
        told = [(one["id"], [node["html"][:120] for node in one["nodes"]]) for one in found["violations"]]
        assert told == []
