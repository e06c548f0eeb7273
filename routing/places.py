"""How much of a person's attention is taken: counted from the conversations, so that it cannot drift."""

from collections import Counter
from collections.abc import Mapping

from conversations.model import CONVERSATIONS, Conversation, State
from hub.store.port import Between, Eq, Missing, Present, Store
from routing.lines import kind_of

MOST = 1000
"""Nobody holds more; counting stops here."""


async def taken(store: Store, agent: str) -> Mapping[str, int]:
    """Return what the agent holds awake, plus what is offered to them: how many of each kind."""
    # An offer that is accepted between the two reads is in both, and never in neither: accepting writes no desk, so
    # no lost race would tell of it.
    offered = await store.find(CONVERSATIONS, Present("offered_to"), Eq("offered_to", agent), limit=MOST)
    held = await store.find(
        CONVERSATIONS, Eq("state", State.AGENT), Eq("agent", agent), Missing("snoozed_until"), limit=MOST
    )
    return Counter(kind_of(one) for one in {one.id: one for one in (*offered, *held)}.values())


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
