"""Telling colleagues outside the hub: one outbound message through an inbox of the house, its fate kept in a row.

A notice leaves by the same outbox as everything else, so it is sent once, waits out an outage, and says why it failed.
"""

from collections.abc import Sequence
from datetime import datetime

from msgspec import Struct, structs

from accounts.users import User
from conversations.inboxes import Inbox
from desk.policies import By
from desk.rows import STAFF_NOTICES, StaffNotice
from hub.ids import new_id
from hub.model import Address, Outbound, Status, Text, further
from hub.outbox import Ledger, delivery
from hub.store.port import Insert, Store, Write, put

PREFIX = "staff-"
"""How the id of a message to a colleague begins: no conversation has it."""


class Letter(Struct, frozen=True, kw_only=True):
    """What a colleague is told. A channel without subjects says the body alone."""

    subject: str
    body: str


def address_of(user: User, by: By) -> str:
    """Return where a colleague is reached by this way, or ""."""
    match by:
        case "email":
            return user.email
        case "sms":
            return user.phone
        case "wechat":
            return user.wechat
        case "app":
            return ""


def told(
    user: User, by: By, inbox: Inbox, letter: Letter, conversation: str, *, at: datetime
) -> tuple[str, list[Write]]:
    """Return the id of the notice, and the writes that send it."""
    notice = StaffNotice(id=PREFIX + new_id(), user=user.id, conversation=conversation, by=by, inbox=inbox.id, at=at)
    message = Outbound(
        id=notice.id,
        inbox=inbox.id,
        to=Address(channel=inbox.channel, user=address_of(user, by)),
        parts=(Text(body=letter.body),),
        conversation=user.id,
        seq=0,
        subject=letter.subject,
        automatic=True,
        staff=True,
    )
    return notice.id, [Insert(STAFF_NOTICES, notice), delivery(message, at=at)]


class StaffLedger:
    """The outbox's ledger (`hub.outbox.Ledger`): notices are kept here, everything else by `rest`."""

    def __init__(self, store: Store, rest: Ledger) -> None:
        self._store = store
        self._rest = rest

    async def outcome(
        self, message_id: str, status: Status, *, provider_id: str | None, reason: str, detail: str, at: datetime
    ) -> Sequence[Write]:
        """Return the writes that keep what became of a message."""
        if not message_id.startswith(PREFIX):
            return await self._rest.outcome(
                message_id, status, provider_id=provider_id, reason=reason, detail=detail, at=at
            )
        notice = await self._store.get(STAFF_NOTICES, message_id)
        if notice is None or further(notice.status, status) is notice.status:
            return ()
        return (put(STAFF_NOTICES, notice, structs.replace(notice, status=status, reason=reason, detail=detail)),)
