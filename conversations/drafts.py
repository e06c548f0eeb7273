"""What agents are writing, kept on the server: one row per conversation and user, whoever owns the conversation.

A draft is deleted by its own reply (in that commit) or by its author, never by somebody else's act.
"""

from collections.abc import Sequence

from msgspec import structs

from conversations.commits import settle
from conversations.model import DRAFTS, Draft
from hub.clock import Clock
from hub.errors import Invalid
from hub.store.port import By, Delete, Eq, Insert, Store, Write, put

LONGEST = 20_000


def draft_id(conversation: str, user: str) -> str:
    """Return the id of the one draft this user has in this conversation."""
    return f"{conversation}:{user}"


class Drafts:
    """The store of drafts; the last save wins (two windows of one person)."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock

    async def get(self, conversation: str, user: str) -> Draft | None:
        """Return this user's draft, or None."""
        return await self._store.get(DRAFTS, draft_id(conversation, user))

    async def of_conversation(self, conversation: str) -> list[Draft]:
        """Return everybody's drafts in a conversation, the latest first."""
        order = (By("at", descending=True), By("id", descending=True))
        return await self._store.find(DRAFTS, Eq("conversation", conversation), order=order)

    async def save(
        self, conversation: str, user: str, *, text: str, note: bool = False, base_seq: int = 0
    ) -> Draft | None:
        """Keep the draft and return it; an empty text deletes it. Raises `Invalid` when it is too long."""
        if len(text) > LONGEST:
            raise Invalid("The draft is too long", path="$.text", most=LONGEST)
        fresh = Draft(
            id=draft_id(conversation, user), conversation=conversation, user=user, text=text, note=note,
            base_seq=base_seq, at=self._clock.now(),
        )  # fmt: skip

        async def decide() -> tuple[Sequence[Write], Draft | None]:
            known = await self._store.get(DRAFTS, fresh.id)
            if not text:
                return ((Delete(DRAFTS, known),) if known else ()), None
            if known is None:
                return (Insert(DRAFTS, fresh),), fresh
            write = put(DRAFTS, known, structs.replace(fresh, version=known.version))
            return (write,), write.doc

        return await settle(self._store, decide)
