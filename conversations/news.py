"""Which events follow from a change of a conversation: before and after compared, so that no act can forget one."""

from msgspec import Struct

from conversations.events import Assigned, Attended, Closed, Freed, Opened, Queued, Stands
from conversations.model import Conversation, State
from conversations.standing import standing


def news(before: Conversation | None, after: Conversation) -> list[Struct]:
    """Return what to tell, in the order it happened; `before` is None for a conversation that begins."""
    id = after.id
    told: list[Struct] = []
    if after.live and (before is None or not before.live):
        told.append(Opened(conversation=id, again=before is not None))
    if _joins_queue(before, after):
        told.append(Queued(conversation=id, team=after.team))
    if after.state is State.AGENT and after.agent and (before is None or _agent(before) != after.agent):
        told.append(Assigned(conversation=id, agent=after.agent))
    freed = holder(before) if before is not None else None
    if freed is not None and freed != holder(after):
        told.append(Freed(conversation=id, agent=freed))
    if not after.live and before is not None and before.live:
        told.append(Closed(conversation=id))
    if after.bot and before is not None and _attended(before, after):
        told.append(Attended(conversation=id, bot=after.bot, seq=before.seq))
    return told


def stands(before: Conversation | None, after: Conversation) -> Stands | None:
    """Return how it stands now, when deadlines see a difference."""
    if before is not None and _hangs_on(before) == _hangs_on(after):
        return None
    version = 0 if before is None else before.version + 1
    reopened = before is not None and after.live and not before.live
    return Stands(conversation=after.id, now=standing(after, version=version, reopened=reopened))


def holder(conversation: Conversation) -> str | None:
    """Return whose place it fills: the agent it is with, unless it sleeps, or the one it is offered to."""
    if conversation.state is State.AGENT and conversation.snoozed_until is None:
        return conversation.agent
    return conversation.offered_to


def _attended(before: Conversation, after: Conversation) -> bool:
    """Say whether a bot lost it or got it, or a colleague spoke where a bot once did."""
    if after.agent_seq > before.agent_seq:
        return True
    return (before.state is State.BOT) is not (after.state is State.BOT) and before.bot == after.bot


def _agent(conversation: Conversation) -> str | None:
    return conversation.agent if conversation.state is State.AGENT else None


def _hangs_on(conversation: Conversation) -> tuple[object, ...]:
    """Return what deadlines hang on: whose turn it is, and what policies ask about."""
    now = conversation
    return (
        now.live, now.state is State.BOT, now.waits_for, now.waiting_since, now.first_reply_at,
        now.team, now.priority, now.labels, now.language, now.subject,
    )  # fmt: skip


def _joins_queue(before: Conversation | None, after: Conversation) -> bool:
    if after.queued_at is None or after.offered_to is not None:
        return False
    if before is None or before.queued_at is None:
        return True
    return before.team != after.team or before.offered_to is not None or _ranks_anew(before, after)


def _ranks_anew(before: Conversation, after: Conversation) -> bool:
    """Say whether it lost its place, or what it needs was changed by others than who gives it its place."""
    if not after.lane:
        return bool(before.lane)
    return before.lane == after.lane and _ranked_by(before) != _ranked_by(after)


def _ranked_by(one: Conversation) -> tuple[object, ...]:
    return one.priority, one.wants.asked, one.wants.suggested, one.wants.deferred
