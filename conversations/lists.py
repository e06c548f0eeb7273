"""Pages and counts of views, read from the store: branches merged in order, each row once."""

import asyncio
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Literal

from msgspec import Struct

from conversations.cursors import pack, unpack
from conversations.model import CONVERSATIONS, Conversation
from conversations.views import View, Viewer, by_due, holds, view
from hub.errors import Invalid
from hub.store.port import By, Has, Store, Test, Value

COUNTED = 1000
"""Counts stop here and are shown as "1000+"."""
OWN = 200
SCANNED = 1000
"""Rows looked at for one page of a label before the page is handed out short, with a cursor to go on."""
NEWEST = (By("last_at", descending=True), By("id", descending=True))
OLDEST = (By("queued_at"), By("id"))
SOONEST = (By("due_at"), By("id"))
Order = Literal["", "due"]
"""As the view is read, or what is due, the soonest first."""
LATEST = datetime(9999, 1, 1, tzinfo=UTC)


class Page(Struct, frozen=True, kw_only=True):
    """Some rows, and the cursor of the next page; None at the end."""

    items: tuple[Conversation, ...]
    next: str | None = None


class Tally(Struct, frozen=True, kw_only=True):
    """How many a view shows (no further than `COUNTED`), and since when the oldest of a queue waits."""

    id: str
    count: int
    oldest_at: datetime | None = None


class Lists:
    """Reads the views."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def page(
        self, id: str, viewer: Viewer, *, label: str = "", order: Order = "", after: str | None = None, limit: int = 50
    ) -> Page:
        """Return one page of a view, of one label only when given, or of what is due.

        Raises `NotFound` for an unknown view, `Invalid` for a cursor that is none, and for an order it has not.
        """
        wanted = view(id, viewer)
        if order == "due":
            if label:
                raise Invalid("A label has no order by deadline", path="$.order")
            wanted = by_due(wanted)
        if label:
            return await self._labelled(wanted, viewer, label, after, limit)
        seen = unpack(after, (datetime, str)) if after else None
        branches = (*wanted.branches, wanted.own) if wanted.own else wanted.branches
        steps = SOONEST if wanted.due else OLDEST if wanted.queue else NEWEST
        pages = await asyncio.gather(*(self._read(branch, steps, limit + 1, seen) for branch in branches))
        rows = {row.id: row for page in pages for row in page}
        merged = sorted(rows.values(), key=_key(wanted), reverse=steps is NEWEST)
        return _cut(merged, limit, _key(wanted))

    async def tally(self, wanted: View, viewer: Viewer) -> Tally:
        """Count a view and find the oldest of a queue."""
        counts = await asyncio.gather(
            *(self._store.count(CONVERSATIONS, *branch, limit=COUNTED) for branch in wanted.branches)
        )
        extra = await self._outside(wanted, viewer) if wanted.own else 0
        oldest = await self._oldest(wanted) if wanted.queue else None
        return Tally(id=wanted.id, count=min(sum(counts) + extra, COUNTED), oldest_at=oldest)

    async def _labelled(self, wanted: View, viewer: Viewer, label: str, after: str | None, limit: int) -> Page:
        """Walk the label's index, newest first, and keep what the view holds."""
        seen = unpack(after, (datetime, str)) if after else None
        found: list[Conversation] = []
        for _ in range(0, SCANNED, 100):
            rows = await self._read((Has("labels", (label,)),), NEWEST, 100, seen)
            found += [row for row in rows if holds(wanted.id, viewer, row)]
            if len(rows) < 100 or len(found) > limit:
                more = len(found) > limit
                return _cut(found, limit, _newest) if more else Page(items=tuple(found))
            seen = (rows[-1].last_at, rows[-1].id)
        return Page(items=tuple(found), next=pack(seen))

    async def _read(
        self, where: Sequence[Test], order: Sequence[By], limit: int, after: Sequence[Value] | None
    ) -> list[Conversation]:
        return await self._store.find(CONVERSATIONS, *where, order=order, limit=limit, after=after)

    async def _outside(self, wanted: View, viewer: Viewer) -> int:
        """Count the viewer's own rows that no branch holds: those of other people's teams."""
        rows = await self._read(wanted.own, NEWEST, OWN, None)
        return sum(row.team is not None and row.team not in viewer.teams for row in rows)

    async def _oldest(self, wanted: View) -> datetime | None:
        firsts = await asyncio.gather(*(self._read(branch, OLDEST, 1, None) for branch in wanted.branches))
        return min((row.queued_at for page in firsts for row in page if row.queued_at), default=None)


def _key(wanted: View) -> Callable[[Conversation], tuple[datetime, str]]:
    """Return what a row is ordered by; only rows with `queued_at` are in a queue."""
    if wanted.due:
        return lambda row: (row.due_at or LATEST, row.id)
    if wanted.queue:
        return lambda row: (row.queued_at or row.last_at, row.id)
    return _newest


def _newest(row: Conversation) -> tuple[datetime, str]:
    return row.last_at, row.id


def _cut(rows: Sequence[Conversation], limit: int, key: Callable[[Conversation], tuple[datetime, str]]) -> Page:
    kept = tuple(rows[:limit])
    return Page(items=kept, next=pack(key(kept[-1])) if len(rows) > limit else None)
