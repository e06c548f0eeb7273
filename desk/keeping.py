"""Keeping deadlines: what conversations tell moves their clocks, timers ring, escalations climb.

    Stands (how a conversation stands now) --> clocks moved --> one commit: deadline, `due` of the conversation, timer
    RING (its timer) --> warning, breach --> the steps that are due (desk/climbing.py), the next timer
    ADOPT (a policy or calendar changed) --> LOOK at every conversation that is open

The timer's row is the truth, so none is early; one whose deadline has moved finds nothing to do. A conversation that
was changed while the news of it is still under way is not judged: the news says what happened when.
"""

import asyncio
from collections.abc import Sequence
from datetime import datetime, timedelta

from msgspec import Struct, structs

from conversations.change import Change
from conversations.due import owed
from conversations.events import Stands
from conversations.model import CONVERSATIONS, Conversation, State
from conversations.standing import alike, standing
from desk.climbing import Climbing, Scene
from desk.escalation import due_calls, noted
from desk.rows import DEADLINES, Book, Deadline
from desk.sla import Clocks, due, follow, ring, upcoming
from desk.terms import Applied, Terms
from desk.timers import Ring, rearmed
from hub.events import Events
from hub.store.port import By, Delete, In, Insert, Store, Write, put
from hub.work.jobs import Job, Kind

AGAIN = timedelta(seconds=1)
"""How soon a timer looks again at a conversation whose latest news is under way."""
PATIENCE = timedelta(minutes=1)
"""How long it waits for the news before it takes the conversation as it is."""
PAGE = 200
OPEN = (State.BOT, State.WAITING, State.AGENT)


class Look(Struct, frozen=True, kw_only=True):
    """Look by which policy this conversation goes now."""

    conversation: str


class Adopt(Struct, frozen=True, kw_only=True):
    """Look at every open conversation, from this place on (`last_at`, id)."""

    after: tuple[datetime, str] | None = None


LOOK: Kind[Look] = Kind("desk.look", Look)
ADOPT: Kind[Adopt] = Kind("desk.adopt", Adopt)


class Keeping:
    """The handler of the event and of the jobs. `address` is the hub's public one."""

    def __init__(self, store: Store, events: Events, *, address: str) -> None:
        self.terms = Terms(store)
        self._store = store
        self._events = events
        self._climbing = Climbing(store)
        self._address = address

    async def on_stands(self, event: Stands, at: datetime) -> Sequence[Write]:
        """Move the clocks of a conversation as it is told to stand."""
        if await self.terms.book() is None:
            return ()
        conversation, deadline = await self._read(event.conversation)
        if conversation is None:
            return ()
        applied = await self.terms.apply(conversation)
        if applied is None:
            return await self._dropped(conversation, deadline, at)
        clocks = follow(_clocks(deadline), applied.policy.terms, applied.stamp, applied.hours, event.now)
        return await self._kept(conversation, deadline, applied, clocks, at)

    async def ring(self, body: Ring, job: Job, at: datetime) -> Sequence[Write]:
        """Mark what has become due, take the steps that follow, and set the next timer."""
        conversation, deadline = await self._read(body.conversation)
        if deadline is None or deadline.timer != job.id:
            return ()
        if conversation is None:
            return (Delete(DEADLINES, deadline),)
        applied = await self.terms.apply(conversation)
        if applied is None:
            return await self._dropped(conversation, deadline, at, ringing=job.id)
        now, clocks = standing(conversation), deadline.clocks
        if clocks.heard is not None and not alike(now, clocks.heard):
            if at < conversation.changed_at + PATIENCE:
                return await self._later(deadline, job, at)
            clocks = follow(clocks, applied.policy.terms, applied.stamp, applied.hours, now)
        elif applied.stamp != clocks.terms:
            clocks = follow(clocks, applied.policy.terms, applied.stamp, applied.hours, now, at=at)
        return await self._kept(conversation, deadline, applied, ring(clocks, at), at, ringing=job.id)

    async def look(self, body: Look, job: Job, at: datetime) -> Sequence[Write]:
        """Let an open conversation go by the policy that it falls under now."""
        conversation, deadline = await self._read(body.conversation)
        if conversation is None or (not conversation.live and deadline is None):
            return ()
        applied = await self.terms.apply(conversation)
        if applied is None:
            return await self._dropped(conversation, deadline, at)
        clocks = _clocks(deadline)
        if clocks.terms == applied.stamp:
            return ()
        clocks = follow(clocks, applied.policy.terms, applied.stamp, applied.hours, standing(conversation), at=at)
        return await self._kept(conversation, deadline, applied, clocks, at)

    async def adopt(self, body: Adopt, job: Job, at: datetime) -> Sequence[Write]:
        """Ask for a look at a page of open conversations, and for the next page."""
        rows = await self._store.find(
            CONVERSATIONS, In("state", OPEN), order=(By("last_at"), By("id")), limit=PAGE, after=body.after
        )
        writes: list[Write] = [LOOK.job(Look(conversation=row.id), lane=f"look:{row.id}", seq=0, at=at) for row in rows]
        if len(rows) == PAGE:
            rest = Adopt(after=(rows[-1].last_at, rows[-1].id))
            writes.append(ADOPT.job(rest, lane=job.lane, seq=0, at=at))
        return writes

    async def acted(self, id: str, clocks: Clocks, at: datetime) -> Sequence[Write]:
        """Return the writes that keep clocks somebody has seen to."""
        conversation, deadline = await self._read(id)
        if conversation is None or deadline is None:
            return ()
        applied = await self.terms.apply(conversation)
        if applied is None:
            return await self._dropped(conversation, deadline, at)
        return await self._kept(conversation, deadline, applied, clocks, at)

    async def _read(self, id: str) -> tuple[Conversation | None, Deadline | None]:
        return await asyncio.gather(self._store.get(CONVERSATIONS, id), self._store.get(DEADLINES, id))

    async def _kept(
        self, conversation: Conversation, deadline: Deadline | None, applied: Applied, clocks: Clocks, at: datetime,
        *, ringing: str = "",
    ) -> Sequence[Write]:  # fmt: skip
        """Return the writes that keep the clocks, with the steps that are due and the timer of what comes next."""
        steps, hours = applied.policy.terms.steps, applied.hours
        told = deadline.told if deadline else ()
        change = Change(conversation, owed(conversation, due(clocks)))
        calls, _ = due_calls(clocks, steps, told, hours, at)
        if calls:
            book = await self.terms.book() or Book(id="")
            scene = Scene(policy=applied.policy, zone=hours.zone, book=book, at=at, address=self._address)
            await self._climbing.take(change, calls, scene)
        told = noted(told, calls, clocks, at)
        _, step_at = due_calls(clocks, steps, told, hours, at)
        moments = [moment for moment in (upcoming(clocks), step_at) if moment is not None]
        timer, timers = await rearmed(
            self._store, deadline.timer if deadline else "", conversation.id, min(moments, default=None), at=at,
            ringing=ringing,
        )  # fmt: skip
        kept = Deadline(id=conversation.id, policy=applied.policy.id, clocks=clocks, told=told, timer=timer)
        return [*_stored(deadline, kept), *timers, *change.writes(self._events, at)]

    async def _dropped(
        self, conversation: Conversation, deadline: Deadline | None, at: datetime, *, ringing: str = ""
    ) -> Sequence[Write]:
        """Nothing is promised any more."""
        if deadline is None:
            return ()
        _, timers = await rearmed(self._store, deadline.timer, conversation.id, None, at=at, ringing=ringing)
        change = Change(conversation, owed(conversation, None))
        return [Delete(DEADLINES, deadline), *timers, *change.writes(self._events, at)]

    async def _later(self, deadline: Deadline, job: Job, at: datetime) -> Sequence[Write]:
        timer, timers = await rearmed(self._store, deadline.timer, deadline.id, at + AGAIN, at=at, ringing=job.id)
        return [put(DEADLINES, deadline, structs.replace(deadline, timer=timer)), *timers]


def _clocks(deadline: Deadline | None) -> Clocks:
    return deadline.clocks if deadline is not None else Clocks()


def _stored(read: Deadline | None, kept: Deadline) -> Sequence[Write]:
    if read is None:
        return (Insert(DEADLINES, kept),) if kept.clocks.on else ()
    now = structs.replace(kept, version=read.version)
    return () if now == read else (put(DEADLINES, read, now),)
