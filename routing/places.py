"""How much of a person's attention is taken: counted from the conversations, so that it cannot drift."""

from datetime import datetime

from msgspec import structs

from conversations.model import CONVERSATIONS, Conversation, State
from hub.store.port import Between, Eq, Missing, Present, Store
from routing.model import Desk, Presence

MOST = 1000
"""Nobody holds more; counting stops here."""


async def taken(store: Store, agent: str) -> int:
    """Return how many conversations the agent holds awake, plus those offered to them."""
    held = await store.count(
        CONVERSATIONS, Eq("state", State.AGENT), Eq("agent", agent), Missing("snoozed_until"), limit=MOST
    )
    offered = await store.count(CONVERSATIONS, Present("offered_to"), Eq("offered_to", agent), limit=MOST)
    return held + offered


async def ahead(store: Store, conversation: Conversation) -> int | None:
    """Return how many wait before this one in its queue, or None when it is in no queue."""
    if conversation.queued_at is None:
        return None
    team = Missing("team") if conversation.team is None else Eq("team", conversation.team)
    return await store.count(
        CONVERSATIONS,
        Eq("state", State.WAITING),
        team,
        Present("queued_at"),
        Between("queued_at", high=conversation.queued_at),
        limit=MOST,
    )


def settled(desk: Desk, *, load: int, at: datetime, took: bool = False) -> Desk:
    """Return the desk with its load as counted; `took` sends it to the end of the line of the idle. Pure."""
    return structs.replace(
        desk,
        load=load,
        open=desk.status is Presence.ONLINE and load < desk.capacity,
        idle_since=at if took else desk.idle_since,
        changed_at=at,
    )
