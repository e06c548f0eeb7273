"""A bot's turn: the customer spoke where a bot has the conversation, or a reminder rings. Asked, and done once.

CustomerSaid --> state BOT? --> triggers: a person at once? --> Bot.answer (again after a lost race) --> one commit:
Ring ---------> still wanted?                                   messages through the door `say`, labels, attributes,
Unasked ------> state BOT?                                      reminders, hand-over, memory

An agent who takes the conversation while the bot thinks wins: the bot's commit loses its version, the turn runs again
and finds a person there.
"""

import asyncio
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Protocol, runtime_checkable

import structlog
from msgspec import Struct, structs

from bots.asking import BotFailed, answered, message_of, turn_of
from bots.contract import Answer, Bot, Missed
from bots.deciding import completed, decided, instead
from bots.deeds import Deeds, Unheard
from bots.memory import MEMORIES, Memory
from bots.reminders import Ring, found, overheard, rung, still_wanted, told
from bots.triggers import DEFAULT, triggers_of
from bots.unasked import Unasked, against
from conversations.change import Change
from conversations.consent import opted_out
from conversations.events import CustomerSaid
from conversations.finding import newest_mail
from conversations.limits import Limits
from conversations.mails import Letter, letter
from conversations.model import CONVERSATIONS, PROFILES, Author, AuthorKind, Conversation, Message, Profile, State
from hub.events import Events
from hub.store.port import Store, Write, put
from hub.work.jobs import Job

_log = structlog.get_logger(__name__)


class Scene(Struct, frozen=True, kw_only=True):
    """Everything a turn is made of, as read: `memory` is this bot's, `read` the row it is written over."""

    conversation: Conversation
    profile: Profile | None
    read: Memory | None
    memory: Memory
    said: Message | None = None


class Misses(Protocol):
    """Writes down what bots did not understand, for their makers."""

    async def writes(self, conversation: Conversation, seq: int, missed: Missed, at: datetime) -> Sequence[Write]:
        """Return the writes that keep the sentence; they are part of the turn's commit."""
        ...


@runtime_checkable
class Current(Protocol):
    """Bots that are published while the hub runs: the store says which is live, whatever this process has heard."""

    async def current(self, id: str) -> Bot | None:
        """Return the bot as it is now, loaded if it has to be, or None."""
        ...


class Turns:
    """The subscriber of CustomerSaid and the handler of `RING`. `bots` maps bot ids, as inboxes name them, to bots."""

    def __init__(
        self, store: Store, events: Events, bots: Mapping[str, Bot], limits: Limits, misses: Misses | None = None
    ) -> None:
        self._misses = misses
        self._store = store
        self._events = events
        self._bots = bots
        self._limits = limits

    async def on_said(self, event: CustomerSaid, at: datetime) -> Sequence[Write]:
        """Take the turn, unless a person has the conversation by now or the turn was taken before."""
        conversation = await self._store.get(CONVERSATIONS, event.conversation)
        if conversation is None or conversation.state is not State.BOT:
            return []
        scene, bot = await asyncio.gather(self._scene(conversation, event.seq), self._bot(conversation.bot or ""))
        if scene.read is not None and scene.read.seq >= event.seq:
            return []
        memory = structs.replace(overheard(scene.memory), seq=event.seq)
        if scene.said is None or bot is None:
            _log.error("bot_missing", bot=conversation.bot, conversation=conversation.id, seq=event.seq)
            answer = instead("error", DEFAULT, conversation.language, memory)
        else:
            turn = turn_of(conversation, scene.profile, scene.read, scene.said, at)
            memory, answer = await decided(bot, turn, memory)
        mail = letter(scene.said, topic=conversation.subject) if scene.said is not None else None
        change = Change(conversation)
        deeds = self._deeds(change, bot, scene, memory, f"bot:{event.seq}", mail, at)
        await deeds.do(answer, scene.read)
        if answer.missed is not None and self._misses is not None:
            change.also(*await self._misses.writes(conversation, event.seq, answer.missed, at))
        return change.writes(self._events, at)

    async def ring(self, body: Ring, job: Job, at: datetime) -> Sequence[Write]:
        """Take the turn of a reminder; what cannot be said now is not said, and told to the log."""
        conversation = await self._store.get(CONVERSATIONS, body.conversation)
        if conversation is None:
            return []
        scene = await self._scene(conversation)
        waiting = found(scene.memory, body.token)
        if waiting is None or scene.read is None:
            return []
        memory = rung(scene.memory, body.token)
        silent = [put(MEMORIES, scene.read, memory)]
        bot = await self._bot(memory.bot)
        against = "no_bot" if bot is None else still_wanted(waiting, conversation, memory.bot)
        if against is None and await opted_out(self._store, conversation.address) is not None:
            against = "opted_out"
        if against is not None or bot is None:
            _log.info("reminder_not_said", conversation=conversation.id, name=waiting.name, why=against)
            return silent
        turn = turn_of(conversation, scene.profile, scene.read, None, at, reminder=told(waiting))
        change = Change(conversation)
        mail = await self._mail(conversation, at)
        deeds = self._deeds(change, bot, scene, memory, f"remind:{body.token}", mail, at, ringing=body.token)
        try:
            await deeds.do(completed(await answered(bot, turn), triggers_of(bot), memory), scene.read)
        except (BotFailed, Unheard) as error:
            why = error.reason if isinstance(error, BotFailed) else "not_heard"
            _log.warning("reminder_not_said", conversation=conversation.id, name=waiting.name, why=why)
            return silent
        return change.writes(self._events, at)

    async def speak(self, body: Unasked, job: Job, at: datetime) -> Sequence[Write]:
        """Say what the bot says of its own accord; what cannot be said now is not said, and told to the log."""
        conversation = await self._store.get(CONVERSATIONS, body.conversation)
        bot, why = self._bots.get(body.bot), against(body, conversation)
        if conversation is None or bot is None or why is not None:
            _log.info("unasked_not_said", conversation=body.conversation, bot=body.bot, why=why or "no_bot")
            return []
        if await opted_out(self._store, conversation.address) is not None:
            _log.info("unasked_not_said", conversation=body.conversation, bot=body.bot, why="opted_out")
            return []
        scene = await self._scene(conversation)
        change, mail = Change(conversation), await self._mail(conversation, at)
        deeds = self._deeds(change, bot, scene, scene.memory, f"unasked:{body.number}", mail, at, proactive=True)
        answer = Answer(reactions=body.said, memory=scene.memory.values)
        try:
            await deeds.do(completed(answer, triggers_of(bot), scene.memory), scene.read)
        except Unheard:
            _log.warning("unasked_not_said", conversation=body.conversation, bot=body.bot, why="not_heard")
            return []
        return change.writes(self._events, at)

    async def _bot(self, id: str) -> Bot | None:
        return await self._bots.current(id) if isinstance(self._bots, Current) else self._bots.get(id)

    async def _scene(self, conversation: Conversation, seq: int | None = None) -> Scene:
        read, profile, said = await asyncio.gather(
            self._store.get(MEMORIES, conversation.id),
            self._store.get(PROFILES, conversation.profile),
            message_of(self._store, conversation.id, seq) if seq is not None else _nothing(),
        )
        bot = conversation.bot or ""
        memory = read or Memory(id=conversation.id, bot=bot)
        if memory.bot != bot:
            memory = Memory(id=conversation.id, version=memory.version, bot=bot, seq=memory.seq)
        return Scene(conversation=conversation, profile=profile, read=read, memory=memory, said=said)

    def _deeds(
        self, change: Change, bot: Bot | None, scene: Scene, memory: Memory, tag: str, mail: Letter | None,
        at: datetime, *, ringing: str = "", proactive: bool = False,
    ) -> Deeds:  # fmt: skip
        id = scene.conversation.bot or ""
        author = Author(kind=AuthorKind.BOT, id=id, name=bot.name if bot else id)
        return Deeds(
            self._store, self._limits, change=change, author=author, memory=memory, profile=scene.profile, tag=tag,
            at=at, mail=mail, proactive=proactive or bool(ringing), ringing=ringing,
        )  # fmt: skip

    async def _mail(self, conversation: Conversation, at: datetime) -> Letter | None:
        if not self._limits.of(conversation, at).mail:
            return None
        return letter(await newest_mail(self._store, conversation), topic=conversation.subject)


async def _nothing() -> None:
    return None
