"""A message as it came: its raw form, and its HTML made fit to be shown."""

import asyncio
from datetime import timedelta
from typing import Annotated

from aiohttp import web
from msgspec import Meta, Struct

from accounts.permissions import Permission
from conversations.finding import message_at
from conversations.model import Message
from conversations.raws import RAWS
from hub.errors import NotFound
from hub.media import BINARY
from hub.model import Html
from server.api.contract import Call, Rate, Routes
from server.api.messages import Seq
from server.api.seen import seen
from server.attachments import headers
from server.markup import Clean, cleaned
from server.outside import picture

routes = Routes("messages")
READ = Permission.CONVERSATIONS_READ
LINKS = timedelta(hours=12)
MINUTE = timedelta(minutes=1)


class Images(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Whether to show pictures that are elsewhere: 0 or 1."""

    images: Annotated[int, Meta(ge=0, le=1)] = 0


class Elsewhere(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A picture that the message names."""

    url: Annotated[str, Meta(max_length=2048, pattern="^https?://")]


class MailHtml(Struct, frozen=True, kw_only=True):
    """HTML for a sandboxed frame, the earlier mail below it, and how many pictures elsewhere were left out."""

    html: str
    quoted: str
    blocked: int


@routes.get("/conversations/{id}/messages/{seq}/raw", permission=Permission.OPERATIONS_MANAGE)
async def get_raw(call: Call, id: str, seq: Seq) -> web.StreamResponse:
    """Send a message as its provider brought it, to be saved."""
    await seen(call, id)
    message = await message_at(call.hub.store, id, seq)
    name = f"message-{seq}.{'eml' if message.envelope else 'bin'}"
    return web.Response(body=await _raw(call, message), headers=headers(BINARY, name))


@routes.get("/conversations/{id}/messages/{seq}/html", permission=READ)
async def get_html(call: Call, id: str, seq: Seq, query: Images) -> MailHtml:
    """Return a message's HTML without anything that runs or tells the sender that it is read."""
    await seen(call, id)
    part = _html(await message_at(call.hub.store, id, seq))
    links = call.hub.links
    inline = {cid: links.path(blob, "picture", life=LINKS) for cid, blob in part.cid.items()}
    remote = links.remote if query.images else None
    body, quoted = await asyncio.to_thread(
        lambda: (cleaned(part.body, inline, remote), cleaned(part.quoted, inline, remote))
    )
    return MailHtml(html=body.html, quoted=quoted.html, blocked=body.blocked + quoted.blocked)


@routes.get("/conversations/{id}/messages/{seq}/remote", permission=READ, rate=Rate(times=300, per=MINUTE))
async def get_remote(call: Call, id: str, seq: Seq, query: Elsewhere) -> web.StreamResponse:
    """Fetch a picture that the message names elsewhere."""
    await seen(call, id)
    part = _html(await message_at(call.hub.store, id, seq))
    named: Clean = await asyncio.to_thread(cleaned, part.body + part.quoted, {})
    if query.url not in named.remote:
        raise NotFound("The message names no such picture")
    body, kind = await picture(call.hub.channels.http, query.url)
    return web.Response(body=body, headers=headers(kind, "picture"))


async def _raw(call: Call, message: Message) -> bytes:
    if message.original:
        return await call.hub.shelf.read(message.original)
    kept = await call.hub.store.get(RAWS, message.id)
    if kept is None:
        raise NotFound("The raw form of this message is not kept", hint="It is kept of mails and of unknown messages.")
    return kept.raw


def _html(message: Message) -> Html:
    for part in message.parts:
        if isinstance(part, Html):
            return part
    raise NotFound("This message has no HTML")
