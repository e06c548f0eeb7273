"""The audit record."""

from datetime import datetime

from msgspec import Struct

from accounts.audit import Change, Record
from accounts.permissions import Permission
from server.api.contract import Call, Routes
from server.api.cursor import Cursor, Limit, mark, place

routes = Routes("audit")


class RecordsAsked(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A page of the record; of one user, one target or one kind of act (one of the three)."""

    limit: Limit = 50
    after: Cursor | None = None
    user: str = ""
    target: str = ""
    action: str = ""


class RecordShown(Struct, frozen=True, kw_only=True):
    """One administrative act. `user` is empty for the command line."""

    id: str
    seq: int
    at: datetime
    user: str
    name: str
    action: str
    target: str
    changes: tuple[Change, ...]
    ip: str
    request: str
    hash: str


class RecordsShown(Struct, frozen=True, kw_only=True):
    """Administrative acts, newest first."""

    items: tuple[RecordShown, ...]
    next: str | None = None


@routes.get("/audit", permission=Permission.AUDIT_READ)
async def list_audit(call: Call, query: RecordsAsked) -> RecordsShown:
    """List administrative acts, newest first."""
    before = place(query.after, tuple[int])
    records = await call.hub.accounts.audit.page(
        limit=query.limit + 1, before=before[0] if before else None,
        user=query.user, target=query.target, action=query.action,
    )  # fmt: skip
    shown = records[: query.limit]
    return RecordsShown(
        items=tuple(map(_shown, shown)), next=mark(shown[-1].seq) if len(records) > query.limit else None
    )


def _shown(record: Record) -> RecordShown:
    return RecordShown(
        id=record.id, seq=record.seq, at=record.at, user=record.user, name=record.name, action=record.action,
        target=record.target, changes=record.changes, ip=record.ip, request=record.request, hash=record.hash,
    )  # fmt: skip
