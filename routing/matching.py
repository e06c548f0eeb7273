"""One routing step: who waits and who has a place, as many pairs as there are, in one commit.

    Queued ----------------------> MATCH job --> its place (routing/placing.py), offers or assignments, decision records
    Freed, online, more capacity --> MATCH job --/

A step reads after the commit that caused it, and who is left over (a customer with a new place, a person with a free
one) is looked at once more when that is stored: of two steps that race, the later sees both sides. So a waiting
customer with an eligible idle person does not survive the steps that follow. Rows are written at the versions read:
two routers cannot fill one place twice, and the loser decides again on fresh rows.
"""

import asyncio
from collections.abc import Sequence
from datetime import datetime

from conversations.change import Change
from conversations.events import Assigned, Freed, Queued
from conversations.model import CONVERSATIONS, Conversation, State
from hub.events import Events
from hub.store.port import By, Eq, Has, Insert, Store, Write
from hub.work.jobs import Job
from routing.choosing import Choosing
from routing.decisions import decided
from routing.endings import Endings
from routing.heads import Head, widened
from routing.lines import LINES
from routing.model import DESKS, Desk, Outcome
from routing.overflow import OVERFLOW, Overflow, next_step, timers
from routing.places import taken
from routing.placing import Placing
from routing.policy.needs import Needs
from routing.policy.queues import Ending
from routing.refreshing import told
from routing.serving import wanted_words
from routing.settings import ANYBODY
from routing.step import STEP, Step, bounded
from routing.terms import Terms, TermsReader
from routing.unserved import Unserved
from routing.wanted import Match, matching, wanted

TURN = (By("turn"), By("part"), By("idle"), By("id"))
"""Whose turn it is, first."""


class Matching:
    """The handler of MATCH, of the timers of waiting, and of the events that call for a step."""

    def __init__(
        self, store: Store, events: Events, terms: TermsReader, placing: Placing, endings: Endings, choosing: Choosing
    ) -> None:
        self._store = store
        self._events = events
        self._terms = terms
        self._placing = placing
        self._endings = endings
        self._choosing = choosing
        self._unserved = Unserved(store)

    async def on_queued(self, event: Queued, at: datetime) -> Sequence[Write]:
        """Ask for a step in its queue, which gives it its place; steps of one queue follow each other."""
        return [matching(conversation=event.conversation, team=event.team, at=at, again=False)]

    async def on_freed(self, event: Freed, at: datetime) -> Sequence[Write]:
        """Ask for a step for the one who has a place again."""
        return await self._looked_at(event.agent, at)

    async def on_assigned(self, event: Assigned, at: datetime) -> Sequence[Write]:
        """Recount one who got something by another way than an offer (taken, transferred)."""
        return await self._looked_at(event.agent, at)

    async def match(self, body: Match, job: Job, at: datetime) -> Sequence[Write]:
        """Make the pairs that can be made now."""
        most = bounded(job.attempts)
        if body.agent:
            return await self._for_agent(body.agent, at, most)
        return await self._for_conversation(body, at, most)

    async def step_reached(self, body: Overflow, job: Job, at: datetime) -> Sequence[Write]:
        """Ring: widen the search, or end the waiting; nothing for one that waits there no longer."""
        read = await self._store.get(CONVERSATIONS, body.conversation)
        if read is None or read.state is not State.WAITING or read.wants.deferred:
            return ()
        if (read.queued_at, read.team) != (body.since, body.team):
            return ()
        now = await self._terms.now()
        terms = now.queue(read.team or ANYBODY)
        following = next_step(read, terms.queue, body.step + 1)
        writes: list[Write] = [] if following is None else [
            OVERFLOW.job(following[0], lane=timers(read.id), seq=0, at=at, due=following[1])
        ]  # fmt: skip
        ending = terms.queue.steps[body.step].ending if body.step < len(terms.queue.steps) else None
        if ending is None:
            return [*writes, matching(conversation=read.id, team=read.team, at=at)]
        if read.offer is not None:
            again = OVERFLOW.job(body, lane=timers(read.id), seq=0, at=at, due=read.offer.until)
            return [again]
        return await self._end(read.id, ending, now, at)

    async def _looked_at(self, agent: str, at: datetime) -> Sequence[Write]:
        desk = await self._store.get(DESKS, agent)
        return [] if desk is None else [wanted(agent, desk.teams, at=at)]

    async def _for_agent(self, agent: str, at: datetime, most: int) -> Sequence[Write]:
        desk, terms = await asyncio.gather(self._store.get(DESKS, agent), self._terms.now())
        if desk is None:
            return []
        step = Step(self._store, self._events, terms, at, most)
        step.seat([desk])
        # Counted after the desk was read: what is given to them from then on changes the row, and this commit loses.
        step.counted(agent, await taken(self._store, agent))
        writes = [*await step.pairs(), *await self._ended(step, at)]
        if step.left is not None:
            writes.append(wanted(agent, desk.teams, at=at))
        return writes

    async def _for_conversation(self, body: Match, at: datetime, most: int) -> Sequence[Write]:
        """Look for people for one that waits; those who came with it, or before, are given their place first."""
        read = await self._store.get(CONVERSATIONS, body.conversation or "")
        if read is None or read.queued_at is None or read.offered_to is not None:
            return []
        terms = await self._terms.now()
        step = Step(self._store, self._events, terms, at, most)
        known = step.heads.head(read)
        if known is not None:
            return await self._look(step, [known], at) if body.again else []
        heads = list[Head]()
        for one in await self._placing.before(read, most):
            heads.append(await self._placing.place(one, terms, at, beside=len(heads)))
        return [*await self._look(step, heads, at), *await self._new(heads, terms)]

    async def _look(self, step: Step, heads: Sequence[Head], at: datetime) -> list[Write]:
        """Pair those who have a place; who found nobody is looked at again once their place is stored."""
        standing = [head for head in heads if _waits(head.conversation)]
        step.seat(await self._eligible(step, standing, at))
        writes = [*await step.pairs(standing), *await self._ended(step, at)]
        ended = {one.item.id for one in step.ended}
        for head in heads:
            if head.conversation.id in step.given or head.conversation.id in ended:
                continue
            if head.change is None:
                writes.extend(await self._nobody(step, head, at))
                continue
            if head.line.id not in step.terms.lines and _waits(head.conversation):
                head.change.also(told(head.conversation, at))
            elif _waits(head.conversation):
                head.change.also(matching(conversation=head.conversation.id, team=head.conversation.team, at=at))
            writes.extend(head.change.writes(self._events, at))
        if step.left is not None:
            writes.append(matching(conversation=step.left.id, team=step.left.team, at=at))
        return writes

    async def _new(self, heads: Sequence[Head], terms: Terms) -> list[Write]:
        """Return the writes of lines that nobody stood in before; another router may have made them a moment ago."""
        lines = {head.line.id: head.line for head in heads if _waits(head.conversation)}
        fresh = [id for id in lines if id not in terms.lines]
        made = {line.id for line in await self._store.get_many(LINES, fresh)} if fresh else set()
        return [Insert(LINES, lines[id]) for id in fresh if id not in made]

    async def _eligible(self, step: Step, heads: Sequence[Head], at: datetime) -> list[Desk]:
        """Return those with a place who may serve them, whose turn it is first: nearer rings before wider ones."""
        found: dict[str, Desk] = {}
        asked: dict[tuple[str, int, tuple[str, ...]], tuple[Sequence[Needs], Head]] = {}
        for head in heads:
            queue, since = step.terms.waited_in(head.line), head.conversation.queued_at or at
            needs = widened(head.line, queue, since, at)
            asked.setdefault((head.line.id, len(needs), head.conversation.declined_by), (needs, head))
        for needs, head in asked.values():
            found |= await self._free(needs, head)
        return list(found.values())

    async def _free(self, wanted_needs: Sequence[Needs], head: Head) -> dict[str, Desk]:
        """Return the first who suit the narrowest of these needs that anybody free suits."""
        found: dict[str, Desk] = {}
        spared = head.conversation.declined_by
        for needs in wanted_needs:
            for words in wanted_words(needs):
                limit = STEP + len(spared)
                page = await self._store.find(DESKS, Has("serves", words), Eq("open", True), order=TURN, limit=limit)
                found.update((desk.id, desk) for desk in page if desk.id not in spared)
            if found:
                break
        return found

    async def _nobody(self, step: Step, head: Head, at: datetime) -> Sequence[Write]:
        """Write down why nobody was given it, and tell the customer how long it will take."""
        told = await self._unserved.told(head, step.terms, step.desks, at)
        change = Change(head.conversation)
        change.also(decided(head.conversation, Outcome.NOBODY, at=at, **told))
        await self._choosing.tell(change, at)
        return change.writes(self._events, at)

    async def _ended(self, step: Step, at: datetime) -> list[Write]:
        """Let those go whom their queue keeps no longer: their timer is about to ring."""
        return [write for one in step.ended for write in await self._end(one.item.id, one.ending, step.terms, at)]

    async def _end(self, id: str, ending: Ending, terms: Terms, at: datetime) -> Sequence[Write]:
        read = await self._store.get(CONVERSATIONS, id)
        if read is None or read.queued_at is None or read.offer is not None:
            return ()
        change = Change(read)
        await self._endings.apply(change, ending, "overflow", terms.queue(read.team or ANYBODY), at)
        return change.writes(self._events, at)


def _waits(now: Conversation) -> bool:
    return now.queued_at is not None and now.state is State.WAITING and bool(now.lane)
