"""Sentences a bot missed: written down in the commit of the turn, counted, and taught by one key."""

from datetime import datetime

from msgspec import Struct, structs

from bots.contract import Missed
from bots.serving.rows import MISSES, Miss, MissState, Why, miss_id
from conversations.model import Conversation
from hub.errors import Conflict, NotFound, WrongMove
from hub.store.port import By, Eq, Insert, Put, Store, Write, put

LONGEST = 500
"""Characters of a sentence that are kept; a longer one is nobody's example."""
TRIES = 5


class Found(Struct, frozen=True, kw_only=True):
    """Where and how a sentence was missed."""

    bot: str
    conversation: str
    seq: int
    why: Why = Why.FELL_BACK


async def noted(store: Store, found: Found, missed: Missed, at: datetime) -> list[Write]:
    """Return the writes that keep a missed sentence.

    The same sentence again is counted; one that was taught before and is missed again is open again.
    """
    if not missed.text.strip():
        return []
    text = missed.text.strip()[:LONGEST]
    best = missed.ranking[0] if missed.ranking else None
    id = miss_id(found.bot, text)
    known = await store.get(MISSES, id)
    fresh = Miss(
        id=id, bot=found.bot, text=text, intent=best.name if best else "", confidence=best.confidence if best else 0.0,
        ranking=missed.ranking[:3], reason=found.why, conversation=found.conversation, seq=found.seq, at=at,
    )  # fmt: skip
    return [Insert(MISSES, fresh) if known is None else put(MISSES, known, _again(known, fresh))]


def _again(known: Miss, fresh: Miss) -> Miss:
    if known.conversation == fresh.conversation and known.seq == fresh.seq and known.reason == fresh.reason:
        return known
    state = MissState.IGNORED if known.state is MissState.IGNORED else MissState.OPEN
    corrected = known.state is MissState.OPEN and known.reason is Why.CORRECTED and fresh.reason is Why.FELL_BACK
    said = {"intent": known.intent, "reason": known.reason} if corrected else {}
    return structs.replace(fresh, times=known.times + 1, state=state, version=known.version, **said)


class Misses:
    """Writes them down in the turn of the bot (`bots/turns.py`), and does what designers do with them."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def writes(self, conversation: Conversation, seq: int, missed: Missed, at: datetime) -> list[Write]:
        """Return the writes that keep the sentence; they are part of the turn's commit."""
        found = Found(bot=conversation.bot or "", conversation=conversation.id, seq=seq)
        return await noted(self._store, found, missed, at)

    async def page(
        self, bot: str, state: MissState, *, limit: int, after: tuple[datetime, str] | None = None
    ) -> list[Miss]:
        """Return misses of a bot in one state, latest first."""
        order = (By("at", descending=True), By("id", descending=True))
        return await self._store.find(MISSES, Eq("bot", bot), Eq("state", state), order=order, limit=limit, after=after)

    async def get(self, bot: str, id: str) -> Miss:
        """Return one that is open; raises `NotFound`, or `WrongMove` when it was settled."""
        row = await self._store.get(MISSES, id)
        if row is None or row.bot != bot:
            raise NotFound("No such sentence", miss=id)
        if row.state is not MissState.OPEN:
            raise WrongMove("This sentence was settled already", miss=id, state=row.state)
        return row

    def settled(self, miss: Miss, state: MissState, *, intent: str, by: str) -> Put[Miss]:
        """Return the write that closes it."""
        said = {"intent": intent} if intent else {}
        return put(MISSES, miss, structs.replace(miss, state=state, settled_by=by, **said))

    async def correct(self, found: Found, missed: Missed, at: datetime) -> Miss:
        """Write down what a colleague says was misunderstood."""
        for _ in range(TRIES):
            try:
                await self._store.commit(*await noted(self._store, found, missed, at))
            except Conflict:
                continue
            break
        row = await self._store.get(MISSES, miss_id(found.bot, missed.text.strip()[:LONGEST]))
        if row is None:
            raise WrongMove("There is nothing to learn from an empty message")
        return row
