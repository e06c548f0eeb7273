"""The timers of waiting: the steps of a queue, and the end of being kept for one person. Rows and their times; pure."""

from datetime import datetime, timedelta

from msgspec import Struct

from conversations.model import Conversation
from hub.work.jobs import Kind
from routing.policy.queues import Queue
from routing.terms import MOMENT


class Overflow(Struct, frozen=True, kw_only=True):
    """A conversation comes to the step of this number, if it waits where it waited, and since the same moment."""

    conversation: str
    team: str | None
    since: datetime
    step: int


class KeptOver(Struct, frozen=True, kw_only=True):
    """It was kept for this person long enough."""

    conversation: str
    agent: str


OVERFLOW = Kind("routing.overflow", Overflow)
KEPT_OVER = Kind("routing.kept_over", KeptOver)


def timers(conversation: str) -> str:
    """Return the lane of a conversation's steps."""
    return f"overflow:{conversation}"


def next_step(now: Conversation, queue: Queue, number: int) -> tuple[Overflow, datetime] | None:
    """Return the timer of a step and when it rings, or None when the queue has no such step."""
    if now.queued_at is None or number >= len(queue.steps):
        return None
    after = queue.steps[number].after * queue.target_of(now.priority)
    body = Overflow(conversation=now.id, team=now.team, since=now.queued_at, step=number)
    return body, now.queued_at + timedelta(seconds=after) + MOMENT
