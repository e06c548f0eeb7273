"""`/files/{token}/{name}` and `/remote/{token}`: files for whoever holds a signed address, until it ends.

Nothing that is sent here ever runs: typed by content, never sniffed, in a sandbox of its own.
"""

import re
from collections.abc import Mapping

from aiohttp import web

from hub.media import media_type
from server.attachments import headers
from server.outside import picture
from server.parts import EACH, HUB

RANGE = re.compile(r"bytes=(\d{0,18})-(\d{0,18})")
CALLS = 20
"""A second, from one address."""
SHARED: Mapping[str, str] = {
    "Cross-Origin-Resource-Policy": "cross-origin",
    "Cache-Control": "private, max-age=86400",
    "Referrer-Policy": "no-referrer",
}
"""Providers fetch from elsewhere, and a sandboxed frame is elsewhere too."""


async def file(request: web.Request) -> web.StreamResponse:
    """Send a stored file, or the range of it that was asked for."""
    hub = request.app[HUB]
    hub.buckets.take(f"files:{hub.proxies.client(request)}", times=CALLS * 5, per=EACH, now=hub.clock.monotonic())
    hash = hub.links.blob(request.match_info["token"], hub.clock.now())
    size = await hub.shelf.size(hash)
    kind = media_type(await hub.shelf.head(hash))
    start, end = _range(request.headers.get("Range", ""), size)
    known = {**headers(kind, request.match_info["name"]), **SHARED, "Accept-Ranges": "bytes"}
    if (start, end) == (0, 0) and size:
        return web.Response(status=416, headers={"Content-Range": f"bytes */{size}"})
    whole = (start, end) == (0, size)
    if not whole:
        known["Content-Range"] = f"bytes {start}-{end - 1}/{size}"
    response = web.StreamResponse(status=200 if whole else 206, headers={**known, "Content-Length": str(end - start)})
    await response.prepare(request)
    if request.method != "HEAD":
        async for chunk in hub.shelf.open(hash, start, end):
            await response.write(chunk)
    await response.write_eof()
    return response


async def remote(request: web.Request) -> web.StreamResponse:
    """Fetch the picture that the token names, for a mail that an agent reads."""
    hub = request.app[HUB]
    hub.buckets.take(f"remote:{hub.proxies.client(request)}", times=CALLS, per=EACH, now=hub.clock.monotonic())
    url = hub.links.far(request.match_info["token"], hub.clock.now())
    body, kind = await picture(hub.channels.http, url)
    return web.Response(body=body, headers={**headers(kind, "picture"), **SHARED})


def _range(asked: str, size: int) -> tuple[int, int]:
    """Return [start, end) of a single range; the whole file when none is asked for, (0, 0) when there is no such."""
    found = RANGE.fullmatch(asked.strip())
    if not found or found.groups() == ("", ""):
        return 0, size
    first, last = found.groups()
    if not first:
        start, end = max(size - int(last), 0), size
    else:
        start, end = int(first), min(int(last) + 1, size) if last else size
    return (start, end) if start < end else (0, 0)
