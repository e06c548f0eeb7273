"""Whom a customer knows: who had this conversation last, or their one before; it is kept for them for a while."""

from collections.abc import Sequence
from datetime import datetime

from msgspec import structs

from conversations.change import Change
from conversations.model import CONVERSATIONS, Conversation
from hub.events import Events
from hub.store.port import By, Eq, Present, Store, Write
from hub.work.jobs import Job
from routing.abilities import craft_of
from routing.model import DECISIONS, DESKS, Outcome, Presence
from routing.overflow import KeptOver
from routing.policy.fit import suits
from routing.policy.needs import Needs, Sticky
from routing.policy.queues import Queue
from routing.wanted import matching

BACK = 5
"""Records, and earlier conversations, that are looked through."""
PAGE = 100
"""Conversations that are let go in one commit; those after them are for anyone when their own timer rings."""
HELD = frozenset({Outcome.ASSIGNED, Outcome.ACCEPTED, Outcome.TAKEN})


class Sticking:
    """Looks for them; a few reads, and only where a queue asks for it. And lets go."""

    def __init__(self, store: Store, events: Events) -> None:
        self._store = store
        self._events = events

    async def keep(self, now: Conversation, queue: Queue, needs: Needs, at: datetime) -> Sticky | None:
        """Return for whom a conversation is kept, and until when; None when they are not here or do not suit."""
        if not queue.sticky or now.queued_at is None or now.wants.deferred:
            return None
        until = queue.kept_until(now.queued_at.timestamp(), now.priority)
        agent = await self._last(now) if until > at.timestamp() else None
        desk = await self._store.get(DESKS, agent) if agent and agent not in now.declined_by else None
        if desk is None or desk.status is not Presence.ONLINE:
            return None
        if suits(needs, craft_of(desk.abilities, desk.teams)) is not None:
            return None
        return Sticky(agent=desk.id, until=until)

    async def over(self, body: KeptOver, job: Job, at: datetime) -> Sequence[Write]:
        """Ring: it is for anyone now."""
        read = await self._store.get(CONVERSATIONS, body.conversation)
        return () if read is None or read.kept_for != body.agent else self._released(read, at)

    async def gone(self, agent: str, at: datetime) -> Sequence[Write]:
        """Return the writes that give what is kept for this person to anyone: they are not here any more."""
        kept = await self._store.find(
            CONVERSATIONS, Present("kept_for"), Eq("kept_for", agent), order=(By("queued_at"), By("id")), limit=PAGE
        )
        return [write for one in kept for write in self._released(one, at)]

    def _released(self, read: Conversation, at: datetime) -> Sequence[Write]:
        change = Change(read, structs.replace(read, kept_for=None, kept_until=None))
        change.also(matching(conversation=read.id, team=read.team, at=at))
        return change.writes(self._events, at)

    async def _last(self, now: Conversation) -> str | None:
        newest = (By("id", descending=True),)
        records = await self._store.find(DECISIONS, Eq("conversation", now.id), order=newest, limit=BACK)
        mine = next((record.agent for record in records if record.outcome in HELD), None)
        if mine is not None:
            return mine
        latest = (By("last_at", descending=True), By("id", descending=True))
        known = await self._store.find(CONVERSATIONS, Eq("profile", now.profile), order=latest, limit=BACK)
        return next((one.agent for one in known if one.id != now.id and one.agent), None)
