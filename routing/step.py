"""The rows of one routing step: desks as read and as they become, queues as read once, pairs as writes."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from accounts.teams import TEAMS, Team
from conversations.change import Change
from conversations.model import CONVERSATIONS, Conversation, State
from conversations.moves import give_to, offer_to
from hub.events import Events
from hub.store.port import By, Eq, Missing, Present, Store, Write, put
from routing.choice import choose, next_for
from routing.decisions import decided
from routing.expiry import OFFER_OVER, OfferOver
from routing.model import DESKS, Desk, Outcome
from routing.places import settled, taken

STEP = 20
"""Pairs made, and people looked at, in one commit; more follow in the next job."""

OFFER_FOR = timedelta(seconds=30)
"""How long an offer stands in a queue without a team."""


class Step:
    """One step at work: `seat` people, then take `pairs`. `given` names the conversations that found somebody."""

    def __init__(self, store: Store, events: Events, at: datetime) -> None:
        self._store = store
        self._events = events
        self._at = at
        self._read: dict[str, Desk] = {}
        self._now: dict[str, Desk] = {}
        self._queues: dict[str | None, list[Conversation]] = {}
        self._teams: dict[str, Team | None] = {}
        self.given: set[str] = set()
        self.full = False

    async def seat(self, desks: Sequence[Desk]) -> None:
        """Take these people in, each with the load their conversations say."""
        for desk in desks:
            self._read[desk.id] = desk
            self._now[desk.id] = settled(desk, load=await taken(self._store, desk.id), at=self._at)

    async def pairs(self) -> Sequence[Write]:
        """Return the writes of every pair, and of every desk that changed."""
        writes: list[Write] = []
        idle = {id for id, desk in self._now.items() if desk.open}
        while idle and not self.full:
            desk = min((self._now[id] for id in idle), key=lambda one: (one.idle_since, one.load, one.id))
            conversation = next_for(desk, await self._waiting_for(desk))
            if conversation is None:
                idle.discard(desk.id)
                continue
            writes.extend(await self._give(conversation, desk))
            if not self._now[desk.id].open:
                idle.discard(desk.id)
            self.full = len(self.given) >= STEP
        writes.extend(
            put(DESKS, read, self._now[id]) for id, read in self._read.items() if _differs(read, self._now[id])
        )
        return writes

    async def _waiting_for(self, desk: Desk) -> list[Conversation]:
        queues = [await self._queue(team) for team in (*desk.teams, None)]
        return [one for queue in queues for one in queue if one.id not in self.given]

    async def _queue(self, team: str | None) -> list[Conversation]:
        if team not in self._queues:
            self._queues[team] = await self._store.find(
                CONVERSATIONS,
                Eq("state", State.WAITING),
                Missing("team") if team is None else Eq("team", team),
                Present("queued_at"),
                Missing("offered_to"),
                order=(By("queued_at"), By("id")),
                limit=2 * STEP,
            )
        return self._queues[team]

    async def _give(self, conversation: Conversation, desk: Desk) -> Sequence[Write]:
        team = await self._team(conversation.team)
        candidates = choose(conversation, self._now.values(), at=self._at).candidates
        change = Change(conversation)
        if team is not None and team.auto_accept:
            change.now = give_to(conversation, desk.id, at=self._at)
            outcome = Outcome.ASSIGNED
        else:
            until = self._at + (timedelta(seconds=team.offer_seconds) if team else OFFER_FOR)
            change.now = offer_to(conversation, desk.id, until=until, at=self._at)
            over = OfferOver(conversation=conversation.id, agent=desk.id, until=until)
            change.also(OFFER_OVER.job(over, lane=f"offer:{conversation.id}", seq=0, at=self._at, due=until))
            outcome = Outcome.OFFERED
        change.also(decided(conversation, outcome, at=self._at, agent=desk.id, candidates=candidates))
        self.given.add(conversation.id)
        self._now[desk.id] = settled(desk, load=desk.load + 1, at=self._at, took=True)
        return change.writes(self._events, self._at)

    async def _team(self, id: str | None) -> Team | None:
        if id is not None and id not in self._teams:
            self._teams[id] = await self._store.get(TEAMS, id)
        return self._teams[id] if id is not None else None


def _differs(read: Desk, now: Desk) -> bool:
    return (read.load, read.open, read.idle_since) != (now.load, now.open, now.idle_since)
