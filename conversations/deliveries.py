"""The ledger the outbox writes into: what became of each message we tried to send."""

from collections.abc import Sequence
from datetime import datetime

import structlog
from msgspec import structs

from conversations.model import MESSAGES
from hub.model import Status, further
from hub.store.port import Store, Write, put

log = structlog.get_logger(__name__)


class Deliveries:
    """Keeps the fate of messages (`hub.outbox.Ledger`)."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def outcome(
        self, message_id: str, status: Status, *, provider_id: str | None, reason: str, at: datetime
    ) -> Sequence[Write]:
        """Return the write that moves the status forward and keeps the provider's id; none when nothing changes."""
        message = await self._store.get(MESSAGES, message_id)
        if message is None:
            log.warning("delivery_unknown", message=message_id)
            return ()
        reached = further(message.status, status)
        why = reason if reached is not message.status else message.reason
        changed = structs.replace(message, status=reached, reason=why, provider_id=provider_id or message.provider_id)
        return () if changed == message else (put(MESSAGES, message, changed),)
