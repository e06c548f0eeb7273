"""What is said in a conversation: reading it, saying something, and what is being written."""

from typing import Annotated

from msgspec import Meta, Struct

from accounts.permissions import Permission
from accounts.users import USERS
from conversations.model import Draft, Message
from conversations.reply import Reply
from hub.errors import Invalid
from hub.model import Media, Part, Template, Text
from hub.model.parts import Card, Choices, Form, Location
from server.api.contract import Call, Routes
from server.api.cursor import Limit
from server.api.seen import author, seen, shown

routes = Routes("messages")
READ, REPLY = Permission.CONVERSATIONS_READ, Permission.CONVERSATIONS_REPLY
Seq = Annotated[int, Meta(ge=0, le=2**53)]
Mailboxes = Annotated[tuple[Annotated[str, Meta(min_length=3, max_length=998)], ...], Meta(max_length=50)]
Said = Text | Media | Location | Card | Choices | Form | Template
"""What a colleague may say; HTML and notices are not theirs to write."""


class MessagesAsked(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`after` a number, the next ones; `before` a number, those just before it; neither, the latest."""

    before: Seq | None = None
    after: Seq | None = None
    limit: Limit = 50


class MessagesShown(Struct, frozen=True, kw_only=True):
    """Messages and notes, ascending. `next` is the number to go on with, as `after` or `before`."""

    items: tuple[Message, ...]
    next: str | None = None


class Say(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Something to say, or to note. The same `client_id` again is the same message.

    `subject` ("" goes on with the latest), `cc` and `bcc` are a mail's.
    """

    client_id: Annotated[str, Meta(min_length=1, max_length=64)]
    parts: Annotated[tuple[Said, ...], Meta(min_length=1, max_length=20)]
    seen_seq: Seq | None = None
    note: bool = False
    mentions: Annotated[tuple[str, ...], Meta(max_length=20)] = ()
    reply_to: Annotated[str, Meta(max_length=64)] = ""
    subject: Annotated[str, Meta(max_length=998)] = ""
    cc: Mailboxes = ()
    bcc: Mailboxes = ()


class Write(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is being written; an empty text deletes it. `base_seq` is the newest message one has seen."""

    text: Annotated[str, Meta(max_length=20_000)]
    note: bool = False
    base_seq: Seq = 0


class ReadTo(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How far one has read."""

    seq: Seq


class DraftShown(Struct, frozen=True, kw_only=True):
    """What is kept; null when it was deleted."""

    draft: Draft | None


@routes.get("/conversations/{id}/messages", permission=READ)
async def list_messages(call: Call, id: str, query: MessagesAsked) -> MessagesShown:
    """List messages and notes by number."""
    await seen(call, id)
    history = call.hub.talks.history
    if query.after is not None and query.before is not None:
        raise Invalid("Ask for `before` or for `after`, not both", path="$query.before")
    if query.after is not None:
        found = await history.after(id, query.after, limit=query.limit)
        on = found[-1].seq if len(found) == query.limit else None
    else:
        found = await history.before(id, query.before, limit=query.limit)
        on = found[0].seq if len(found) == query.limit and found[0].seq > 1 else None
    return MessagesShown(items=tuple(map(shown, found)), next=None if on is None else str(on))


@routes.post("/conversations/{id}/messages", permission=REPLY, status=201, also=(200,))
async def say(call: Call, id: str, body: Say) -> Message:
    """Say something to the customer, or note something for colleagues; durable when answered."""
    await seen(call, id)
    await _check_mentions(call, body.mentions)
    parts: tuple[Part, ...] = body.parts
    reply = Reply(
        author=author(call), parts=parts, client_id=body.client_id, seen_seq=body.seen_seq, note=body.note,
        mentions=body.mentions, reply_to=body.reply_to, subject=body.subject, cc=body.cc, bcc=body.bcc,
    )  # fmt: skip
    replied = await call.hub.talks.replies.reply(id, reply)
    if not replied.new:
        call.answer.status = 200
    return shown(replied.message)


@routes.post("/conversations/{id}/messages/{seq}/retry", permission=REPLY)
async def retry(call: Call, id: str, seq: Seq) -> Message:
    """Send a failed message again."""
    await seen(call, id)
    return shown(await call.hub.talks.replies.retry(id, seq))


@routes.put("/conversations/{id}/draft", permission=REPLY)
async def save_draft(call: Call, id: str, body: Write) -> DraftShown:
    """Keep what one is writing, for oneself on any machine."""
    await seen(call, id)
    kept = await call.hub.talks.drafts.save(id, call.actor.user, text=body.text, note=body.note, base_seq=body.base_seq)
    return DraftShown(draft=kept)


@routes.put("/conversations/{id}/read", permission=READ)
async def mark_read(call: Call, id: str, body: ReadTo) -> ReadTo:
    """Say how far one has read; the mark only moves forward."""
    conversation = await seen(call, id)
    seq = await call.hub.talks.reading.read(id, call.actor.user, min(body.seq, conversation.seq))
    return ReadTo(seq=seq)


async def _check_mentions(call: Call, mentions: tuple[str, ...]) -> None:
    known = {user.id for user in await call.hub.store.get_many(USERS, mentions)} if mentions else set()
    for number, user in enumerate(mentions):
        if user not in known:
            raise Invalid("There is no such colleague", path=f"$.mentions[{number}]")
