"""The record of a routing decision: made here, committed with what was decided."""

from datetime import datetime

from conversations.model import Conversation
from hub.ids import new_id
from hub.store.port import Insert
from routing.model import DECISIONS, Candidate, Decision, Outcome


def decided(
    conversation: Conversation,
    outcome: Outcome,
    *,
    at: datetime,
    agent: str | None = None,
    by: str | None = None,
    candidates: tuple[Candidate, ...] = (),
    ahead: int = 0,
) -> Insert[Decision]:
    """Make the record of one decision; `by` is the person who made it, when it was no machine."""
    since = conversation.queued_at or conversation.waiting_since or at
    decision = Decision(
        id=new_id(),
        conversation=conversation.id,
        at=at,
        outcome=outcome,
        team=conversation.team,
        agent=agent,
        by=by,
        waited_seconds=max(0.0, (at - since).total_seconds()),
        ahead=ahead,
        candidates=candidates,
    )
    return Insert(DECISIONS, decision)
