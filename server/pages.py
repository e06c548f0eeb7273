"""The built pages of `web/dist`: hashed assets for ever, the page never from a cache, one page for all routes."""

import mimetypes
from pathlib import Path

from aiohttp import web

from server.edge import CSP

DIST = Path(__file__).resolve().parent.parent / "web" / "dist"
FOREVER = {"Cache-Control": "public, max-age=31536000, immutable"}
FRESH = {"Cache-Control": "no-cache"}
ROUTE = r"/{tail:(?!(?:api|hooks|chat)(?:/|$)).*}"
UNBUILT = "The pages are not built yet: run `make run`, or `npm run build` in web/.\n"


class Pages:
    """Serves a folder. Every file is known at start, so no path of a caller ever reaches the file system."""

    def __init__(self, folder: Path = DIST) -> None:
        self._files = {file.relative_to(folder).as_posix(): file for file in folder.rglob("*") if file.is_file()}

    def mount(self, app: web.Application) -> None:
        """Put the pages on the application, last: they answer what nobody else does."""
        app.router.add_get(ROUTE, self.get)

    async def get(self, request: web.Request) -> web.StreamResponse:
        """Answer with a file, or with the page for a route of its own."""
        path = request.match_info["tail"]
        file = self._files.get(path)
        if file is None and "." in path.rpartition("/")[2]:
            raise web.HTTPNotFound
        if file is None:
            return self._page()
        kept = FOREVER if path.startswith("assets/") else FRESH
        kind = mimetypes.guess_type(file.name)[0] or "application/octet-stream"
        return web.FileResponse(file, headers={**kept, "Content-Type": kind})

    def _page(self) -> web.StreamResponse:
        index = self._files.get("index.html")
        if index is None:
            return web.Response(status=503, text=UNBUILT)
        headers = {**FRESH, "Content-Type": "text/html; charset=utf-8", "Content-Security-Policy": CSP}
        return web.FileResponse(index, headers=headers)
