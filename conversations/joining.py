"""Which conversation a message goes on with: the look-ups around the rules of `threads`.

chat: the customer's live one, else their latest        -- one look-up in the usual case
mail: what our signature proves -> what it refers to, if the sender takes part -> its own thread
"""

import asyncio
from datetime import datetime

import structlog
from msgspec import Struct

from conversations.change import Change
from conversations.finding import latest, live, referred
from conversations.inboxes import INBOXES, Inbox
from conversations.model import CONVERSATIONS, Conversation, Profile
from conversations.threads import chosen, come_back, may_return, references, root, start
from hub.model import Envelope, Said
from hub.store.port import Store

log = structlog.get_logger(__name__)


class Place(Struct, frozen=True, kw_only=True):
    """Where a message goes: the live conversation, or the closed one it may come back to, and its thread."""

    live: Conversation | None = None
    closed: Conversation | None = None
    thread: str = ""


async def thread(store: Store, said: Said, profile: Profile, at: datetime) -> Change:
    """Join, come back or start."""
    known = await live(store, said.inbox, profile.id) if said.envelope is None else None
    if known is not None:
        return Change(known)
    place, inbox = await asyncio.gather(_place(store, said, profile), store.get(INBOXES, said.inbox))
    if place.live is not None:
        return Change(place.live)
    if inbox is None:
        log.warning("inbox_unknown", inbox=said.inbox)
    if place.closed is not None and may_return(place.closed, inbox, at=at):
        return _returned(place.closed, inbox, said, at)
    return Change(
        None,
        start(
            said.inbox, inbox, profile, subject=said.subject, thread=place.thread, before=place.closed,
            automatic=said.automatic, at=at,
        ),
    )  # fmt: skip


def _returned(closed: Conversation, inbox: Inbox | None, said: Said, at: datetime) -> Change:
    """Open it again, unless a machine wrote: an absence note to our last answer is no new question."""
    return Change(closed) if said.automatic else Change(closed, come_back(closed, inbox, at=at))


async def _place(store: Store, said: Said, profile: Profile) -> Place:
    if said.envelope is None:
        return Place(closed=await latest(store, said.inbox, profile.id))
    known = await _proven(store, said, said.envelope) or await _confirmed(store, said, said.envelope)
    topic = root(said)
    if known is not None and not known.live:
        newer = await live(store, said.inbox, known.profile, known.thread)
        known = newer or known
    if known is not None and known.live:
        return Place(live=known)
    return Place(live=await live(store, said.inbox, profile.id, topic), closed=known, thread=topic)


async def _proven(store: Store, said: Said, envelope: Envelope) -> Conversation | None:
    """Return the conversation that a signature of ours in the mail names."""
    known = await store.get(CONVERSATIONS, envelope.conversation) if envelope.conversation else None
    return known if known is not None and known.inbox == said.inbox else None


async def _confirmed(store: Store, said: Said, envelope: Envelope) -> Conversation | None:
    """Return the conversation of a mail that this one refers to, when its sender takes part there."""
    refs = references(envelope)
    if not refs:
        return None
    messages = await referred(store, said.inbox, refs)
    ids = list(dict.fromkeys(message.conversation for message in messages))
    return chosen(await store.get_many(CONVERSATIONS, ids), said.sender)
