"""The OpenAPI document of this release, made once."""

from functools import cache

from aiohttp import web

from server.api.openapi import document, text
from server.api.routes import ROUTES
from server.health import release


@cache
def written() -> str:
    """Return the document as text."""
    return text(document(ROUTES, version=release()))


async def serve(request: web.Request) -> web.Response:
    """`GET /api/v1/openapi.json`."""
    return web.Response(text=written(), content_type="application/json", headers={"Cache-Control": "no-cache"})
