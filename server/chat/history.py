"""Scrolling back: older messages of the visitor's conversation, then of the ones before it."""

from typing import Annotated

import msgspec
from aiohttp import web
from msgspec import Meta, Struct

from adapters.webchat.protocol import Said, ThreadId
from conversations.model import Conversation
from server.api.decode import query_decoder
from server.chat.door import Caller
from server.chat.thread import PAGE, Thread

END = 2**53


class Before(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Query: messages before `before` of `conversation` (default: the current one, its end)."""

    before: Annotated[int, Meta(ge=1, le=END)] = END
    conversation: ThreadId = ""


class Next(Struct, frozen=True, kw_only=True):
    """Where to go on."""

    conversation: str
    before: int


class Older(Struct, frozen=True, kw_only=True):
    """Messages, oldest first."""

    items: tuple[Said, ...]
    next: Next | None = None


_before = query_decoder(Before)


async def history(who: Caller) -> web.StreamResponse:
    """Return a page of what was said before."""
    visitor = who.visitor()
    asked = _before(who.request.query)
    thread = Thread(who.chat.store, who.inbox.id, visitor.visitor)
    at = await thread.own(asked.conversation) if asked.conversation else await thread.current()
    older = await _page(thread, at, asked.before) if at else Older(items=())
    return web.Response(body=msgspec.json.encode(older), content_type="application/json")


async def _page(thread: Thread, at: Conversation, before: int) -> Older:
    found = await thread.before(at.id, before)
    items = tuple(frame for frame in map(thread.shown, reversed(found)) if frame)
    if len(found) == PAGE:
        return Older(items=items, next=Next(conversation=at.id, before=found[-1].seq))
    earlier = await thread.earlier(at)
    return Older(items=items, next=Next(conversation=earlier.id, before=END) if earlier else None)
