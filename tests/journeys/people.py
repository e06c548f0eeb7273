"""Who takes part in a journey: somebody at a browser, the agent in the inbox, the visitor in the widget."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from playwright.async_api import expect

from server import demo

if TYPE_CHECKING:
    from pathlib import Path

    from playwright.async_api import BrowserContext, Locator, Page, WebSocketRoute

LIVE = re.compile(r"/api/v1/live$")
EXPECTED = re.compile(r"Failed to load resource|WebSocket connection|net::ERR")
"""What a browser itself says in the console when a request fails; journeys that cut the line expect it."""


class Somebody:
    """One person in one browser; what their pages complain of is kept."""

    def __init__(self, context: BrowserContext, page: Page, base: str, album: Path) -> None:
        self.context = context
        self.page = page
        self.base = base
        self._album = album
        self._complaints: list[str] = []
        page.on("pageerror", lambda error: self._complaints.append(f"error {error}"))
        page.on("console", self._said)

    def complaints(self, *, of_network: bool = True) -> list[str]:
        """Return what the console and the page complained of, with or without what a cut line explains."""
        return [line for line in self._complaints if of_network or not EXPECTED.search(line)]

    async def picture(self, name: str) -> None:
        """Keep a picture of the page for the output of the run."""
        self._album.mkdir(parents=True, exist_ok=True)
        await self.page.screenshot(path=self._album / f"{name}.png")

    async def look(self, language: str, theme: str, width: int, height: int) -> None:
        """See the page in a language, a theme and a size."""
        await self.page.set_viewport_size({"width": 1440, "height": 860})
        tongue = "en" if language.startswith("en") else "zh-CN"
        if await self.page.evaluate("document.documentElement.lang") != tongue:
            await self.page.get_by_role("button", name=re.compile("Switch to English|切换")).dispatch_event("click")
            await self.page.wait_for_function("tongue => document.documentElement.lang === tongue", arg=tongue)
        await self.page.emulate_media(color_scheme="dark" if theme == "dark" else "light")
        painted = "dark => document.documentElement.classList.contains('dark') === dark"
        await self.page.wait_for_function(painted, arg=theme == "dark")
        await self.page.set_viewport_size({"width": width, "height": height})

    def _said(self, message: Any) -> None:
        if message.type in ("error", "warning"):
            self._complaints.append(f"{message.type} {message.text}")


class Visitor(Somebody):
    """A visitor of the demo site."""

    async def arrive(self) -> None:
        """Open the site and its chat window."""
        await self.page.goto(f"{self.base}/demo")
        await self.page.click(".launch")
        await expect(self.box).to_be_visible()

    @property
    def box(self) -> Locator:
        """Where a visitor writes."""
        return self.page.locator(".foot textarea")

    async def say(self, text: str) -> None:
        """Write and send."""
        await self.box.fill(text)
        await self.box.press("Enter")

    def bubbles(self, text: str) -> Locator:
        """Return every bubble of the window with exactly this text."""
        return self.page.locator(".bubble").filter(has_text=re.compile(f"^{re.escape(text)}$"))

    async def reads(self, text: str) -> None:
        """See it once, and only once."""
        await expect(self.bubbles(text)).to_have_count(1, timeout=15_000)


class Agent(Somebody):
    """A colleague in the inbox."""

    async def log_in(self, who: str = "agent", *, to: str = "") -> None:
        """Log in by the page, as one of the demo's people."""
        await self.page.goto(f"{self.base}/login?next={to or '/inbox'}")
        await self.page.fill("#email", f"{who}@demo.example")
        await self.page.fill("#password", demo.PASSWORD)
        await self.page.keyboard.press("Enter")
        await self.page.wait_for_url(lambda url: "/login" not in url)
        await expect(self.page.get_by_role("radiogroup").first).to_be_visible()

    async def accept(self) -> None:
        """Wait for an offer and accept it."""
        await expect(self.page.get_by_test_id("offer")).to_be_visible(timeout=20_000)
        await self.page.get_by_test_id("accept").click()
        composer = self.text.or_(self.page.get_by_test_id("closed"))  # closed where only templates may leave
        await expect(composer.filter(visible=True)).to_have_count(1)

    @property
    def text(self) -> Locator:
        """Where an agent writes."""
        return self.page.get_by_test_id("text")

    async def say(self, text: str) -> None:
        """Write and send."""
        await self.text.fill(text)
        await self.text.press("Enter")

    def bubbles(self, text: str) -> Locator:
        """Return every message of the open thread with exactly this text."""
        exactly = self.page.locator(".text").filter(has_text=re.compile(f"^{re.escape(text)}$"))
        return self.page.get_by_test_id("thread").locator("article").filter(has=exactly)

    async def reads(self, text: str) -> None:
        """See it once, and only once."""
        await expect(self.bubbles(text)).to_have_count(1, timeout=20_000)

    async def open_conversation(self) -> str:
        """Return the id of the conversation that is open."""
        return self.page.url.rstrip("/").rsplit("/", 1)[-1]

    async def stored(self) -> list[dict[str, Any]]:
        """Ask the hub what it has of the open conversation, with this agent's own log-in."""
        path = f"/api/v1/conversations/{await self.open_conversation()}/messages?limit=100"
        answer = await self.page.evaluate("path => fetch(path).then(answer => answer.json())", path)
        return list(answer["items"])


class Line:
    """The agent's live socket, which may be cut and mended; HTTP stays as it is."""

    def __init__(self) -> None:
        self.cut = False
        self._open: list[WebSocketRoute] = []

    async def lay(self, page: Page) -> None:
        """Put the line between the page and the hub; before the page is opened."""
        await page.route_web_socket(LIVE, self._route)

    async def sever(self) -> None:
        """Cut what is open and refuse what is tried."""
        self.cut = True
        for socket in self._open:
            await socket.close(code=1011)
        self._open.clear()

    def mend(self) -> None:
        """Let the next attempt through."""
        self.cut = False

    async def _route(self, socket: WebSocketRoute) -> None:
        if self.cut:
            await socket.close(code=1011)
            return
        socket.connect_to_server()
        self._open.append(socket)


def said(messages: list[dict[str, Any]]) -> list[str]:
    """Return the texts people said, in order; notes and notices are left out."""
    texts = [(message["direction"], part) for message in messages for part in message["parts"]]
    return [part["body"] for direction, part in texts if direction != "note" and part["type"] == "text"]
