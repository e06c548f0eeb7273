"""Who waits is told so once, with quick replies; what they choose is done: wait, be called back, write, help yourself.

Being called back keeps the place: the colleague whose turn comes sees the wish. The other choices end the waiting as a
full queue would.
"""

from collections.abc import Sequence
from datetime import datetime

import structlog
from msgspec import structs

from conversations.change import Change
from conversations.events import CustomerSaid
from conversations.limits import Limits
from conversations.model import CONVERSATIONS, MESSAGES, Conversation, Direction, Message, State
from conversations.saying import say
from conversations.snoozes import SYSTEM
from hub.errors import Refused, Unsupported, WrongMove
from hub.events import Events
from hub.model import Choices, Text, plain
from hub.store.port import Between, By, Eq, Store, Write
from routing.announcing import Announcing
from routing.endings import Endings
from routing.policy.queues import Ending
from routing.settings import ANYBODY
from routing.terms import TermsReader
from routing.wording import ending_words, offered_choices, waiting_words

log = structlog.get_logger(__name__)
BACK = 30
"""Messages among which the question stands that a reply answers."""
PREFIX = "/queue."
"""Begins the values of our quick replies; a bot has none like them."""


class Choosing:
    """Tells who waits, and hears what they choose."""

    def __init__(
        self, store: Store, events: Events, limits: Limits | None, terms: TermsReader, endings: Endings,
        announcing: Announcing,
    ) -> None:  # fmt: skip
        self._store = store
        self._events = events
        self._limits = limits
        self._terms = terms
        self._endings = endings
        self._announcing = announcing

    async def tell(self, change: Change, at: datetime) -> None:
        """Say once, in this change, how long it will take: only where the queue was described and says so."""
        now = change.now
        described = (await self._terms.now()).queues.get(now.team or ANYBODY)
        if self._limits is None or described is None or not described.announced or now.wants.told == now.queued_at:
            return
        told = await self._announcing.told(now)
        if told is None or now.wants.deferred:
            return
        words = waiting_words(told.position, told.low, told.high, now.language)
        choices = offered_choices(told.choices, PREFIX, now.language)
        part = Choices(body=words, choices=choices) if choices else Text(body=words)
        change.now = structs.replace(now, wants=structs.replace(now.wants, told=now.queued_at))
        self._say(change, part, f"queue:wait:{now.id}:{now.seq}", at)

    async def on_said(self, event: CustomerSaid, at: datetime) -> Sequence[Write]:
        """Do what a quick reply of ours chose; anything else they write is for whoever answers."""
        read = await self._store.get(CONVERSATIONS, event.conversation)
        if read is None or read.queued_at is None or read.offer is not None or read.wants.deferred:
            return ()
        chosen = await self._chosen(read, event.seq)
        if chosen in ("", "wait"):
            return ()
        change = Change(read)
        if chosen == "call_back":
            self._call_back(change, at)
        else:
            terms = (await self._terms.now()).queue(read.team or ANYBODY)
            await self._endings.apply(change, Ending(chosen), "asked", terms, at)
        return change.writes(self._events, at)

    def _call_back(self, change: Change, at: datetime) -> None:
        if change.now.wants.wish:
            return
        change.now = structs.replace(change.now, wants=structs.replace(change.now.wants, wish="call_back"))
        change.note(SYSTEM, "queue_asked", at=at, ending="call_back")
        words = Text(body=ending_words(Ending.CALL_BACK, "asked", change.now.language))
        self._say(change, words, f"queue:asked:{change.now.id}:{change.now.seq}", at)

    async def _chosen(self, read: Conversation, seq: int) -> str:
        """Return which of our quick replies a message is, by its value or its label; "" for none."""
        lately = await self._store.find(
            MESSAGES, Eq("conversation", read.id), Between("seq", max(1, seq - BACK), seq + 1),
            order=(By("seq", descending=True),), limit=BACK + 1,
        )  # fmt: skip
        said = next((plain(one.parts).strip() for one in lately if one.seq == seq), "")
        offered = _offered(lately)
        return offered.get(said, "").removeprefix(PREFIX)

    def _say(self, change: Change, part: Text | Choices, client_id: str, at: datetime) -> None:
        if self._limits is None:
            return
        try:
            say(change, author=SYSTEM, parts=(part,), client_id=client_id[:128], at=at, limits=self._limits)
        except (Refused, Unsupported, WrongMove) as error:
            log.info("wait_not_said", inbox=change.now.inbox, reason=error.code)


def waits(event: CustomerSaid) -> bool:
    """Say whether the message was written by somebody who waits."""
    return event.state is State.WAITING


def _offered(lately: Sequence[Message]) -> dict[str, str]:
    """Return what the newest question of ours offered: values by label, and by themselves."""
    for one in lately:
        for part in one.parts if one.direction is Direction.OUT else ():
            if isinstance(part, Choices) and all(choice.value.startswith(PREFIX) for choice in part.choices):
                return {key: choice.value for choice in part.choices for key in (choice.label, choice.value)}
    return {}
