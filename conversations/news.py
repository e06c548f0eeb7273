"""Which events follow from a change of a conversation: before and after compared, so that no act can forget one."""

from msgspec import Struct

from conversations.events import Assigned, Closed, Freed, Opened, Queued
from conversations.model import Conversation, State


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
    return told


def holder(conversation: Conversation) -> str | None:
    """Return whose place it fills: the agent it is with, unless it sleeps, or the one it is offered to."""
    if conversation.state is State.AGENT and conversation.snoozed_until is None:
        return conversation.agent
    return conversation.offered_to


def _agent(conversation: Conversation) -> str | None:
    return conversation.agent if conversation.state is State.AGENT else None


def _joins_queue(before: Conversation | None, after: Conversation) -> bool:
    if after.queued_at is None or after.offered_to is not None:
        return False
    if before is None or before.queued_at is None:
        return True
    return before.team != after.team or before.offered_to is not None
