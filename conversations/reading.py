"""How far each agent has read each conversation; a mark only moves forward."""

from collections.abc import Sequence

from msgspec import structs

from conversations.commits import settle
from conversations.model import READ_MARKS, ReadMark
from hub.clock import Clock
from hub.store.port import Insert, Store, Write, put


class Reading:
    """The store of read marks."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock

    async def read(self, conversation: str, user: str, seq: int) -> int:
        """Move the mark to `seq` unless it is further already; return where it stands."""
        fresh = ReadMark(
            id=_id(conversation, user), conversation=conversation, user=user, seq=seq, at=self._clock.now()
        )

        async def decide() -> tuple[Sequence[Write], int]:
            known = await self._store.get(READ_MARKS, fresh.id)
            if known is None:
                return (Insert(READ_MARKS, fresh),), seq
            if seq <= known.seq:
                return (), known.seq
            return (put(READ_MARKS, known, structs.replace(fresh, version=known.version)),), seq

        return await settle(self._store, decide)

    async def seqs(self, user: str, conversations: Sequence[str]) -> dict[str, int]:
        """Return how far the user has read, for those conversations they ever opened."""
        marks = await self._store.get_many(READ_MARKS, [_id(id, user) for id in conversations])
        return {mark.conversation: mark.seq for mark in marks}


def _id(conversation: str, user: str) -> str:
    return f"{conversation}:{user}"
