"""What a customer did that is no message: rated, read, identified, ended, arrived; anything else is told upward."""

from collections.abc import Sequence
from datetime import datetime

import structlog
from msgspec import structs

from conversations import identity
from conversations.change import Change
from conversations.events import Signalled
from conversations.finding import latest, live, said_as
from conversations.inboxes import INBOXES
from conversations.limits import Limits
from conversations.model import Author, AuthorKind, Conversation, Profile, Rating
from conversations.moves import close
from conversations.welcomes import WELCOMED, client_id, noticed, welcomed
from conversations.windows import Rule
from hub.events import Events
from hub.model import Signal
from hub.store.port import Store, Write

log = structlog.get_logger(__name__)

LONGEST_COMMENT = 2000


class Signals:
    """Takes signals. One for a person or conversation nobody knows is dropped: there is nothing it could change."""

    def __init__(self, store: Store, events: Events, limits: Limits) -> None:
        self._store = store
        self._events = events
        self._limits = limits

    async def take(self, signal: Signal, at: datetime) -> Sequence[Write]:
        """Return the writes that follow from a signal."""
        if signal.name in WELCOMED:
            return await self._arrived(signal, at)
        if signal.name == "identified":
            return await self._identified(signal, at)
        profile = await identity.find(self._store, signal.sender)
        conversation = await self._conversation(signal, profile)
        if profile is None or conversation is None:
            log.info("signal_dropped", inbox=signal.inbox, signal=signal.name)
            return ()
        change = Change(conversation)
        apply(change, signal, profile, self._limits.on(signal.sender.channel).windows, at=at)
        return change.writes(self._events, at)

    async def _identified(self, signal: Signal, at: datetime) -> Sequence[Write]:
        met = await identity.meet(self._store, signal.sender, signal.who, at=at)
        conversation = await live(self._store, signal.inbox, met.profile.id)
        if conversation is None:
            return met.writes
        change = Change(conversation)
        change.rename(met.profile.name)
        return [*met.writes, *change.writes(self._events, at)]

    async def _arrived(self, signal: Signal, at: datetime) -> Sequence[Write]:
        """Know the person, let the window open, and bid them welcome if the inbox does so."""
        met = await identity.meet(self._store, signal.sender, signal.who, at=at)
        known = await self._conversation(signal, met.profile)
        change = await self._welcome(known, signal, met.profile, at) or self._noticed(known, signal, at)
        if change is None:
            return met.writes
        change.rename(met.profile.name)
        change.tell(Signalled(conversation=change.now.id, name=signal.name, facts=signal.facts))
        return [*met.writes, *change.writes(self._events, at)]

    async def _welcome(
        self, known: Conversation | None, signal: Signal, profile: Profile, at: datetime
    ) -> Change | None:
        """Return the change that bids them welcome; None when the inbox has no words for it, or has said them."""
        inbox = await self._store.get(INBOXES, signal.inbox)
        if inbox is None or not inbox.welcome:
            return None
        if known is not None and await said_as(self._store, known.id, client_id(signal)) is not None:
            return None
        return welcomed(known, signal, profile, inbox, self._limits, at)

    def _noticed(self, known: Conversation | None, signal: Signal, at: datetime) -> Change | None:
        if known is None:
            return None
        return Change(known, noticed(known, signal, self._limits.on(signal.sender.channel).windows, at))

    async def _conversation(self, signal: Signal, profile: Profile | None) -> Conversation | None:
        """Return the live one, or for a late rating the last one."""
        if profile is None:
            return None
        known = await live(self._store, signal.inbox, profile.id)
        return known or await latest(self._store, signal.inbox, profile.id)


def apply(change: Change, signal: Signal, profile: Profile, rules: tuple[Rule, ...], *, at: datetime) -> None:
    """Let the conversation become what the signal makes of it."""
    customer = Author(kind=AuthorKind.CUSTOMER, id=profile.id, name=profile.name)
    match signal.name:
        case "rated":
            _rated(change, signal, customer, at)
        case "read":
            _read(change, signal)
        case "end" | "ended":
            if change.now.live:
                change.now = close(change.now, at=at)
                change.note(customer, "ended", at=at)
        case _:
            change.now = noticed(change.now, signal, rules, at)
            change.tell(Signalled(conversation=change.now.id, name=signal.name, facts=signal.facts))


def _rated(change: Change, signal: Signal, customer: Author, at: datetime) -> None:
    stars = signal.facts.get("stars", "")
    if stars not in ("1", "2", "3", "4", "5"):
        log.info("rating_dropped", inbox=signal.inbox)
        return
    rating = Rating(stars=int(stars), comment=signal.facts.get("comment", "")[:LONGEST_COMMENT], at=at)
    change.now = structs.replace(change.now, rating=rating)
    change.note(customer, "rated", at=at, stars=stars, comment=rating.comment)


def _read(change: Change, signal: Signal) -> None:
    """Move the customer's mark forward; the seq is theirs, so it is not believed beyond the newest."""
    told = signal.facts.get("seq", "")
    seq = min(int(told), change.now.seq) if told.isdecimal() and len(told) < 12 else 0
    if seq > change.now.customer_read:
        change.now = structs.replace(change.now, customer_read=seq)
