"""Moves many conversations, each in a commit of its own with what became of it, oldest first.

    begin --one commit--> Batch + Pieces + one job for each, in one lane: the work engine keeps their order
    piece --one commit--> the conversation, its notice, its decision record, what became of it, the end of the job

A crash between two pieces loses nothing, and nothing is moved twice. What a person has meanwhile changed is decided on
fresh reads: a closed one is refused, one that is where it should be stays.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

from msgspec import Struct, structs

from conversations.change import Change
from conversations.inboxes import INBOXES
from conversations.model import CONVERSATIONS, Conversation, Direction, Priority, State
from conversations.moves import close, give_to, regroup, to_bot
from conversations.views import may_see
from hub.clock import Clock
from hub.errors import Conflict, Invalid, NotFound, WrongMove
from hub.events import Events
from hub.model import Notice
from hub.store.port import By, Delete, Eq, Insert, Store, Write, put
from hub.work.jobs import Job, Kind
from routing.batches import BATCHES, PIECES, Batch, Closing, Fate, Piece, Ranking, ToAgent, ToBot, ToTeam
from routing.decisions import decided
from routing.model import Outcome

MOST = 500
"""Conversations of one batch."""

KEPT = timedelta(days=7)
"""How long it can be looked up what became of a batch."""


class OnePiece(Struct, frozen=True, kw_only=True):
    """Move this one; the id is the piece's."""

    piece: str


class Forget(Struct, frozen=True, kw_only=True):
    """Nobody asks for this batch any more."""

    batch: str


ONE_PIECE = Kind("routing.batch_piece", OnePiece)
FORGET = Kind("routing.batch_forgotten", Forget)


class Batches:
    """The writer of batches."""

    def __init__(self, store: Store, events: Events, clock: Clock) -> None:
        self._store = store
        self._events = events
        self._clock = clock

    async def begin(self, batch: Batch) -> Batch:
        """Take a batch in, durably; the work begins at once. The same batch again is the one that is there.

        Raises `Invalid` when its id stands for another request, or when there are too many or none.
        """
        if not 0 < len(batch.named) <= MOST:
            raise Invalid(f"1 to {MOST} conversations at once", path="$.conversations")
        known = await self._store.get(BATCHES, batch.id)
        if known is None:
            try:
                await self._store.commit(*await self._taken_in(batch))
            except Conflict:
                known = await self._store.get(BATCHES, batch.id)
        if known is not None and (known.goal, known.named) != (batch.goal, batch.named):
            raise Invalid("This key was used for another request", path="$.key", hint="Make a new key for each.")
        return known or batch

    async def found(self, id: str) -> tuple[Batch, list[Piece]]:
        """Return a batch and its pieces in their order; raises `NotFound`, also when it was forgotten."""
        batch = await self._store.get(BATCHES, id)
        if batch is None:
            raise NotFound("No such batch", batch=id)
        return batch, await self._pieces(id)

    async def piece(self, body: OnePiece, job: Job, at: datetime) -> Sequence[Write]:
        """Move one conversation, or write down why not."""
        piece = await self._store.get(PIECES, body.piece)
        batch = await self._store.get(BATCHES, piece.batch) if piece else None
        if piece is None or batch is None or piece.fate is not Fate.WAITING:
            return []
        try:
            change = Change(await self._seen(piece.conversation, batch))
            await self._move(change, batch, at)
        except (NotFound, WrongMove, Invalid) as why:
            refused = structs.replace(piece, fate=Fate.REFUSED, code=why.code, why=why.message)
            return [put(PIECES, piece, refused)]
        fate = Fate.UNCHANGED if change.now == change.before else Fate.DONE
        return [*change.writes(self._events, at), put(PIECES, piece, structs.replace(piece, fate=fate))]

    async def forget(self, body: Forget, job: Job, at: datetime) -> Sequence[Write]:
        """Delete a batch and its pieces."""
        batch = await self._store.get(BATCHES, body.batch)
        gone: list[Write] = [Delete(PIECES, piece) for piece in await self._pieces(body.batch)]
        return [*gone, Delete(BATCHES, batch)] if batch else gone

    async def _pieces(self, batch: str) -> list[Piece]:
        return await self._store.find(PIECES, Eq("batch", batch), order=(By("n"),), limit=MOST)

    async def _taken_in(self, batch: Batch) -> list[Write]:
        rows = {row.id: row for row in await self._store.get_many(CONVERSATIONS, batch.named)}
        writes: list[Write] = [Insert(BATCHES, batch)]
        for n, id in enumerate(sorted(batch.named, key=lambda id: _turn(rows.get(id), batch.at))):
            name = rows[id].name if id in rows and may_see(batch, rows[id]) else ""
            piece = Piece(id=f"{batch.id}:{n}", batch=batch.id, n=n, conversation=id, name=name)
            job = ONE_PIECE.job(OnePiece(piece=piece.id), lane=f"batch:{batch.id}", seq=n, at=batch.at)
            writes += (Insert(PIECES, piece), job)
        over = FORGET.job(
            Forget(batch=batch.id), lane=f"batch:{batch.id}:over", seq=0, at=batch.at, due=batch.at + KEPT
        )
        return [*writes, over]

    async def _seen(self, id: str, batch: Batch) -> Conversation:
        read = await self._store.get(CONVERSATIONS, id)
        if read is None or not may_see(batch, read):
            raise NotFound("No such conversation", conversation=id)
        return read

    async def _move(self, change: Change, batch: Batch, at: datetime) -> None:
        """Let the change do what the batch is for; nothing when it is so already."""
        match batch.goal:
            case Ranking(priority=priority):
                _rank(change, batch, priority, at)
            case Closing():
                _close(change, batch, at)
            case ToTeam(team=team):
                _to_team(change, batch, team, at)
            case ToAgent(agent=agent):
                _to_agent(change, batch, agent, at)
            case ToBot():
                await self._to_bot(change, batch, at)

    async def _to_bot(self, change: Change, batch: Batch, at: datetime) -> None:
        read = change.now
        _must_be_open(read)
        if read.state is State.BOT:
            return
        inbox = await self._store.get(INBOXES, read.inbox)
        if inbox is None or inbox.bot is None:
            raise WrongMove("This inbox has no bot", inbox=read.inbox, hint="Set `bot` of the inbox.")
        change.now = to_bot(read, inbox.bot, at=at)
        _told(change, batch, "handed_to_bot", at, bot=inbox.bot)
        change.also(decided(read, Outcome.TO_BOT, at=at, agent=read.agent, by=batch.user))


def _rank(change: Change, batch: Batch, priority: Priority, at: datetime) -> None:
    if priority is not change.now.priority:
        change.now = structs.replace(change.now, priority=priority)
        change.note(batch.by, "prioritised", at=at, priority=priority)


def _close(change: Change, batch: Batch, at: datetime) -> None:
    if change.now.live:
        change.now = close(change.now, at=at)
        _told(change, batch, "resolved", at)


def _to_team(change: Change, batch: Batch, team: str, at: datetime) -> None:
    read = change.now
    _must_be_open(read)
    if read.team != team or read.state is not State.WAITING:
        change.now = regroup(read, team, at=at)
        change.also(decided(change.now, Outcome.TRANSFERRED, at=at, by=batch.user))
        _told(change, batch, "transferred", at, team=team)


def _to_agent(change: Change, batch: Batch, agent: str, at: datetime) -> None:
    read = change.now
    _must_be_open(read)
    if read.state is not State.AGENT or read.agent != agent:
        change.now = give_to(read, agent, at=at)
        change.also(decided(read, Outcome.TRANSFERRED, at=at, agent=agent, by=batch.user))
        _told(change, batch, "transferred", at, agent=agent)


def _told(change: Change, batch: Batch, code: str, at: datetime, **facts: str) -> None:
    """Leave the notice; the colleague who loses the conversation by it is mentioned."""
    before = change.before
    lost = before is not None and before.state is State.AGENT and before.agent not in (None, batch.user)
    mentions = (before.agent,) if before and lost and before.agent else ()
    change.add(batch.by, (Notice(code=code, facts=facts),), direction=Direction.NOTE, at=at, mentions=mentions)


def _turn(row: Conversation | None, at: datetime) -> tuple[datetime, str]:
    """Return what a batch is ordered by: since when it waits for somebody, else when it last was spoken in."""
    if row is None:
        return (at, "")
    return (row.queued_at or row.waiting_since or row.last_at, row.id)


def _must_be_open(conversation: Conversation) -> None:
    if not conversation.live:
        raise WrongMove("The conversation is closed", conversation=conversation.id, hint="Reopen it first.")
