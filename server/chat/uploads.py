"""Files a visitor sends: stored once, remembered as theirs, and only then of use in a message."""

from datetime import datetime

import msgspec
from aiohttp import web

from adapters.webchat.protocol import Spoken
from conversations.model import Message
from hub.errors import Forbidden, NotFound, Refused
from hub.model import Attachment, Media
from hub.store.port import Collection, Document, Index, Store, insert_if_new
from server.attachments import headers, keep
from server.chat.door import Caller
from server.chat.thread import PAGE, Thread
from server.multipart import chunks_of, file_of

MOST_PAGES = 40
"""How far back a thread is searched for an attachment: 2000 entries."""


class Upload(Document, frozen=True, kw_only=True):
    """A file as its visitor brought it; id is "visitor:hash". What a message may show is taken from here."""

    visitor: str
    part: Media
    at: datetime


UPLOADS = Collection("chat_uploads", Upload, Index(("visitor", "at", "id")), shard="visitor")


async def upload(who: Caller) -> web.StreamResponse:
    """Take one file of a multipart body."""
    visitor = who.visitor().visitor
    if not who.site.uploads:
        raise Forbidden("This inbox takes no files", hint="Switch `uploads` on in the inbox's settings.")
    who.chat.spend(f"chat:upload:{visitor}", who.chat.limits.uploads)
    field = await file_of(who.request)
    name = field.filename or "file"
    part = await keep(who.chat.blobs, chunks_of(field), name=name, limit=who.site.largest_upload)
    kept = Upload(id=f"{visitor}:{part.blob}", visitor=visitor, part=part, at=who.at)
    await insert_if_new(who.chat.store, UPLOADS, kept)
    return web.Response(status=201, body=msgspec.json.encode(part), content_type="application/json")


async def vouch(store: Store, visitor: str, parts: tuple[Spoken, ...]) -> tuple[Spoken, ...]:
    """Replace what a frame says of its files by what was stored; raises `Refused` for one that is not theirs."""
    return tuple([await _vouched(store, visitor, part) if isinstance(part, Attachment) else part for part in parts])


async def blob(who: Caller) -> web.StreamResponse:
    """Send a file of the visitor's own conversation; any other is not there."""
    visitor = who.visitor().visitor
    hash = who.request.match_info["hash"]
    mine = await who.chat.store.get(UPLOADS, f"{visitor}:{hash}")
    part = mine.part if mine else await _told(Thread(who.chat.store, who.inbox.id, visitor), hash)
    if part is None:
        raise NotFound("There is no such file in your conversation")
    response = web.StreamResponse(headers={**headers(part.media_type, part.name), "Content-Length": str(part.size)})
    response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
    response.headers["Access-Control-Allow-Origin"] = who.request.headers.get("Origin", "*")
    await response.prepare(who.request)
    async for chunk in who.chat.blobs.open(hash):
        await response.write(chunk)
    await response.write_eof()
    return response


async def _vouched(store: Store, visitor: str, part: Attachment) -> Media:
    kept = await store.get(UPLOADS, f"{visitor}:{part.blob}")
    if kept is None:
        raise Refused("Upload the file before you send it", blob=part.blob)
    return kept.part


async def _told(thread: Thread, hash: str) -> Attachment | None:
    """Look through what was said in the visitor's conversations, newest first."""
    at = await thread.current()
    before, pages = 2**53, 0
    while at is not None and pages < MOST_PAGES:
        found = await thread.before(at.id, before)
        part = next((part for message in found if (part := _within(thread, message, hash))), None)
        if part is not None:
            return part
        pages += 1
        if len(found) == PAGE:
            before = found[-1].seq
        else:
            at, before = await thread.earlier(at), 2**53
    return None


def _within(thread: Thread, message: Message, hash: str) -> Attachment | None:
    shown = thread.shown(message)
    parts = shown.parts if shown else ()
    return next((part for part in parts if isinstance(part, Attachment) and part.blob == hash), None)
