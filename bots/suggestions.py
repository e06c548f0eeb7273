"""What the bot would say to the customer's last message, for the colleague who has it. Changes nothing."""

import asyncio
from collections.abc import Mapping
from datetime import datetime
from typing import Literal

from msgspec import Struct

from bots.asking import BotFailed, answered, message_of, turn_of
from bots.contract import Answer, Ask, Bot, Handoff, Say
from bots.memory import MEMORIES
from conversations.inboxes import INBOXES
from conversations.model import PROFILES, Conversation, State
from hub.model import Choices, Part
from hub.store.port import Store

PATIENCE = 2.0
"""Seconds; after that a colleague has begun to write."""


class Suggested(Struct, frozen=True, kw_only=True):
    """What would be said to message `seq`, each entry a message; a `fault` says why there is none."""

    bot: str = ""
    seq: int = 0
    items: tuple[tuple[Part, ...], ...] = ()
    fault: Literal["", "error", "timeout"] = ""


class Suggestions:
    """Asks the bot of a conversation's inbox with a copy of its memory, in a rehearsal (`Turn.rehearsal`)."""

    def __init__(self, store: Store, bots: Mapping[str, Bot]) -> None:
        self._store = store
        self._bots = bots

    async def of(self, conversation: Conversation, at: datetime, *, patience: float = PATIENCE) -> Suggested:
        """Return what the bot would say; nothing where it speaks for itself, is none, or would be silent."""
        id = await self._bot(conversation)
        bot = self._bots.get(id)
        seq = conversation.customer_seq
        if bot is None or not seq or conversation.state not in (State.AGENT, State.WAITING):
            return Suggested()
        said, memory, profile = await asyncio.gather(
            message_of(self._store, conversation.id, seq),
            self._store.get(MEMORIES, conversation.id),
            self._store.get(PROFILES, conversation.profile),
        )
        if said is None or said.automatic:
            return Suggested()
        turn = turn_of(conversation, profile, memory, said, at, bot=id, rehearsal=True)
        try:
            return Suggested(bot=bot.name, seq=seq, items=_spoken(await answered(bot, turn, patience=patience)))
        except BotFailed as failure:
            return Suggested(bot=bot.name, seq=seq, fault=failure.reason)

    async def _bot(self, conversation: Conversation) -> str:
        if conversation.bot:
            return conversation.bot
        inbox = await self._store.get(INBOXES, conversation.inbox)
        return (inbox.bot if inbox is not None else None) or ""


def _spoken(answer: Answer) -> tuple[tuple[Part, ...], ...]:
    if any(isinstance(reaction, Handoff) for reaction in answer.reactions):
        return ()  # its words would announce the person who is there already
    said: list[tuple[Part, ...]] = []
    for reaction in answer.reactions:
        match reaction:
            case Say(parts=parts) if parts:
                said.append(tuple(parts))
            case Ask(body=body, choices=choices):
                said.append((Choices(body=body, choices=choices),))
            case _:
                continue
    return tuple(said)
