"""One conversation as a supervisor's lists show it: what is needed to judge and to act."""

from datetime import datetime

from msgspec import Struct

from conversations.model import Conversation, Due, Priority, State


class Line(Struct, frozen=True, kw_only=True):
    """A conversation in a list. `held_since` is when its colleague got it, `waiting_since` since when its customer has
    had no answer, `queued_at` since when it stands in the queue, `due` by when something is owed.
    """

    id: str
    name: str
    channel: str
    address: str
    subject: str
    text: str
    state: State
    priority: Priority
    team: str | None
    agent: str | None
    offered_to: str | None
    queued_at: datetime | None
    held_since: datetime | None
    waiting_since: datetime | None
    snoozed_until: datetime | None
    due: Due | None
    last_at: datetime


class Held(Struct, frozen=True, kw_only=True):
    """A conversation beside the colleague who has it: short, for there may be a thousand of them in one picture."""

    id: str
    name: str
    channel: str
    address: str
    priority: Priority
    held_since: datetime | None
    waiting_since: datetime | None
    snoozed_until: datetime | None


def held(row: Conversation) -> Held:
    """Return the conversation as it stands beside its colleague."""
    return Held(
        id=row.id, name=row.name, channel=row.address.channel, address=row.address.user, priority=row.priority,
        held_since=row.held_since, waiting_since=row.waiting_since, snoozed_until=row.snoozed_until,
    )  # fmt: skip


def line(row: Conversation) -> Line:
    """Return the conversation as a line; a closed one is with nobody."""
    return Line(
        id=row.id, name=row.name, channel=row.address.channel, address=row.address.user, subject=row.subject,
        text=row.last.text if row.last else "", state=row.state, priority=row.priority, team=row.team,
        agent=row.agent if row.state is State.AGENT else None, offered_to=row.offered_to, queued_at=row.queued_at,
        held_since=row.held_since, waiting_since=row.waiting_since, snoozed_until=row.snoozed_until,
        due=row.due, last_at=row.last_at,
    )  # fmt: skip
