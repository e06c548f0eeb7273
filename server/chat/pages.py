"""What stands around the chat: `/widget.js` for any site to load, and `/demo`, a water utility's page that does."""

import html
import re
from pathlib import Path

from aiohttp import web

from conversations.inboxes import INBOXES
from hub.store.port import By, Eq
from server.chat.parts import CHAT

HERE = Path(__file__).parent / "demo"
WIDGET = Path(__file__).parents[2] / "web" / "dist" / "widget.js"
KEY = re.compile(r"[A-Za-z0-9_-]{4,64}")
TYPES = {".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml"}
ANYWHERE = {
    "Access-Control-Allow-Origin": "*",
    "Cross-Origin-Resource-Policy": "cross-origin",
    "Cache-Control": "public, max-age=300",
    "Content-Type": "text/javascript; charset=utf-8",
}


class DemoPages:
    """Small files, read once at start."""

    def __init__(self) -> None:
        self._page = (HERE / "page.html").read_text(encoding="utf-8")
        self._files = {file.name: file.read_bytes() for file in HERE.iterdir() if file.suffix in TYPES}

    def mount(self, app: web.Application) -> None:
        """Put the pages on the application."""
        app.router.add_get("/widget.js", widget)
        app.router.add_get("/demo", self.demo)
        app.router.add_get("/demo/{name}", self.file)

    async def demo(self, request: web.Request) -> web.Response:
        """Show the demo page with the widget of `?key=`, else of the oldest web-chat inbox."""
        given = request.query.get("key", "")
        key = given if KEY.fullmatch(given) else await _first(request)
        text = self._page.replace("SITE_KEY", html.escape(key, quote=True))
        return web.Response(text=text, content_type="text/html", charset="utf-8", headers={"Cache-Control": "no-store"})

    async def file(self, request: web.Request) -> web.Response:
        """Send one of the page's own files."""
        name = request.match_info["name"]
        if name not in self._files:
            raise web.HTTPNotFound
        kind = TYPES[Path(name).suffix]
        return web.Response(body=self._files[name], content_type=kind, headers={"Cache-Control": "no-cache"})


async def widget(request: web.Request) -> web.StreamResponse:
    """Send the widget to a page of any site: what it may do there is decided at the chat's door."""
    return web.FileResponse(WIDGET, headers=ANYWHERE)


async def _first(request: web.Request) -> str:
    """Return the site key of the oldest inbox of web chat, or nothing."""
    inboxes = await request.app[CHAT].store.find(INBOXES, Eq("channel", "webchat"), order=(By("id"),), limit=20)
    return next((inbox.site_key for inbox in inboxes if inbox.active and inbox.site_key), "")
