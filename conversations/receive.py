"""The handler of the first door's jobs: what came in becomes profile, conversation and message in ONE commit.

    Arrival -> already stored? nothing
            -> profile (identity) -> conversation (threads) -> message, counters, events

Two first messages of one customer at one instant: both handlers insert, the unique index over live conversations
lets one win, the engine runs the other again and it joins.
"""

import asyncio
from collections.abc import Sequence
from datetime import datetime

import structlog

from conversations import identity
from conversations.change import Change
from conversations.events import CustomerSaid
from conversations.finding import inbound_key, latest, live, received_as, sent_as
from conversations.inboxes import INBOXES
from conversations.model import Author, AuthorKind, Direction, Profile
from conversations.receipts import Receipts
from conversations.signals import Signals
from conversations.threads import come_back, may_return, start
from hub.events import Events
from hub.ingest import Arrival, pull
from hub.model import Bell, Receipt, Said, Signal
from hub.store.port import Store, Write
from hub.work.jobs import Job

log = structlog.get_logger(__name__)


class Receive:
    """Registered for `hub.ingest.RECEIVE`."""

    def __init__(self, store: Store, events: Events) -> None:
        self._store = store
        self._events = events
        self._receipts = Receipts(store)
        self._signals = Signals(store, events)

    async def handle(self, arrival: Arrival, job: Job, at: datetime) -> Sequence[Write]:
        """Return the writes that make what came in part of its conversation."""
        match arrival.inbound:
            case Said() as said:
                return await self._said(said, at)
            case Receipt() as receipt:
                return await self._receipts.take(receipt, job, at)
            case Signal() as signal:
                return await self._signals.take(signal, at)
            case Bell() as bell:
                return (pull(bell, at=at, seq=job.seq),)

    async def _said(self, said: Said, at: datetime) -> Sequence[Write]:
        stored, met = await asyncio.gather(
            received_as(self._store, said.inbox, said.provider_id),
            identity.meet(self._store, said.sender, said.who, at=at),
        )
        if stored is not None:
            return ()
        change = await self._thread(said, met.profile, at)
        message = change.add(
            Author(kind=AuthorKind.CUSTOMER, id=met.profile.id, name=met.profile.name),
            said.parts, direction=Direction.IN, at=at, sent_at=said.sent_at,
            key=inbound_key(said.inbox, said.provider_id), provider_id=said.provider_id,
            reply_to=await self._answered(said),
        )  # fmt: skip
        change.rename(met.profile.name)
        change.tell(CustomerSaid(conversation=change.now.id, seq=message.seq, state=change.now.state))
        return [*met.writes, *change.writes(self._events, at)]

    async def _thread(self, said: Said, profile: Profile, at: datetime) -> Change:
        """Join, reopen or start."""
        known = await live(self._store, said.inbox, profile.id)
        if known is not None:
            return Change(known)
        inbox, closed = await asyncio.gather(
            self._store.get(INBOXES, said.inbox), latest(self._store, said.inbox, profile.id)
        )
        if inbox is None:
            log.warning("inbox_unknown", inbox=said.inbox)
        if closed is not None and may_return(closed, inbox, at=at):
            return Change(closed, come_back(closed, inbox, at=at))
        return Change(None, start(said.inbox, inbox, profile, subject=said.subject, at=at))

    async def _answered(self, said: Said) -> str:
        """Return our id of the message this one answers, or nothing when we do not know it."""
        if not said.reply_to:
            return ""
        answered = await sent_as(self._store, said.inbox, said.reply_to)
        answered = answered or await received_as(self._store, said.inbox, said.reply_to)
        return answered.id if answered else ""
