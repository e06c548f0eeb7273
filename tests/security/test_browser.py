"""The proof for stored script: everything hostile that can be stored is stored, and Chromium opens every page.

Nothing may run, no dialog open, no request leave for another host, no handler or script of theirs stand in the page,
and no script be stopped by the CSP only: the policy is the second wall, and must have nothing to do.
"""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import pytest
from msgspec import structs
from playwright.async_api import async_playwright

from accounts.actor import CONSOLE, Act
from accounts.permissions import Role
from accounts.teams import NewTeam
from accounts.users import NewUser
from conversations.model import CONVERSATIONS, MESSAGES, Author, AuthorKind, Conversation, Direction, Message
from hub.ids import new_id
from hub.model import Card, Choice, Choices, File, Form, FormField, Html, Location, Notice, Part, Text
from hub.store.port import Insert, put
from server.mount import PREFIX
from tests import needs
from tests.security.payloads import HOST, XSS
from tests.security.seed import a_conversation, an_inbox
from tests.security.site import PASSWORD, Browser, Site

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from playwright.async_api import Page

pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.browser]
FILLED = "window.__pwned = 0; window.__csp = []; document.addEventListener('securitypolicyviolation', e => "
WATCH = FILLED + "window.__csp.push(e.effectiveDirective + ' ' + e.blockedURI + ' ' + e.sample))"
FAULTS = """() => {
  const bad = [], roots = [document]
  const away = value => { try { return new URL(value, location).host === 'evil.invalid' } catch { return false } }
  while (roots.length) {
    for (const one of roots.pop().querySelectorAll('*')) {
      if (one.shadowRoot) roots.push(one.shadowRoot)
      for (const {name, value} of one.attributes) {
        const leads = /^(href|src|action|formaction|data|xlink:href|srcset|poster)$/.test(name)
        const runs = /^[\\s\\x00-\\x20\\u2028]*(javascript|vbscript|data:text)/i.test(value)
        if (/^on/.test(name) || (leads && (runs || away(value)))) bad.push(`${one.tagName} ${name}=${value}`)
      }
      const open = !one.hasAttribute('sandbox') || /allow-(scripts|same)/.test(one.sandbox)
      if (one.tagName === 'IFRAME' && one.srcdoc && open) bad.push('a frame without a sandbox')
      if (['OBJECT', 'EMBED', 'BASE', 'MARQUEE'].includes(one.tagName)) bad.push(one.tagName)
    }
  }
  return bad
}"""


class Watched:
    """A page and everything it should not have done."""

    def __init__(self, page: Page, url: str) -> None:
        self.page = page
        self.url = url
        self.faults: list[str] = []
        self._host = urlsplit(url).netloc
        page.on("dialog", lambda dialog: self.faults.append(f"dialog {dialog.message}"))
        page.on("request", lambda request: self._asked(request.url))
        page.on("popup", lambda popup: self.faults.append(f"popup {popup.url}"))

    def _asked(self, url: str) -> None:
        parts = urlsplit(url)
        if parts.scheme not in ("data", "blob", "about") and parts.netloc != self._host:
            self.faults.append(f"request {url}")

    async def look(self, path: str, *, wait: str = "") -> str:
        """Open a page of ours, wait until a text of the stored ones is there, and look for harm; returns its text."""
        await self.page.goto(self.url + path)
        if wait:
            await self.page.get_by_text(wait, exact=False).first.wait_for(timeout=15_000)
        await self.page.wait_for_timeout(300)
        await self.harmless(path)
        return await self.page.inner_text("body")

    async def harmless(self, where: str) -> None:
        """Nothing ran, nothing was asked for, nothing stands there that could."""
        found = [str(fault) for fault in await self.page.evaluate(FAULTS)]
        ran = await self.page.evaluate("window.__pwned")
        csp = [str(line) for line in await self.page.evaluate("window.__csp")]
        assert ran == 0, f"{where}: something ran"
        harm = [*self.faults, *found, *csp]
        assert not harm, f"{where}: {harm}"


@asynccontextmanager
async def chromium(site: Site, *, cookies: dict[str, str]) -> AsyncIterator[Watched]:
    """A headless Chromium with the cookies of somebody who is logged in."""
    program = await asyncio.to_thread(needs.require, "chromium")
    async with async_playwright() as play:
        browser = await play.chromium.launch(executable_path=str(program), args=["--no-sandbox"])
        context = await browser.new_context(locale="en", viewport={"width": 1400, "height": 3000})
        kept: Any = [{"name": name, "value": value, "url": site.url} for name, value in cookies.items()]
        await context.add_cookies(kept)
        await context.add_init_script(WATCH)
        try:
            yield Watched(await context.new_page(), site.url)
        finally:
            await browser.close()


async def _said(site: Site, conversation: Conversation, parts: list[tuple[Part, ...]]) -> None:
    """Let the customer say these, straight into the store: as bad as any channel could bring them."""
    at, store = site.hub.clock.now(), site.hub.store
    messages = [
        Message(
            id=new_id(), conversation=conversation.id, inbox=conversation.inbox, seq=number, direction=Direction.IN,
            author=Author(kind=AuthorKind.CUSTOMER, name=XSS[number % len(XSS)]), parts=part, at=at,
        )
        for number, part in enumerate(parts, 2)
    ]  # fmt: skip
    now = structs.replace(conversation, seq=len(parts) + 1, customer_seq=len(parts) + 1)
    await store.commit(put(CONVERSATIONS, conversation, now), *(Insert(MESSAGES, one) for one in messages))


def _strange(text: str) -> tuple[Part, ...]:
    """One of every kind of part, with the text wherever it fits."""
    short = text[:250]
    return (
        File(blob="0" * 64, name=short, media_type="text/html", size=9),
        Location(latitude=1, longitude=1, label=short),
        Card(url="https://card.example/" + short, title=short, text=text),
        Choices(body=text, choices=(Choice(label=text[:60], value=text[:60]),)),
        Form(name=short, fields=(FormField(name="a", label=short),), answers={"a": text, short: text}),
        Notice(code="assigned", facts={"agent": text, "name": text, "team": text}),
    )


async def _settings(site: Site, boss: Browser) -> None:
    """Names, canned replies, labels, teams, inboxes and colleagues that are all script."""
    act = Act(actor=CONSOLE, at=site.hub.clock.now())
    for number, text in enumerate(XSS):
        site.calm()
        name = "".join(letter for letter in text if letter.isprintable())[:90]
        body = {"shortcut": f"x{number}", "title": name, "body": text}
        assert (await boss.call("POST", f"{PREFIX}/canned", body)).status == 201
        await boss.call("POST", f"{PREFIX}/labels", {"name": name.replace(",", "").strip()[:60]})
        if number % 8 == 0:
            await site.hub.accounts.teams.create(act, NewTeam(name=name))
            new = NewUser(name=name, email=f"xss{number}@example.com", role=Role.AGENT, password=PASSWORD)
            await site.hub.accounts.staff.create(act, new)
            assert (await boss.call("POST", f"{PREFIX}/inboxes", {"name": name, "channel": "webchat"})).status == 201


async def test_nothing_stored_runs_in_the_agents_browser(site: Site, boss: Browser) -> None:
    await asyncio.to_thread(needs.require, "web")
    store, at = site.hub.store, site.hub.clock.now()
    inbox = await an_inbox(store, at)
    await _settings(site, boss)
    told = [await a_conversation(store, inbox, at, text=text, name=text[:200], subject=text[:200]) for text in XSS[:40]]
    await _said(site, told[0], [(Text(body=text),) for text in XSS])
    await _said(site, told[1], [(Html(body=text, text=""),) for text in XSS[:30]])
    await _said(site, told[2], [_strange(text) for text in XSS[::3]])
    async with chromium(site, cookies=boss.cookies) as page:
        await page.look("/inbox/all", wait=XSS[0][:30])
        shown = await page.look(f"/inbox/all/{told[0].id}", wait=XSS[-4])
        assert sum(text in shown for text in XSS) > 30, "the thread did not show what was to be tried"
        await page.look(f"/inbox/all/{told[1].id}", wait="Nothing of it can be shown safely")
        await page.look(f"/inbox/all/{told[2].id}", wait="card.example")
        for path in ("canned", "labels", "teams", "inboxes", "users", "audit", "tokens", "profile"):
            await page.look(f"/settings/{path}")
        await page.look("/search?q=script")


async def test_nothing_an_agent_says_runs_in_the_visitors_browser(site: Site, boss: Browser) -> None:
    """A hostile or tricked agent against the site the widget stands on."""
    await asyncio.to_thread(needs.require, "web")
    inbox = await an_inbox(site.hub.store, site.hub.clock.now())
    async with chromium(site, cookies={}) as page:
        await page.look(f"/demo?key={inbox.site_key}")
        box = page.page.locator("yizhan-chat")
        await box.locator("button:visible").first.click()
        await box.locator("textarea").fill("hello from a visitor")
        await box.locator("textarea").press("Enter")
        await box.get_by_text("hello from a visitor").wait_for(timeout=15_000)
        id = await _conversation_of(boss, inbox.id)
        await boss.call("POST", f"{PREFIX}/conversations/{id}/take")
        for number, text in enumerate(XSS):
            site.calm()
            body = {"client_id": f"agent-says-{number}", "parts": [{"type": "text", "body": text}]}
            answer = await boss.call("POST", f"{PREFIX}/conversations/{id}/messages", body)
            assert answer.status == 201, answer.text
        await box.get_by_text(XSS[-4]).wait_for(timeout=20_000)
        await page.page.wait_for_timeout(300)
        await page.harmless("the widget")
        assert HOST not in page.page.url


async def _conversation_of(boss: Browser, inbox: str) -> str:
    for _ in range(100):
        for row in (await boss.call("GET", f"{PREFIX}/conversations?view=all&limit=100")).json["items"]:
            conversation = row.get("conversation", row)
            if conversation["inbox"] == inbox:
                return str(conversation["id"])
        boss.site.calm()
        await asyncio.sleep(0.1)
    pytest.fail("the visitor's message did not arrive")


async def test_the_watch_would_see_it(site: Site) -> None:
    """The oracle against a page that lets everything through: without this, silence would prove nothing."""
    starts = ("<img src=//", "<a href='javascript", "<iframe srcdoc", "<img src=x onerror")
    bad = "".join(next(text for text in XSS if text.startswith(start)) for start in starts)
    async with chromium(site, cookies={}) as page:
        await page.page.goto(site.url + "/healthz")
        await page.page.evaluate("bad => document.body.insertAdjacentHTML('beforeend', bad)", bad)
        await page.page.wait_for_timeout(500)
        with pytest.raises(AssertionError) as seen:
            await page.harmless("a page without walls")
        for harm in (
            "IMG onerror",
            "A href=javascript:",
            "a frame without",
            "IMG src=//",
            "img-src",
            "script-src-attr",
        ):
            assert harm in str(seen.value)
        await page.page.evaluate("window.__pwned = 1")
        with pytest.raises(AssertionError, match="something ran"):
            await page.harmless("a page without walls")
