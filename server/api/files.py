"""Files colleagues send and fetch."""

import asyncio
from datetime import timedelta
from typing import Annotated

from aiohttp import web
from msgspec import Meta, Struct

from accounts.permissions import Permission
from hub.errors import Unsupported
from hub.media import HEAD, media_type
from hub.model import Media
from server.api.contract import Call, Rate, Routes
from server.attachments import headers, keep
from server.multipart import chunks_of, file_of
from server.shelf import LARGEST
from server.sound import playable
from server.thumbs import thumb

routes = Routes("files")
MINUTE = timedelta(minutes=1)
_thumbs = asyncio.Semaphore(2)
Hash = Annotated[str, Meta(pattern="^[0-9a-f]{64}$")]


class Named(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The name under which the file is offered for saving."""

    name: Annotated[str, Meta(max_length=256)] = "file"


@routes.post(
    "/uploads",
    permission=Permission.CONVERSATIONS_REPLY,
    status=201,
    upload=True,
    body_limit=LARGEST,
    rate=Rate(times=60, per=MINUTE),
)
async def upload(call: Call) -> Media:
    """Store one file (multipart field `file`) and return the part that shows it."""
    field = await file_of(call.request)
    return await keep(call.hub.shelf, chunks_of(field), name=field.filename or "file", limit=LARGEST)


@routes.get("/blobs/{hash}", permission=Permission.CONVERSATIONS_READ)
async def get_blob(call: Call, hash: Hash, query: Named) -> web.StreamResponse:
    """Send a stored file; nothing of it ever runs in a page."""
    shelf = call.hub.shelf
    size = await shelf.size(hash)
    kind = media_type(await shelf.head(hash))
    response = web.StreamResponse(headers={**headers(kind, query.name), "Content-Length": str(size)})
    await response.prepare(call.request)
    async for chunk in shelf.open(hash):
        await response.write(chunk)
    await response.write_eof()
    return response


@routes.get("/blobs/{hash}/thumb", permission=Permission.CONVERSATIONS_READ)
async def get_thumb(call: Call, hash: Hash) -> web.StreamResponse:
    """Send a stored picture made small: WebP, no side longer than 480 pixels."""
    data = await call.hub.shelf.read(hash)
    async with _thumbs:
        small = await asyncio.to_thread(thumb, data)
    return web.Response(body=small, headers=headers("image/webp", "picture.webp"))


@routes.get("/blobs/{hash}/sound", permission=Permission.CONVERSATIONS_READ, rate=Rate(times=120, per=MINUTE))
async def get_sound(call: Call, hash: Hash) -> web.StreamResponse:
    """Send a voice message as a browser plays it; a sound that plays already is sent as it is."""
    data = await call.hub.shelf.read(hash)
    kind = media_type(data[:HEAD])
    if not kind.startswith(("audio/", "video/")):
        raise Unsupported("That is no sound", type=kind)
    sound, kind = await playable(data, kind)
    return web.Response(body=sound, headers=headers(kind, "sound"))
