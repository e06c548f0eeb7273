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
from itertools import takewhile

import msgspec

from conversations.change import Change
from conversations.events import Assigned, Freed, Queued
from conversations.model import CONVERSATIONS, Conversation, State
from hub.events import Events
from hub.store.port import By, Delete, Eq, Has, Insert, Store, Write
from hub.work.jobs import JOBS, Job, JobState
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
from routing.wanted import MATCH, Match, matching, wanted

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
        """Make the pairs that can be made now, for everybody who asked in the meantime: they are answered together."""
        most = bounded(job.attempts)
        beside = await self._beside(job, most, at)
        if beside is None:
            return ()
        bodies = [body, *(msgspec.json.decode(one.body, type=Match) for one in beside)]
        terms = await self._terms.now()
        step = Step(self._store, self._events, terms, at, most)
        await self._seat(step, [one.agent for one in bodies if one.agent])
        heads = await self._asked(step, [one for one in bodies if one.conversation], most, at)
        writes = [*await self._look(step, heads, at), *await self._new(heads, terms)]
        return [*writes, *(Delete(JOBS, one) for one in beside)]

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

    async def _beside(self, job: Job, most: int, at: datetime) -> Sequence[Job] | None:
        """Return the jobs that follow in the lane and are due, as far as they are steps too; None when `job` is gone.

        Steps of one queue wait behind each other, and each of them looks at the same people and lines.
        """
        if not job.lane:
            return ()
        page = await self._store.find(
            JOBS, Eq("lane", job.lane), Eq("state", JobState.READY), order=(By("seq"), By("id")), limit=most
        )
        if all(one.id != job.id for one in page):
            return None
        following = takewhile(lambda one: one.kind == MATCH.name and one.due <= at, page)
        return [one for one in following if one.id != job.id]

    async def _seat(self, step: Step, agents: Sequence[str]) -> None:
        """Take in those who asked for themselves, counted anew."""
        desks = await self._store.get_many(DESKS, list(dict.fromkeys(agents)))
        step.seat(desks)
        held = await asyncio.gather(*(taken(self._store, desk.id) for desk in desks))
        for desk, counts in zip(desks, held, strict=True):
            step.counted(desk.id, counts)

    async def _asked(self, step: Step, bodies: Sequence[Match], most: int, at: datetime) -> list[Head]:
        """Return those for whom somebody is looked for; who has no place yet is given it after who came before."""
        again = {one.conversation for one in bodies if one.again}
        ids = list(dict.fromkeys(one.conversation or "" for one in bodies))
        heads, unplaced = list[Head](), list[Conversation]()
        for read in await self._store.get_many(CONVERSATIONS, ids):
            if read.queued_at is None or read.offered_to is not None:
                continue
            known = step.heads.head(read)
            if known is None:
                unplaced.append(read)
            elif read.id in again:
                heads.append(known)
        for placed, read in enumerate(await self._placing.together(unplaced, most)):
            heads.append(await self._placing.place(read, step.terms, at, beside=placed))
        return heads

    async def _look(self, step: Step, heads: Sequence[Head], at: datetime) -> list[Write]:
        """Pair those who have a place; who found nobody is looked at again once their place is stored."""
        standing = [head for head in heads if _waits(head.conversation)]
        step.seat(await self._eligible(step, standing, at))
        writes = [*await step.pairs(standing), *await self._ended(step, at)]
        settled = step.given | {one.item.id for one in step.ended}
        for head in heads:
            if head.conversation.id not in settled:
                writes.extend(await self._left(step, head, at))
        if step.left is not None:
            writes.append(matching(conversation=step.left.id, team=step.left.team, at=at))
        return writes

    async def _left(self, step: Step, head: Head, at: datetime) -> Sequence[Write]:
        """Return the writes for one who was asked for and given to nobody."""
        again = matching(conversation=head.conversation.id, team=head.conversation.team, at=at)
        if head.change is None:
            return [again] if head.conversation.id in step.found else await self._nobody(step, head, at)
        if _waits(head.conversation):
            head.change.also(again if head.line.id in step.terms.lines else told(head.conversation, at))
        return head.change.writes(self._events, at)

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
