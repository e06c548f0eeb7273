"""Reading a thread by its numbers: the latest, what came after N, what stood before N."""

from collections.abc import Sequence

from conversations.model import CONVERSATIONS, MESSAGES, Conversation, Direction, Message
from hub.store.port import Between, By, Eq, Prefix, Present, Store

MOST = 100


class Transcripts:
    """Pages of messages, always ascending by `seq`."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def latest(self, conversation: str, *, limit: int = 50, notes: bool = True) -> list[Message]:
        """Return the newest messages; without notes for a customer's eyes."""
        return await self.before(conversation, None, limit=limit, notes=notes)

    async def after(self, conversation: str, seq: int, *, limit: int = 50, notes: bool = True) -> list[Message]:
        """Return the next messages after number `seq`; fewer than `limit` only at the end of the thread."""
        found: list[Message] = []
        low = seq + 1
        while len(found) < limit:
            page = await self._read(conversation, Between("seq", low), descending=False)
            found += seen(page, notes=notes)
            if len(page) < MOST:
                break
            low = page[-1].seq + 1
        return found[:limit]

    async def before(self, conversation: str, seq: int | None, *, limit: int = 50, notes: bool = True) -> list[Message]:
        """Return the messages just before number `seq` (None: the end)."""
        found: list[Message] = []
        high = seq
        while len(found) < limit:
            page = await self._read(conversation, Between("seq", 0, high), descending=True)
            found += seen(page, notes=notes)
            if len(page) < MOST:
                break
            high = page[-1].seq
        return found[:limit][::-1]

    async def history(self, profile: str, *, limit: int = 50) -> list[Conversation]:
        """Return the conversations of one profile, newest first."""
        order = (By("last_at", descending=True), By("id", descending=True))
        return await self._store.find(CONVERSATIONS, Eq("profile", profile), order=order, limit=limit)

    async def any_in(self, inbox: str) -> bool:
        """Say whether any customer ever wrote to this inbox."""
        where = (Present("key"), Prefix("key", f"{inbox}:"))
        return await self._store.count(MESSAGES, *where, limit=1) > 0

    async def _read(self, conversation: str, range: Between, *, descending: bool) -> list[Message]:
        order = (By("seq", descending=descending),)
        return await self._store.find(MESSAGES, Eq("conversation", conversation), range, order=order, limit=MOST)


def seen(messages: Sequence[Message], *, notes: bool) -> list[Message]:
    """Return the messages without those that only colleagues see."""
    return [message for message in messages if notes or message.direction is not Direction.NOTE]
