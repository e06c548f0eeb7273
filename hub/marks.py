"""Where each inbox goes on from (a cursor, a UID): small texts, kept in the store."""

from hub.errors import Conflict, Invalid
from hub.store.port import Collection, Document, Insert, Store, put

LONGEST = 4096
TRIES = 20


class Mark(Document, frozen=True, kw_only=True):
    """One place; id is "inbox:name"."""

    value: str


MARKS = Collection("marks", Mark)


class InboxMarks:
    """The marks of one inbox (`adapters.lent.Marks`). The last one who sets a mark wins."""

    def __init__(self, store: Store, inbox: str) -> None:
        self._store = store
        self._inbox = inbox

    async def get(self, name: str) -> str:
        """Return the mark, or "" when there is none."""
        mark = await self._store.get(MARKS, f"{self._inbox}:{name}")
        return mark.value if mark else ""

    async def set(self, name: str, value: str) -> None:
        """Keep the mark, durable; raises `Invalid` for a long text."""
        if len(value) > LONGEST:
            raise Invalid("A mark is a small text", limit=LONGEST, length=len(value))
        for _ in range(TRIES):
            if await self._kept(f"{self._inbox}:{name}", value):
                return

    async def _kept(self, id: str, value: str) -> bool:
        read = await self._store.get(MARKS, id)
        if read is not None and read.value == value:
            return True
        mark = Mark(id=id, value=value)
        try:
            await self._store.commit(put(MARKS, read, mark) if read else Insert(MARKS, mark))
        except Conflict:
            return False
        return True
