"""The record of a routing decision: made here, committed with what was decided."""

from datetime import datetime
from typing import TypedDict, Unpack

from conversations.model import Conversation
from hub.ids import new_id
from hub.store.port import Insert
from routing.model import DECISIONS, Candidate, Decision, Outcome
from routing.policy.reasons import Reason


class Told(TypedDict, total=False):
    """What a decision tells besides; see `Decision`."""

    agent: str | None
    by: str | None
    candidates: tuple[Candidate, ...]
    ahead: int
    reason: Reason | None
    partial: bool
    ring: int
    why: str
    ending: str


def decided(conversation: Conversation, outcome: Outcome, *, at: datetime, **told: Unpack[Told]) -> Insert[Decision]:
    """Make the record of one decision; `by` is the person who made it, when it was no machine."""
    since = conversation.queued_at or conversation.waiting_since or at
    reason = told.get("reason")
    decision = Decision(
        id=new_id(),
        conversation=conversation.id,
        at=at,
        outcome=outcome,
        team=conversation.team,
        waited_seconds=max(0.0, (at - since).total_seconds()),
        sentence=reason.sentence if reason else "",
        **told,
    )
    return Insert(DECISIONS, decision)
