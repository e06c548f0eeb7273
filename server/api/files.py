"""Files colleagues send and fetch."""

from datetime import timedelta
from typing import Annotated

from aiohttp import web
from msgspec import Meta, Struct

from accounts.permissions import Permission
from hub.media import media_type
from hub.model import Media
from server.api.contract import Call, Rate, Routes
from server.attachments import headers, keep
from server.multipart import chunks_of, file_of
from server.shelf import LARGEST

routes = Routes("files")
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
    rate=Rate(times=60, per=timedelta(minutes=1)),
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
