"""What a Rasa server's tracker does not know yet of a conversation: what colleagues said, and whether one has it.

The thread is the truth, the line keeps how far the server was told: whatever is lost on the way is told the next time.
Customers' words to a colleague are left out: to Rasa a `user` event is a turn, and its policies would answer to it.
"""

from typing import Any

from msgspec import Struct, structs

from bots.rasa.lines import LINES, Lines, Told
from conversations.model import CONVERSATIONS, MESSAGES, AuthorKind, Conversation, Direction, Message, State
from hub.model import plain
from hub.store.port import Between, By, Eq, Store

PAGE = 200
"""Entries of a thread that are looked at at once."""
WORDS = 5000
"""Characters of one message that are told."""
PAUSE: tuple[dict[str, Any], ...] = ({"event": "pause"},)
RESUME: tuple[dict[str, Any], ...] = ({"event": "resume"},)
LEAVE: tuple[dict[str, Any], ...] = (
    {"event": "slot", "name": "requested_slot", "value": None}, {"event": "active_loop", "name": None},
)  # fmt: skip
"""Told before the first sentence after people had it, and never later: an old form must not take it for its own."""
WITH_PEOPLE = (State.WAITING, State.AGENT)


class Owed(Struct, frozen=True, kw_only=True):
    """Events in Rasa's JSON, in order, and what the tracker knows when it was told them. `more`: a page comes after."""

    events: tuple[dict[str, Any], ...]
    then: Told
    more: bool


class Account:
    """What the server of one bot is owed, for the bot itself when its turn comes."""

    def __init__(self, store: Store, bot: str) -> None:
        self._store = store
        self._bot = bot

    async def due(self, conversation: str) -> Owed | None:
        """Return what to tell before the next sentence; None when there is nothing."""
        read = await self._store.get(CONVERSATIONS, conversation)
        found = await owed(self._store, read, self._bot) if read is not None else None
        if found is None or found.more:
            return found
        # Said again where a job said it already: its `pause` and this `resume` may have crossed.
        then = structs.replace(found.then, paused=False)
        return structs.replace(found, events=(*found.events, *RESUME, *LEAVE), then=then)

    async def settle(self, conversation: str, told: Owed) -> None:
        """Note that it was told, durably."""
        lines = Lines(self._store, self._bot)
        if not told.more:
            await lines.settle(conversation, told.then)
            return
        await self._store.commit(*await lines.told(conversation, told.then))


async def owed(store: Store, conversation: Conversation, bot: str) -> Owed | None:
    """Return what the server of `bot` was not told, or None: people did nothing since it was asked last."""
    line = await store.get(LINES, conversation.id)
    if line is None or line.bot != bot or not line.people:
        return None
    entries = await store.find(
        MESSAGES, Eq("conversation", conversation.id), Between("seq", line.told + 1), order=(By("seq"),), limit=PAGE
    )
    begins = conversation.state in WITH_PEOPLE and not line.paused
    ends = conversation.state is State.BOT and line.paused
    events = [*(PAUSE if begins else ()), *map(_said, filter(_is_colleagues, entries)), *(RESUME if ends else ())]
    upto = entries[-1].seq if entries else line.told
    then = Told(upto=upto, stirs=line.stirs, paused=(line.paused or begins) and not ends)
    return Owed(events=tuple(events), then=then, more=len(entries) == PAGE)


def _is_colleagues(entry: Message) -> bool:
    return entry.direction is Direction.OUT and entry.author.kind is AuthorKind.AGENT and bool(plain(entry.parts))


def _said(entry: Message) -> dict[str, Any]:
    """Return a colleague's message as Rasa's `bot` event: policies do not look at it, people and action servers do."""
    agent = {"id": entry.author.id, "name": entry.author.name}
    return {
        "event": "bot", "text": plain(entry.parts)[:WORDS], "timestamp": entry.at.timestamp(),
        "metadata": {"agent": agent, "seq": entry.seq},
    }  # fmt: skip
