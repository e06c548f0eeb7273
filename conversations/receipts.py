"""News of our own messages: found by the provider's id, and their status moves forward only."""

from collections.abc import Sequence
from datetime import datetime, timedelta

import structlog
from msgspec import structs

from conversations.finding import sent_as
from conversations.model import MESSAGES, Message
from hub.errors import TryLater
from hub.ingest import RECEIVE, Arrival
from hub.model import Receipt, further
from hub.store.port import Store, Write, put
from hub.work.jobs import Job

log = structlog.get_logger(__name__)

PATIENCE = 5
"""How often a receipt for an unknown message is tried again: it may have overtaken the answer to our own send."""
ASIDE = timedelta(seconds=1)


class Receipts:
    """Takes receipts in any order, any number of times."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def take(self, receipt: Receipt, job: Job, at: datetime) -> Sequence[Write]:
        """Return the write that moves the message on, if it moves.

        A receipt for a message nobody knows waits in a lane of its own, so that it never holds up its customer; after
        `PATIENCE` tries it is dropped (another program may use the same account).
        """
        message = await sent_as(self._store, receipt.inbox, receipt.message)
        if message is not None:
            return moved(message, receipt)
        aside = f"receipt:{receipt.inbox}:{receipt.message}"
        if job.lane != aside:
            return (RECEIVE.job(Arrival(inbound=receipt), lane=aside, seq=job.seq, at=at, due=at + ASIDE),)
        if job.attempts < PATIENCE:
            raise TryLater("No message has this provider id yet", inbox=receipt.inbox)
        log.info("receipt_dropped", inbox=receipt.inbox, status=receipt.status)
        return ()


def moved(message: Message, receipt: Receipt) -> Sequence[Write]:
    """Return the write that stores the further status, or none when the receipt is old news."""
    status = further(message.status, receipt.status)
    if status is message.status:
        return ()
    return (put(MESSAGES, message, structs.replace(message, status=status, reason=receipt.reason)),)
