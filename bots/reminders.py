"""Reminders: what a bot wants to come back to. The entry in its memory is the truth, the job only the alarm clock.

Remind --> Memory.reminders + RING job (one commit) --> due --> entry still there? --> a turn of its own
                             Forget, a message, a new one of the same name: entry and alarm go
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

import msgspec
import structlog
from msgspec import Struct, structs

from bots.contract import Forget, Remind, Reminder
from bots.memory import Memory, Waiting
from conversations.model import Conversation, State
from hub.clock import to_millis
from hub.ids import new_id
from hub.store.port import Delete, Store, Write
from hub.work.jobs import JOBS, Kind

MOST = 20
"""Reminders of one conversation."""
FARTHEST = timedelta(days=366)

_log = structlog.get_logger(__name__)


class Ring(Struct, frozen=True, kw_only=True):
    """Look whether this reminder still stands, and take its turn."""

    conversation: str
    token: str


RING: Kind[Ring] = Kind("bots.remind", Ring)


def reminded(memory: Memory, wish: Remind, conversation: Conversation, at: datetime) -> tuple[Memory, Sequence[Write]]:
    """Return the memory with the reminder in it, and the job that rings; its id is the token.

    Too many or too far is told to the log and left out.
    """
    others = tuple(one for one in memory.reminders if one.name != wish.name)
    if len(others) >= MOST or wish.at - at > FARTHEST:
        _log.warning("reminder_refused", conversation=conversation.id, bot=memory.bot, waiting=len(others))
        return memory, ()
    due = max(to_millis(wish.at), at)
    entry = Waiting(
        token=new_id(), name=wish.name, at=due, intent=wish.intent, until_heard=wish.until_heard,
        entities=msgspec.json.encode(wish.entities).decode(), heard=conversation.customer_seq,
    )  # fmt: skip
    body = Ring(conversation=conversation.id, token=entry.token)
    lane = f"remind:{conversation.id}:{entry.token}"
    job = RING.job(body, lane=lane, seq=0, at=at, due=due, id=entry.token)
    return structs.replace(memory, reminders=(*others, entry)), (job,)


async def silenced(store: Store, before: Memory | None, after: Memory, *, ringing: str = "") -> list[Write]:
    """Return the writes that take back the alarms of reminders that are gone; the one that rings ends by itself."""
    stay = {ringing, *(one.token for one in after.reminders)}
    gone = [one.token for one in (before.reminders if before is not None else ()) if one.token not in stay]
    return [Delete(JOBS, job) for job in await store.get_many(JOBS, gone)] if gone else []


def forgotten(memory: Memory, wish: Forget) -> Memory:
    """Return the memory without the reminders that the wish names."""
    stays = (
        one
        for one in memory.reminders
        if (wish.name and one.name != wish.name) or (wish.intent and one.intent != wish.intent)
    )
    return structs.replace(memory, reminders=tuple(stays))


def overheard(memory: Memory) -> Memory:
    """Return the memory as it is when the customer has written: without what was to wait for silence."""
    return structs.replace(memory, reminders=tuple(one for one in memory.reminders if not one.until_heard))


def found(memory: Memory, token: str) -> Waiting | None:
    """Return the reminder that rings, if it still stands."""
    return next((one for one in memory.reminders if one.token == token), None)


def rung(memory: Memory, token: str) -> Memory:
    """Return the memory without the reminder that rang."""
    return structs.replace(memory, reminders=tuple(one for one in memory.reminders if one.token != token))


def still_wanted(waiting: Waiting, conversation: Conversation, bot: str) -> str | None:
    """Return why nothing is said although it rang, or None."""
    if conversation.state is not State.BOT or conversation.bot != bot:
        return "not_with_this_bot"
    if waiting.until_heard and conversation.customer_seq > waiting.heard:
        return "customer_wrote"
    return None


def told(waiting: Waiting) -> Reminder:
    """Return what the bot is told."""
    return Reminder(name=waiting.name, intent=waiting.intent, entities=msgspec.json.decode(waiting.entities, type=dict))
