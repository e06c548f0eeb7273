"""Customers, and search over everything that was said."""

from typing import Annotated

from msgspec import Meta, Struct

from accounts.permissions import Permission
from conversations.model import Profile
from conversations.profiles import Edit
from conversations.search import Hits
from conversations.views import may_see
from hub.errors import NotFound
from server.api.contract import Call, Routes
from server.api.cursor import Cursor

routes = Routes("customers")
FAR = 100
"""Conversations of one customer that are looked at for one this user may see."""


class SearchAsked(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Words to look for; all of them must be in the message."""

    q: Annotated[str, Meta(min_length=1, max_length=200)]
    after: Cursor | None = None
    limit: Annotated[int, Meta(ge=1, le=50)] = 20


@routes.get("/search", permission=Permission.CONVERSATIONS_READ)
async def search(call: Call, query: SearchAsked) -> Hits:
    """Find messages by their words, newest first, among the conversations this user may see."""
    return await call.hub.talks.search.find(query.q, call.actor, after=query.after, limit=query.limit)


@routes.get("/profiles/{id}", permission=Permission.PROFILES_READ)
async def get_profile(call: Call, id: str) -> Profile:
    """Show one customer."""
    return await _seen(call, id)


@routes.patch("/profiles/{id}", permission=Permission.PROFILES_MANAGE)
async def change_profile(call: Call, id: str, body: Edit) -> Profile:
    """Correct what is known of a customer."""
    await _seen(call, id)
    return await call.hub.talks.profiles.edit(id, body)


async def _seen(call: Call, id: str) -> Profile:
    """Return a customer with whom this user shares a conversation; anybody else does not exist for them."""
    profile = await call.hub.talks.profiles.get(id)
    if call.actor.sees_all:
        return profile
    shared = await call.hub.talks.history.history(id, limit=FAR)
    if not any(may_see(call.actor, conversation) for conversation in shared):
        raise NotFound("No such customer", profile=id)
    return profile
