"""News of our own messages: found by the provider's id, and their status moves forward only.

A mail that comes back long after it was sent is told in its thread, and a closed thread opens again: whoever answered
believes that the customer has read it.
"""

import re
from collections.abc import Sequence
from datetime import datetime, timedelta

import structlog
from msgspec import structs

from conversations.change import Change
from conversations.deliveries import learned
from conversations.finding import live, sent_as
from conversations.model import CONVERSATIONS, MESSAGES, AuthorKind, Conversation, Message
from conversations.moves import reopen
from conversations.snoozes import SYSTEM
from hub.errors import Refused, TryLater
from hub.events import Events
from hub.ingest import RECEIVE, Arrival
from hub.model import Receipt, Status, further
from hub.outbox import LONGEST_DETAIL
from hub.store.port import Store, Write, put
from hub.work.jobs import Job

log = structlog.get_logger(__name__)

PATIENCE = 5
"""How often a receipt for an unknown message is tried again: it may have overtaken the answer to our own send."""
ASIDE = timedelta(seconds=1)
_CODE = re.compile(r"[A-Za-z0-9_.:-]{0,64}")


class Receipts:
    """Takes receipts in any order, any number of times."""

    def __init__(self, store: Store, events: Events) -> None:
        self._store = store
        self._events = events

    async def take(self, receipt: Receipt, job: Job, at: datetime) -> Sequence[Write]:
        """Return the write that moves the message on, if it moves.

        A receipt for a message nobody knows waits in a lane of its own, so that it never holds up its customer; after
        `PATIENCE` tries it is dropped (another program may use the same account).
        """
        message = await sent_as(self._store, receipt.inbox, receipt.message)
        if message is not None:
            return [*moved(message, receipt), *await self._failed(message, receipt, at)]
        aside = f"receipt:{receipt.inbox}:{receipt.message}"
        if job.lane != aside:
            return (RECEIVE.job(Arrival(inbound=receipt), lane=aside, seq=job.seq, at=at, due=at + ASIDE),)
        if job.attempts < PATIENCE:
            raise TryLater("No message has this provider id yet", inbox=receipt.inbox)
        log.info("receipt_dropped", inbox=receipt.inbox, status=receipt.status)
        return ()

    async def _failed(self, message: Message, receipt: Receipt, at: datetime) -> Sequence[Write]:
        """Return what follows when the message has failed now: for a mail in its thread, for others what it tells."""
        if further(message.status, receipt.status) is not Status.FAILED or message.status is Status.FAILED:
            return ()
        if message.envelope is None:
            return await learned(self._store, message, coded(receipt.reason)[0], at)
        return await self._bounced(message, receipt, at)

    async def _bounced(self, message: Message, receipt: Receipt, at: datetime) -> Sequence[Write]:
        """Return the notice in the thread of a mail that came back; a chat shows it at the message alone."""
        conversation = await self._store.get(CONVERSATIONS, message.conversation)
        if conversation is None:
            return ()
        change = Change(conversation)
        if await self._opens_again(conversation, message):
            change.now = reopen(conversation, at=at, agent=conversation.agent)
        _, detail = coded(receipt.reason)
        change.note(SYSTEM, "bounced", at=at, seq=str(message.seq), detail=detail)
        return change.writes(self._events, at)

    async def _opens_again(self, conversation: Conversation, message: Message) -> bool:
        """Say whether a colleague has to know; a machine's mail that comes back is nobody's work."""
        if conversation.live or message.author.kind is not AuthorKind.AGENT:
            return False
        return await live(self._store, conversation.inbox, conversation.profile, conversation.thread) is None


def moved(message: Message, receipt: Receipt) -> Sequence[Write]:
    """Return the write that stores the further status, or none when the receipt is old news."""
    status = further(message.status, receipt.status)
    if status is message.status:
        return ()
    reason, detail = coded(receipt.reason)
    return (put(MESSAGES, message, structs.replace(message, status=status, reason=reason, detail=detail)),)


def coded(reason: str) -> tuple[str, str]:
    """Return the code and the words of a receipt's reason: many providers tell only one of the two."""
    return (reason, "") if _CODE.fullmatch(reason) else (Refused.code, reason[:LONGEST_DETAIL])
