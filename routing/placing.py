"""Gives a conversation its place when it joins a queue: what the rules say, whether it is let in, its line, its timers.

    unplaced --> rules (maybe another queue) --> closed? full? --> line, kept for whom, timers

Places of one queue are given in its lane, one step after the other: so a cap holds, and those who came first stand
first, also when they came at once.
"""

import asyncio
from datetime import UTC, datetime

from msgspec import structs

from conversations.change import Change
from conversations.inboxes import INBOXES
from conversations.model import CONVERSATIONS, PROFILES, Conversation, Priority, State
from conversations.moves import OFFERED, regroup
from conversations.wants import NOTHING, Needed, joined
from hub.store.port import By, Eq, Has, In, Present, Store
from routing.abilities import MATRIX
from routing.decisions import decided
from routing.endings import Endings
from routing.heads import Head
from routing.lines import KINDS, LINES, MOST_LINES, line_of
from routing.model import Outcome
from routing.overflow import KEPT_OVER, OVERFLOW, KeptOver, next_step, timers
from routing.ruleset import Verdict, judged
from routing.settings import ANYBODY
from routing.sticking import Sticking
from routing.terms import MOMENT, Terms, TermsReader

OLDEST = (By("queued_at"), By("id"))


class Placing:
    """Finds who has no place yet, and gives it to them."""

    def __init__(self, store: Store, terms: TermsReader, endings: Endings, sticking: Sticking) -> None:
        self._store = store
        self._terms = terms
        self._endings = endings
        self._sticking = sticking

    async def before(self, read: Conversation, most: int) -> list[Conversation]:
        """Return this one and those of its queue who came before it and have no place yet, oldest first.

        They get their place in one commit, so no more than `most` earlier ones are looked for.
        """
        waiting = await self._store.find(CONVERSATIONS, Eq("lane", ""), Present("queued_at"), order=OLDEST, limit=most)
        turn = (read.queued_at or read.opened_at, read.id)
        earlier = [
            one
            for one in waiting
            if one.team == read.team and one.queued_at and (one.queued_at, one.id) < turn and one.state is State.WAITING
        ]
        return [*earlier, read]

    async def place(self, read: Conversation, terms: Terms, at: datetime, beside: int = 0) -> Head:
        """Return the change by which it has its place. It has none when its rules sent it to another queue.

        `beside` others are let in by the same commit.
        """
        change = Change(read)
        if read.wants.ruled_at != read.queued_at or read.queued_at is None:
            await self._ruled(change, terms, at)
            if change.now.team != read.team:
                return Head(change.now, line_of(change.now), change)
        now = change.now
        if (now.wants.placed, now.wants.team) != (now.queued_at, now.team) and not now.wants.deferred:
            await self._let_in(change, terms, at, beside)
        if change.now.queued_at is not None and change.now.state is State.WAITING:
            await self._stood(change, terms, at, fresh=now.wants.placed != now.queued_at or now.wants.team != now.team)
        return Head(change.now, line_of(change.now), change)

    async def _ruled(self, change: Change, terms: Terms, at: datetime) -> None:
        """Let the rules say what is needed, and where; a queue that somebody chose by hand stays."""
        read, verdict = change.now, Verdict()
        if terms.asking:
            inbox, profile = await asyncio.gather(
                self._store.get(INBOXES, read.inbox), self._store.get(PROFILES, read.profile)
            )
            verdict = judged(terms.asking, read, inbox, profile)
            first = read.wants.ruled_at is None and (inbox is None or read.team == inbox.team)
            if first and verdict.queue and verdict.queue != read.team:
                change.now = regroup(read, verdict.queue, at=at)
        ruled = joined(await self._suggested(read), verdict.needed)
        if verdict.priority and change.now.priority is Priority.NORMAL:
            change.now = structs.replace(change.now, priority=verdict.priority)
        wants = structs.replace(
            change.now.wants,
            ruled=ruled,
            needed=joined(read.wants.asked, ruled),
            rules=terms.edition,
            ruled_at=change.now.queued_at,
            kind=read.wants.kind or KINDS.get(read.address.channel, "chat"),
        )
        change.now = structs.replace(change.now, wants=wants)
        if verdict.names:
            change.also(decided(change.now, Outcome.SORTED, at=at, why="、".join(verdict.names)[:500]))

    async def _suggested(self, read: Conversation) -> Needed:
        """Return the skill that a bot named, when there is one of that name and somebody has it."""
        name = read.wants.suggested.strip()
        if not name or not await self._store.find(MATRIX, Has("names", (name,)), limit=1):
            return NOTHING
        return Needed(skills={name: 1})

    async def _let_in(self, change: Change, terms: Terms, at: datetime, beside: int) -> None:
        """Let it in, or give it what the queue has instead when it is closed or full."""
        described = terms.queue(change.now.team or ANYBODY)
        cap = described.queue.cap
        if not await self._terms.open(described, at):
            await self._endings.apply(change, described.queue.closed, "closed", described, at)
        elif cap is not None and beside + await self._inside(change.now, cap) >= cap:
            await self._endings.apply(change, described.queue.full, "full", described, at)

    async def _inside(self, now: Conversation, cap: int) -> int:
        """Return how many wait in the queue with a place, those offered to somebody too.

        A line that was made a moment ago is not among those that every step knows, so they are read.
        """
        lines = await self._store.find(LINES, Eq("queue", now.team or ANYBODY), order=(By("id"),), limit=MOST_LINES)
        mine = [line.id for line in lines if not line.needs.bulk]
        waiting, offered = await asyncio.gather(
            self._store.count(CONVERSATIONS, In("lane", tuple(mine)), Present("queued_at"), limit=cap),
            self._store.find(CONVERSATIONS, Eq("lane", OFFERED), Present("queued_at"), order=OLDEST, limit=1000),
        )
        return waiting + sum(one.team == now.team and not one.wants.deferred for one in offered)

    async def _stood(self, change: Change, terms: Terms, at: datetime, *, fresh: bool) -> None:
        """Put it into its line, keep it for who knows the customer, and set its timers."""
        now, queue = change.now, terms.queue(change.now.team or ANYBODY).queue
        wants = structs.replace(
            now.wants, needed=joined(now.wants.asked, now.wants.ruled), team=now.team, placed=now.queued_at
        )
        now = structs.replace(now, wants=wants)
        line = line_of(now)
        kept = await self._sticking.keep(now, queue, line.needs, at) if fresh else None
        until = datetime.fromtimestamp(kept.until, UTC) if kept else None
        change.now = structs.replace(now, lane=line.id, kept_for=kept.agent if kept else None, kept_until=until)
        if kept and until:
            over = KeptOver(conversation=now.id, agent=kept.agent)
            change.also(KEPT_OVER.job(over, lane=f"kept:{now.id}", seq=0, at=at, due=until + MOMENT))
        step = next_step(now, queue, 0) if fresh and not line.needs.bulk else None
        if step is not None:
            change.also(OVERFLOW.job(step[0], lane=timers(now.id), seq=0, at=at, due=step[1]))
