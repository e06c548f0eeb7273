"""How a bot is asked: a turn is made of what the hub knows, and whatever goes wrong in the bot becomes a hand-over."""

import asyncio
from collections.abc import Sequence
from datetime import datetime
from typing import Literal

import structlog

from bots.contract import Answer, Bot, Handoff, Reminder, Say, Turn
from bots.memory import Memory
from bots.rendering import meant
from conversations.model import MESSAGES, Conversation, Message, Profile
from hub.model import Part, plain
from hub.store.port import Eq, Store

PATIENCE = 10.0
"""Seconds a bot may take for one turn; then a person takes over."""

KNOWN = ("email", "phone", "company")
"""Fields of a profile that a bot is told of beside its attributes."""

_log = structlog.get_logger(__name__)


async def message_of(store: Store, conversation: str, seq: int) -> Message | None:
    """Return one message of a thread."""
    found = await store.find(MESSAGES, Eq("conversation", conversation), Eq("seq", seq), limit=1)
    return found[0] if found else None


def turn_of(
    conversation: Conversation, profile: Profile | None, memory: Memory | None, said: Message | None, at: datetime,
    *, bot: str | None = None, reminder: Reminder | None = None, rehearsal: bool = False,
) -> Turn:  # fmt: skip
    """Return the turn of what the customer said, or (without `said`) of a reminder; no bot reads another's memory."""
    asked_one = conversation.bot or "" if bot is None else bot
    known = memory if memory is not None and memory.bot == asked_one else None
    parts = said.parts if said is not None else ()
    return Turn(
        conversation=conversation.id,
        channel=conversation.address.channel,
        profile=conversation.profile,
        name=conversation.name,
        language=conversation.language,
        seq=said.seq if said is not None else conversation.customer_seq,
        parts=parts,
        text=meant(plain(parts), known.offered if known else ()),
        memory=known.values if known else {},
        attributes=attributes_of(profile),
        labels=tuple(dict.fromkeys((*conversation.labels, *(profile.labels if profile else ())))),
        reminder=reminder,
        rehearsal=rehearsal,
        at=at,
    )


def attributes_of(profile: Profile | None) -> dict[str, str]:
    """Return what is known of the customer, empty fields left out."""
    if profile is None:
        return {}
    fields = {name: getattr(profile, name) for name in KNOWN}
    return {**profile.attributes, **{name: value for name, value in fields.items() if value}}


class BotFailed(Exception):
    """The bot gave no answer."""

    def __init__(self, reason: Literal["error", "timeout"]) -> None:
        super().__init__(reason)
        self.reason: Literal["error", "timeout"] = reason


async def answered(bot: Bot, turn: Turn, *, patience: float = PATIENCE) -> Answer:
    """Ask the bot; raises `BotFailed`, and nothing else of what may go wrong in it."""
    try:
        async with asyncio.timeout(patience):
            return await bot.answer(turn)
    except TimeoutError as error:
        _log.warning("bot_too_slow", bot=bot.name, conversation=turn.conversation, seq=turn.seq, seconds=patience)
        raise BotFailed("timeout") from error
    except Exception as error:
        _log.exception("bot_failed", bot=bot.name, conversation=turn.conversation, seq=turn.seq)
        raise BotFailed("error") from error


async def asked(bot: Bot, turn: Turn) -> Answer:
    """Ask the bot; the customer must not wait for a machine, so its failure is an answer too: excuse and hand-over."""
    try:
        return await answered(bot, turn)
    except BotFailed as failure:
        excuse = Say(parts=tuple(_excuse(bot, turn.language)))
        return Answer(reactions=(excuse, Handoff(reason=failure.reason)), memory=turn.memory)


def _excuse(bot: Bot, language: str) -> Sequence[Part]:
    try:
        return bot.excuse(language)
    except Exception:  # noqa: BLE001 - a bot is foreign code, and its customer is on the way to a person already
        _log.exception("bot_without_excuse", bot=bot.name)
        return ()
