"""Who gets what, decided from rows alone: longest idle person, oldest waiting customer. Pure: no clock, no store."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from msgspec import Struct

from conversations.model import Conversation
from routing.model import Candidate, Desk, Presence, Verdict


class Choice(Struct, frozen=True):
    """The person chosen, or None, and how everybody who was considered stood."""

    desk: Desk | None
    candidates: tuple[Candidate, ...]


def choose(conversation: Conversation, desks: Iterable[Desk], *, at: datetime) -> Choice:
    """Choose the longest idle person with a place who has not declined this conversation.

    Ties are broken by id, so that every process decides the same.
    """
    ordered = sorted(desks, key=lambda desk: (desk.idle_since, desk.id))
    chosen = next((desk for desk in ordered if hindrance(conversation, desk) is None), None)
    return Choice(chosen, tuple(_candidate(conversation, desk, chosen, at) for desk in ordered))


def hindrance(conversation: Conversation, desk: Desk) -> Verdict | None:
    """Return what keeps this person from this conversation, or None."""
    match desk.status:
        case Presence.AWAY:
            return Verdict.AWAY
        case Presence.BUSY:
            return Verdict.BUSY
        case Presence.ONLINE if desk.load >= desk.capacity:
            return Verdict.NO_PLACE
        case Presence.ONLINE:
            return Verdict.DECLINED if desk.id in conversation.declined_by else None


def next_for(desk: Desk, waiting: Sequence[Conversation]) -> Conversation | None:
    """Return the oldest of the waiting conversations this person may be given; never the newest."""
    able = (conversation for conversation in waiting if hindrance(conversation, desk) is None)
    return min(able, key=queue_order, default=None)


def queue_order(conversation: Conversation) -> tuple[datetime, str]:
    """Return the key that orders a queue: since when it waits, then id."""
    return (conversation.queued_at or conversation.opened_at, conversation.id)


def effective(chosen: Presence, *, connected: bool) -> Presence:
    """Return the presence routing goes by: nobody is online without a connection."""
    return chosen if connected else Presence.AWAY


def _candidate(conversation: Conversation, desk: Desk, chosen: Desk | None, at: datetime) -> Candidate:
    verdict = hindrance(conversation, desk) or (Verdict.CHOSEN if desk is chosen else Verdict.LONGER_IDLE_FIRST)
    return Candidate(
        agent=desk.id,
        name=desk.name,
        verdict=verdict,
        load=desk.load,
        capacity=desk.capacity,
        idle_seconds=max(0.0, (at - desk.idle_since).total_seconds()),
    )
