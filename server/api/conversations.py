"""Views, lists and single conversations, and what colleagues do with them besides talking."""

import asyncio
from datetime import datetime
from typing import Annotated, Literal

from msgspec import UNSET, Meta, Struct, UnsetType, structs

from accounts.permissions import Permission
from conversations.drafts import draft_id
from conversations.inboxes import INBOXES
from conversations.lists import Order
from conversations.model import DRAFTS, PROFILES, Conversation, Draft, Priority, Profile
from conversations.views import may_see
from hub.errors import NotFound
from hub.store.port import Write
from routing.decisions import decided
from routing.model import Outcome
from routing.places import ahead
from server.api.contract import Call, Routes
from server.api.cursor import Cursor, Limit
from server.api.seen import author, seen
from server.live.counts import ViewShown
from server.live.frames import Viewer

routes = Routes("conversations")
Label = Annotated[str, Meta(min_length=1, max_length=64)]
READ, REPLY = Permission.CONVERSATIONS_READ, Permission.CONVERSATIONS_REPLY


class ViewsShown(Struct, frozen=True, kw_only=True):
    """Every list of this user."""

    views: tuple[ViewShown, ...]


class RowsAsked(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A page of a view; `order=due` is what is due there, the soonest first."""

    view: str = "all"
    order: Order = ""
    label: Annotated[str, Meta(max_length=64)] = ""
    after: Cursor | None = None
    limit: Limit = 50


class Row(Conversation, frozen=True, kw_only=True):
    """A conversation in a list, and how far this user has read it."""

    read_seq: int = 0


class RowsShown(Struct, frozen=True, kw_only=True):
    """Conversations: queues oldest first, all other views newest first."""

    items: tuple[Row, ...]
    next: str | None = None


class InboxNamed(Struct, frozen=True, kw_only=True):
    """The inbox of a conversation."""

    id: str
    name: str
    channel: str
    bot: str | None = None


class ConversationView(Struct, frozen=True, kw_only=True):
    """A conversation with what stands around it on the screen. `queue_position` 1 is next."""

    conversation: Conversation
    profile: Profile | None
    inbox: InboxNamed | None
    queue_position: int | None
    draft: Draft | None
    read_seq: int
    viewers: tuple[Viewer, ...]


class ConversationPatch(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What to change; what is absent stays."""

    labels: (
        Annotated[tuple[Annotated[str, Meta(min_length=1, max_length=64)], ...], Meta(max_length=50)] | UnsetType
    ) = UNSET
    priority: Priority | UnsetType = UNSET
    subject: Annotated[str, Meta(max_length=200)] | UnsetType = UNSET


class Resolve(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Whether to ask for a rating; without a word, as the inbox is set."""

    ask_rating: bool | None = None


class Hold(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Whom outside the house it waits for; "" ends that. Deadlines pause meanwhile, as their policy says."""

    waits_for: Literal["", "supplier"]


class Snooze(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Until when; null wakes it."""

    until: datetime | None


@routes.get("/views", permission=READ)
async def list_views(call: Call) -> ViewsShown:
    """List every view and queue with its count."""
    return ViewsShown(views=await call.hub.views.of(call.actor))


@routes.get("/conversations", permission=READ)
async def list_conversations(call: Call, query: RowsAsked) -> RowsShown:
    """List one view."""
    page = await call.hub.talks.lists.page(
        query.view, call.actor, label=query.label, order=query.order, after=query.after, limit=query.limit
    )
    seqs = await call.hub.talks.reading.seqs(call.actor.user, [row.id for row in page.items])
    rows = tuple(Row(**structs.asdict(row), read_seq=seqs.get(row.id, 0)) for row in page.items)
    return RowsShown(items=rows, next=page.next)


@routes.get("/conversations/{id}", permission=READ)
async def get_conversation(call: Call, id: str) -> ConversationView:
    """Show one conversation."""
    conversation = await seen(call, id)
    store, user = call.hub.store, call.actor.user
    profile, inbox, before, draft, seqs = await asyncio.gather(
        store.get(PROFILES, conversation.profile),
        store.get(INBOXES, conversation.inbox),
        ahead(store, conversation),
        store.get(DRAFTS, draft_id(id, user)),
        call.hub.talks.reading.seqs(user, [id]),
    )
    named = InboxNamed(id=inbox.id, name=inbox.name, channel=inbox.channel, bot=inbox.bot) if inbox else None
    return ConversationView(
        conversation=conversation, profile=profile, inbox=named, draft=draft, read_seq=seqs.get(id, 0),
        queue_position=None if before is None else before + 1, viewers=call.hub.live.company.viewers(id),
    )  # fmt: skip


@routes.patch("/conversations/{id}", permission=REPLY)
async def change_conversation(call: Call, id: str, body: ConversationPatch) -> Conversation:
    """Set labels, priority or subject."""
    await seen(call, id)
    given = {name: value for name, value in structs.asdict(body).items() if value is not UNSET}
    return await call.hub.talks.acts.annotate(id, author(call), **given)


@routes.post("/conversations/{id}/resolve", permission=REPLY)
async def resolve(call: Call, id: str, body: Resolve) -> Conversation:
    """Close it, and ask for a rating if wanted."""
    await seen(call, id)
    return await call.hub.talks.acts.resolve(id, author(call), ask_rating=body.ask_rating)


@routes.post("/conversations/{id}/reopen", permission=REPLY)
async def reopen(call: Call, id: str) -> Conversation:
    """Open a closed one again, as one's own."""
    await seen(call, id)
    return await call.hub.talks.acts.reopen(id, author(call))


@routes.post("/conversations/{id}/snooze", permission=REPLY)
async def snooze(call: Call, id: str, body: Snooze) -> Conversation:
    """Let it sleep until a time, or until the customer writes."""
    await seen(call, id)
    return await call.hub.talks.acts.snooze(id, author(call), body.until)


@routes.post("/conversations/{id}/hold", permission=REPLY)
async def hold(call: Call, id: str, body: Hold) -> Conversation:
    """Let it wait for somebody outside the house, or no longer."""
    await seen(call, id)
    return await call.hub.talks.acts.hold(id, author(call), body.waits_for)


@routes.post("/conversations/{id}/hand-to-bot", permission=REPLY)
async def hand_to_bot(call: Call, id: str) -> Conversation:
    """Let the inbox's bot answer from here on."""
    await seen(call, id)

    def record(read: Conversation, at: datetime) -> Write:
        return decided(read, Outcome.TO_BOT, at=at, agent=read.agent, by=call.actor.user)

    return await call.hub.talks.acts.hand_to_bot(id, author(call), record=record)


@routes.get("/profiles/{id}/conversations", permission=READ)
async def list_conversations_of(call: Call, id: str) -> RowsShown:
    """List the conversations of one customer that this user may see, newest first."""
    if await call.hub.store.get(PROFILES, id) is None:
        raise NotFound("No such customer", profile=id)
    found = await call.hub.talks.history.history(id, limit=100)
    rows = tuple(Row(**structs.asdict(row)) for row in found if may_see(call.actor, row))
    return RowsShown(items=rows)
