"""The handler of the first door's jobs: what came in becomes profile, conversation and message in ONE commit.

    Arrival -> already stored? nothing
            -> profile (identity) -> conversation (joining) -> message, counters, windows, events
            -> jobs that fetch its files, what it decides about marketing (wishes)

Two first messages of one customer at one instant: both handlers insert, the unique index over live conversations
lets one win, the engine runs the other again and it joins.
"""

import asyncio
from collections.abc import Sequence
from datetime import datetime

from msgspec import structs

from conversations import identity, raws
from conversations.change import Change
from conversations.events import CustomerSaid
from conversations.fetching import fetches
from conversations.finding import inbound_key, received_as, referred, sent_as
from conversations.joining import thread
from conversations.limits import ChannelLimits, Limits
from conversations.mails import bare
from conversations.model import Author, AuthorKind, Conversation, Direction, Profile
from conversations.receipts import Receipts
from conversations.signals import Signals
from conversations.threads import joined, kept_envelope
from conversations.welcomes import without_codes
from conversations.windows import Rule, opened
from conversations.wishes import Wishes
from hub.events import Events
from hub.ingest import Arrival, pull
from hub.model import Bell, Receipt, Said, Signal
from hub.store.port import Store, Write
from hub.work.jobs import Job


class Receive:
    """Registered for `hub.ingest.RECEIVE`."""

    def __init__(self, store: Store, events: Events, limits: Limits | None = None) -> None:
        self._store = store
        self._events = events
        self._limits = limits or ChannelLimits({})
        self._receipts = Receipts(store, events)
        self._signals = Signals(store, events, self._limits)
        self._wishes = Wishes(store, self._limits)

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
        change = await thread(self._store, said, met.profile, at)
        await self._hear(change, said, met.profile, at)
        return [*met.writes, *change.writes(self._events, at)]

    async def _hear(self, change: Change, said: Said, profile: Profile, at: datetime) -> None:
        """Put the message into its thread, with everything that follows from it."""
        envelope = kept_envelope(said.envelope) if said.envelope is not None else None
        message = change.add(
            Author(kind=AuthorKind.CUSTOMER, id=profile.id, name=profile.name),
            said.parts, direction=Direction.IN, at=at, sent_at=said.sent_at,
            key=inbound_key(said.inbox, said.provider_id), provider_id=said.provider_id,
            reply_to=await self._answered(said, change), original=said.original, automatic=said.automatic,
            subject=said.subject, envelope=envelope, ref=(envelope.message_id or None) if envelope else None,
        )  # fmt: skip
        if profile.id == change.now.profile:
            change.rename(profile.name)
        change.now = joined(heard(change.now, self._limits.on(said.sender.channel).windows, said, at), said)
        change.also(*fetches(message, at=at), *raws.keep(said, message.id, change.now.id))
        quiet = said.automatic or bool(said.opt)
        told = CustomerSaid(conversation=change.now.id, seq=message.seq, state=change.now.state, quiet=quiet)
        change.tell(told)
        if said.opt:
            await self._wishes.take(change, said, at)

    async def _answered(self, said: Said, change: Change) -> str:
        """Return our id of the message this one answers, or nothing when we do not know it.

        A mail may name anybody's; only one of its own thread is believed.
        """
        if not said.reply_to:
            return ""
        if said.envelope is not None:
            mails = await referred(self._store, said.inbox, (bare(said.reply_to),))
            return next((mail.id for mail in mails if mail.conversation == change.now.id), "")
        answered = await sent_as(self._store, said.inbox, said.reply_to)
        answered = answered or await received_as(self._store, said.inbox, said.reply_to)
        return answered.id if answered else ""


def heard(conversation: Conversation, rules: Sequence[Rule], said: Said, at: datetime) -> Conversation:
    """Return the conversation with the windows that the message opens, and without facts that were good once."""
    known = without_codes(conversation)
    windows = opened(known.windows, rules, said.window, since=said.sent_at, at=at) if rules else ()
    return known if windows == known.windows else structs.replace(known, windows=windows)
