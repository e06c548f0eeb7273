"""Conversations whose person or team is gone: they go back to where somebody sees them."""

from collections.abc import Sequence
from datetime import datetime

from msgspec import structs

from accounts.events import TeamDeleted, UserDeactivated
from conversations.change import Change
from conversations.model import CONVERSATIONS, Conversation, State
from conversations.moves import to_queue, withdraw_offer
from hub.events import Events
from hub.store.port import By, Eq, Present, Store, Write, put
from routing.decisions import decided
from routing.model import DESKS, Outcome, Presence
from routing.serving import settled
from routing.terms import TermsReader

PAGE = 100
"""Conversations moved in one commit; the event is told again for the rest."""


class Orphans:
    """Hears of people and teams that are no more."""

    def __init__(self, store: Store, events: Events, terms: TermsReader) -> None:
        self._store = store
        self._events = events
        self._terms = terms

    async def on_deactivated(self, event: UserDeactivated, at: datetime) -> Sequence[Write]:
        """Close the desk; what its owner held or was offered goes back to the queues."""
        writes = list(await returned(self._store, self._events, event.user, at=at))
        desk = await self._store.get(DESKS, event.user)
        if desk is not None:
            closed = structs.replace(desk, chosen=Presence.AWAY, status=Presence.AWAY, seen_until=None, timer="")
            writes.append(put(DESKS, desk, settled(closed, await self._terms.rules(), held={}, at=at)))
        held = await self._store.find(
            CONVERSATIONS,
            Eq("state", State.AGENT),
            Eq("agent", event.user),
            order=(By("last_at"), By("id")),
            limit=PAGE,
        )
        for conversation in held:
            writes.extend(self._moved(conversation, conversation.team, at))
        if len(held) == PAGE:
            writes.extend(self._events.jobs(event, lane=event.user, seq=0, at=at))
        return writes

    async def on_team_deleted(self, event: TeamDeleted, at: datetime) -> Sequence[Write]:
        """Let what waits in its queue wait for anybody."""
        waiting = await self._store.find(
            CONVERSATIONS,
            Eq("state", State.WAITING),
            Eq("team", event.team),
            Present("queued_at"),
            order=(By("queued_at"), By("id")),
            limit=PAGE,
        )
        writes = [write for conversation in waiting for write in self._moved(conversation, None, at)]
        if len(waiting) == PAGE:
            writes.extend(self._events.jobs(event, lane=event.team, seq=0, at=at))
        return writes

    def _moved(self, conversation: Conversation, team: str | None, at: datetime) -> Sequence[Write]:
        change = Change(conversation)
        change.now = to_queue(conversation, team, at=at)
        change.also(decided(conversation, Outcome.RETURNED, at=at, agent=conversation.agent))
        return change.writes(self._events, at)


async def returned(store: Store, events: Events, agent: str, *, at: datetime) -> Sequence[Write]:
    """Return the writes that send what is offered to `agent`, and unanswered, back to its place in its queue."""
    offered = await store.find(
        CONVERSATIONS,
        Present("offered_to"),
        Eq("offered_to", agent),
        order=(By("queued_at"), By("id")),
        limit=PAGE,
    )
    return [write for conversation in offered for write in _withdrawn(events, conversation, agent, at)]


def _withdrawn(events: Events, conversation: Conversation, agent: str, at: datetime) -> Sequence[Write]:
    change = Change(conversation)
    change.now = withdraw_offer(conversation, at=at)
    change.also(decided(conversation, Outcome.RETURNED, at=at, agent=agent))
    return change.writes(events, at)
