"""The ledger the outbox writes into: what became of each message we tried to send.

A failure gives the unit of its window back, for no provider counts a message it refused; so sending it again needs one
again. `window_closed` is the provider's own count: what was open when the message was written is shut. One whose
outcome is unknown may have been counted, and gives nothing back.
"""

from collections.abc import Sequence
from datetime import datetime

import structlog
from msgspec import structs

from conversations.consent import told
from conversations.mails import bare
from conversations.model import CONVERSATIONS, MESSAGES, Conversation, Message
from conversations.windows import Grants, given_back, shut
from hub.errors import OptedOut, WindowClosed
from hub.model import Status, further
from hub.store.port import Store, Write, put

log = structlog.get_logger(__name__)


class Deliveries:
    """Keeps the fate of messages (`hub.outbox.Ledger`)."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def outcome(
        self, message_id: str, status: Status, *, provider_id: str | None, reason: str, detail: str = "", at: datetime
    ) -> Sequence[Write]:
        """Return the write that moves the status forward and keeps the provider's id, and what a failure tells of the
        window and of consent; none when nothing changes.
        """
        message = await self._store.get(MESSAGES, message_id)
        if message is None:
            log.warning("delivery_unknown", message=message_id)
            return ()
        changed = settled(message, status, provider_id=provider_id, reason=reason, detail=detail)
        if changed == message:
            return ()
        writes: list[Write] = [put(MESSAGES, message, changed)]
        if changed.status is Status.FAILED and message.status is not Status.FAILED:
            writes += await learned(self._store, message, reason, at)
        return writes


async def learned(store: Store, message: Message, reason: str, at: datetime) -> Sequence[Write]:
    """Return what a failure tells beyond the message itself, at the send or by a later receipt: windows, consent."""
    if message.spent is None and reason != OptedOut.code:
        return ()
    conversation = await store.get(CONVERSATIONS, message.conversation)
    if conversation is None:
        return ()
    writes: list[Write] = []
    windows = counted(conversation, message, reason)
    if windows != conversation.windows:
        changed = structs.replace(conversation, windows=windows, changed_at=at)
        writes.append(put(CONVERSATIONS, conversation, changed))
    if reason == OptedOut.code:
        writes += await told(store, conversation.address, "out", at=at, source="provider")
    return writes


def settled(message: Message, status: Status, *, provider_id: str | None, reason: str, detail: str) -> Message:
    """Return the message as far as it has come. A mail is known by the id it left under."""
    reached = further(message.status, status)
    moved = reached is not message.status
    name = provider_id or message.provider_id
    return structs.replace(
        message,
        status=reached,
        reason=reason if moved else message.reason,
        detail=detail if moved else message.detail,
        provider_id=name,
        ref=bare(name) if name and message.envelope is not None else message.ref,
    )


def counted(conversation: Conversation, message: Message, reason: str) -> Grants:
    """Return the windows after a message failed."""
    if reason == WindowClosed.code:
        return shut(conversation.windows, message.at)
    if message.spent is None:
        return conversation.windows
    return given_back(conversation.windows, message.spent)
