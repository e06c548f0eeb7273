"""The files of a bot as a zip: to take home, and to bring back."""

import asyncio
from datetime import timedelta

from aiohttp import web

from accounts.permissions import Permission
from bots.serving.zipping import LARGEST, packed, unpacked
from hub.errors import TooLarge
from server.api.bots.drafts import saved
from server.api.bots.shown import BotId, FilesShown
from server.api.contract import Call, Rate, Routes
from server.attachments import headers
from server.multipart import chunks_of, file_of

routes = Routes("bots")


@routes.get("/bots/{id}/archive", permission=Permission.BOTS_READ)
async def get_archive(call: Call, id: BotId) -> web.StreamResponse:
    """Send the draft as a zip."""
    draft = await call.hub.workshop.drafts.get(id)
    data = await asyncio.to_thread(packed, draft.files)
    return web.Response(body=data, headers=headers("application/zip", f"{id}.zip"))


@routes.post(
    "/bots/{id}/archive", permission=Permission.BOTS_MANAGE, upload=True, body_limit=LARGEST,
    rate=Rate(times=20, per=timedelta(minutes=1)),
)  # fmt: skip
async def put_archive(call: Call, id: BotId) -> FilesShown:
    """Put the YAML files of a zip (multipart field `file`) in the place of the draft."""
    read = await call.hub.workshop.drafts.get(id)
    files = await asyncio.to_thread(unpacked, await _whole(call))
    return await saved(call, id, read.row.version, files, "bot.files_uploaded")


async def _whole(call: Call) -> bytes:
    data = bytearray()
    async for chunk in chunks_of(await file_of(call.request)):
        data += chunk
        if len(data) > LARGEST:
            raise TooLarge("The zip is too large", limit=LARGEST)
    return bytes(data)
