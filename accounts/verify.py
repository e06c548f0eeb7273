"""Walk the audit chain from its first record and name the first one that is not as it was written."""

from msgspec import Struct

from accounts.audit import AUDIT, AUDIT_HEADS, CHAIN, START, Record, digest
from hub.store.port import By, Store

PAGE = 500


class Verdict(Struct, frozen=True, kw_only=True):
    """`first_bad` is the number of the first wrong or missing record; None when all `count` are as written."""

    count: int
    hash: str
    first_bad: int | None = None
    reason: str = ""

    @property
    def good(self) -> bool:
        """Whether nothing was touched."""
        return self.first_bad is None


async def verify(store: Store, *, witness: tuple[int, str] | None = None) -> Verdict:
    """Check every record, the links between them and the head.

    `witness` is a number and hash noted outside the store (every act logs its own): with it a chain that was
    rewritten or cut as a whole, head included, is found too.
    """
    count, previous = 0, START
    while page := await store.find(AUDIT, order=(By("seq"),), limit=PAGE, after=(count,) if count else None):
        for record in page:
            reason = _fault(record, count + 1, previous, witness)
            if reason:
                return Verdict(count=count, hash=previous, first_bad=count + 1, reason=reason)
            count, previous = record.seq, record.hash
    return await _ended(store, count, previous, witness)


def _fault(record: Record, expected: int, previous: str, witness: tuple[int, str] | None) -> str:
    if record.seq != expected:
        return "a record is missing"
    if record.previous != previous:
        return "it does not follow the record before it"
    if digest(record) != record.hash:
        return "it was changed"
    if witness and witness[0] == record.seq and witness[1] != record.hash:
        return "the chain was rewritten: another hash was witnessed"
    return ""


async def _ended(store: Store, count: int, last: str, witness: tuple[int, str] | None) -> Verdict:
    head = await store.get(AUDIT_HEADS, CHAIN)
    known = max(head.seq if head else 0, witness[0] if witness else 0)
    if count < known:
        return Verdict(count=count, hash=last, first_bad=count + 1, reason="records are missing at the end")
    if count and (head is None or head.seq != count or head.hash != last):
        return Verdict(count=count, hash=last, first_bad=count, reason="the head of the chain is another")
    return Verdict(count=count, hash=last)
