"""The audit record: every administrative act, in one hash chain, written in the same commit as the act.

    act 1 <--previous-- act 2 <--previous-- act 3 <-- head (seq, hash)

The head is one row that every act reads first and writes over: acts of all processes are serial, the chain cannot
fork, and a decision made inside `perform` (is this the last administrator?) is made on what the act before left.
"""

import asyncio
import hashlib
from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Generic, TypeVar

import msgspec
import structlog
from msgspec import Struct

from accounts.actor import Act
from hub.errors import Conflict, TryLater
from hub.ids import new_id
from hub.store.port import By, Collection, Document, Eq, Index, Insert, Store, Write, put

FORM = 1
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MILLISECOND = timedelta(milliseconds=1)
CHAIN = "chain"
HIDDEN = "***"
START = "0" * 64
TRIES = 100

T = TypeVar("T")
_log = structlog.get_logger(__name__)


class Change(Struct, frozen=True, kw_only=True):
    """One field before and after; None where there was nothing. Secrets stand as `***`."""

    field: str
    before: str | None = None
    after: str | None = None


class Entry(Struct, frozen=True, kw_only=True):
    """What was done to what: `user.changed` to a user id."""

    action: str
    target: str
    changes: tuple[Change, ...] = ()


class Record(Document, frozen=True, kw_only=True):
    """One act. `hash` covers every other field and the hash before it."""

    seq: int
    at: datetime
    user: str
    name: str
    action: str
    target: str
    changes: tuple[Change, ...] = ()
    ip: str = ""
    request: str = ""
    previous: str
    hash: str = ""


class Head(Document, frozen=True, kw_only=True):
    """The end of the chain."""

    seq: int
    hash: str


AUDIT = Collection(
    "audit",
    Record,
    Index(("seq",), unique=True),
    Index(("user", "seq")),
    Index(("target", "seq")),
    Index(("action", "seq")),
)
AUDIT_HEADS = Collection("audit_heads", Head)


class Deed(Struct, Generic[T], frozen=True, kw_only=True):
    """What an act decided: its writes, how it stands in the record (None: nothing changed), and what it returns."""

    result: T
    writes: tuple[Write, ...] = ()
    entry: Entry | None = None


class Audit:
    """The only writer of the chain."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._turn = asyncio.Lock()

    async def perform(self, act: Act, decide: Callable[[], Awaitable[Deed[T]]]) -> T:
        """Read, decide and commit one act with its record; decided again when another act came between.

        Raises what `decide` raises, and `Conflict` when a unique key of its writes is taken.
        """
        async with self._turn:
            for _ in range(TRIES):
                head = await self._store.get(AUDIT_HEADS, CHAIN)
                deed = await decide()
                if deed.entry is None:
                    return deed.result
                try:
                    await self._append(head, act, deed.entry, deed.writes)
                except Conflict as lost:
                    if lost.index and not _is_ours(lost):
                        raise
                else:
                    return deed.result
        raise _busy()

    async def commit(self, act: Act, entry: Entry, *writes: Write) -> None:
        """Commit an act that was decided already, with its record; raises `Conflict` when one of its writes lost."""
        async with self._turn:
            for _ in range(TRIES):
                head = await self._store.get(AUDIT_HEADS, CHAIN)
                try:
                    return await self._append(head, act, entry, writes)
                except Conflict as lost:
                    if not _is_ours(lost):
                        raise
        raise _busy()

    async def _append(self, head: Head | None, act: Act, entry: Entry, writes: Sequence[Write]) -> None:
        record = record_of(head, act, entry)
        await self._store.commit(*writes, *_chained(head, record))
        # The log is the witness outside the store: who cuts the end off the chain has the log against them.
        _log.info("audit", seq=record.seq, action=record.action, hash=record.hash)

    async def page(
        self, *, limit: int, before: int | None = None, user: str = "", target: str = "", action: str = ""
    ) -> list[Record]:
        """Return records, newest first, of one user, target or action (the first that is given) or of all."""
        given = [Eq(name, value) for name, value in (("user", user), ("target", target), ("action", action)) if value]
        return await self._store.find(
            AUDIT,
            *given[:1],
            order=(By("seq", descending=True),),
            limit=limit,
            after=None if before is None else (before,),
        )


def record_of(head: Head | None, act: Act, entry: Entry) -> Record:
    """Make the record that follows the head."""
    bare = Record(
        id=new_id(),
        seq=head.seq + 1 if head else 1,
        at=act.at,
        user=act.actor.user,
        name=act.actor.name,
        action=entry.action,
        target=entry.target,
        changes=entry.changes,
        ip=act.ip,
        request=act.request,
        previous=head.hash if head else START,
    )
    return msgspec.structs.replace(bare, hash=digest(bare))


def digest(record: Record) -> str:
    """Return the hash of a record: SHA-256 over its fields in a fixed order, the one before included."""
    at = (record.at - EPOCH) // MILLISECOND
    changes = [[change.field, change.before, change.after] for change in record.changes]
    fields = [
        FORM, record.seq, record.id, at, record.user, record.name, record.action, record.target, changes,
        record.ip, record.request, record.previous,
    ]  # fmt: skip
    return hashlib.sha256(msgspec.json.encode(fields)).hexdigest()


def _chained(head: Head | None, record: Record) -> tuple[Write, Write]:
    ahead = Head(id=CHAIN, seq=record.seq, hash=record.hash)
    moved: Write = put(AUDIT_HEADS, head, ahead) if head else Insert(AUDIT_HEADS, ahead)
    return Insert(AUDIT, record), moved


def _is_ours(lost: Conflict) -> bool:
    return lost.collection in (AUDIT.name, AUDIT_HEADS.name)


def _busy() -> TryLater:
    return TryLater("Too many administrative acts at once", after=timedelta(seconds=1))
