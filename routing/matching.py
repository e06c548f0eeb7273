"""One routing step: oldest waiting customers to longest idle people, as many pairs as there are, in one commit.

    Queued (a conversation joined a queue) --\\
                                              >-- MATCH job --> offers or assignments, decision records
    Freed, online, more capacity -----------/

A step reads after the commit that caused it, so of two steps that race, the later sees both sides: a waiting customer
with an eligible idle person does not survive the steps that follow its arrival. Desk rows are written at the version
read: two routers cannot fill one place twice, and the loser decides again on fresh rows.
"""

from collections.abc import Sequence
from datetime import datetime

from msgspec import Struct

from conversations.events import Assigned, Freed, Queued
from conversations.model import CONVERSATIONS
from hub.events import Events
from hub.store.port import By, Eq, Has, Insert, Store, Write
from hub.work.jobs import Job, Kind
from routing.choice import choose
from routing.decisions import decided
from routing.model import DESKS, Desk, Outcome
from routing.places import ahead
from routing.step import STEP, Step


class Match(Struct, frozen=True, kw_only=True):
    """Look for pairs: for a conversation that joined its queue, or for an agent who has a place."""

    conversation: str | None = None
    agent: str | None = None


MATCH = Kind("routing.match", Match)


class Matching:
    """The handler of MATCH and of the events that call for it."""

    def __init__(self, store: Store, events: Events) -> None:
        self._store = store
        self._events = events

    async def on_queued(self, event: Queued, at: datetime) -> Sequence[Write]:
        """Ask for a step in that queue; steps of one queue follow each other."""
        return [MATCH.job(Match(conversation=event.conversation), lane=f"match:{event.team or ''}", seq=0, at=at)]

    async def on_freed(self, event: Freed, at: datetime) -> Sequence[Write]:
        """Ask for a step for the one who has a place again."""
        return [wanted(event.agent, at=at)]

    async def on_assigned(self, event: Assigned, at: datetime) -> Sequence[Write]:
        """Recount one who got something by another way than an offer (taken, transferred)."""
        return [wanted(event.agent, at=at)]

    async def match(self, body: Match, job: Job, at: datetime) -> Sequence[Write]:
        """Make the pairs that can be made now."""
        step = Step(self._store, self._events, at)
        await step.seat(await self._people(body))
        writes = list(await step.pairs())
        if body.conversation and body.conversation not in step.given:
            writes.extend(await self._nobody(body.conversation, at))
        if step.full:
            writes.append(MATCH.job(body, lane=job.lane, seq=0, at=at))
        return writes

    async def _people(self, body: Match) -> list[Desk]:
        """Return whom to look at: an agent, and all who share a queue with them, for one may be idle longer."""
        if body.agent:
            desk = await self._store.get(DESKS, body.agent)
            if desk is None:
                return []
            shared = [await self._open(team) for team in desk.teams or (None,)]
            return list({one.id: one for one in (desk, *(one for line in shared for one in line))}.values())
        conversation = await self._store.get(CONVERSATIONS, body.conversation or "")
        if conversation is None or conversation.queued_at is None:
            return []
        return await self._open(conversation.team)

    async def _open(self, team: str | None) -> list[Desk]:
        """Return those of a queue who have a place, longest idle first; without a team everybody serves it."""
        served = () if team is None else (Has("teams", (team,)),)
        return await self._store.find(DESKS, *served, Eq("open", True), order=(By("idle_since"), By("id")), limit=STEP)

    async def _nobody(self, id: str, at: datetime) -> list[Write]:
        conversation = await self._store.get(CONVERSATIONS, id)
        if conversation is None or conversation.queued_at is None or conversation.offered_to is not None:
            return []
        if conversation.team is None:
            present = await self._store.find(DESKS, Eq("status", "online"), order=(By("id"),), limit=STEP)
        else:
            present = await self._store.find(DESKS, Has("teams", (conversation.team,)), order=(By("id"),), limit=STEP)
        candidates = choose(conversation, present, at=at).candidates
        place = await ahead(self._store, conversation) or 0
        return [decided(conversation, Outcome.NOBODY, at=at, candidates=candidates, ahead=place)]


def wanted(agent: str, *, at: datetime) -> Insert[Job]:
    """Make the job that gives this agent the oldest waiting, as far as their places go."""
    return MATCH.job(Match(agent=agent), lane=f"match:agent:{agent}", seq=0, at=at)
