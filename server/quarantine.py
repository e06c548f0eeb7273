"""What verified providers sent and no adapter understood: kept, so many an inbox, so that it can be studied."""

from datetime import datetime

from hub.errors import Conflict, Malformed
from hub.ids import new_id
from hub.store.port import By, Collection, Delete, Document, Eq, Index, Insert, Store, Write

MOST = 200
LARGEST = 256 * 1024


class Odd(Document, frozen=True, kw_only=True):
    """One request that made no sense; `body` is cut at 256 KB, `size` is what came."""

    inbox: str
    at: datetime
    reason: str
    content_type: str
    size: int
    body: bytes


QUARANTINE = Collection("quarantine", Odd, Index(("inbox", "at", "id")))


async def keep(store: Store, *, inbox: str, at: datetime, error: Malformed, content_type: str, body: bytes) -> None:
    """Keep the bytes, and let the oldest of this inbox go when there are too many."""
    odd = Odd(
        id=new_id(), inbox=inbox, at=at, reason=str(error)[:1000], content_type=content_type[:200],
        size=len(body), body=body[:LARGEST],
    )  # fmt: skip
    writes: list[Write] = [Insert(QUARANTINE, odd)]
    if await store.count(QUARANTINE, Eq("inbox", inbox), limit=MOST) >= MOST:
        oldest = await store.find(QUARANTINE, Eq("inbox", inbox), order=(By("at"), By("id")), limit=1)
        writes += [Delete(QUARANTINE, old) for old in oldest]
    try:
        await store.commit(*writes)
    except Conflict:  # another request let the same old one go
        await store.commit(writes[0])
