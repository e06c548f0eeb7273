"""A bot's turn: the customer spoke where a bot has the conversation; ask it, and say or do what it wants, once.

CustomerSaid --> state BOT? --> Bot.answer (may be asked again after a lost race) --> one commit:
                 messages through the door `say`, hand-over, memory
"""

import asyncio
from collections.abc import Mapping, Sequence
from datetime import datetime

import structlog
from msgspec import structs

from bots.contract import Answer, Ask, Bot, Handoff, Say, Silence, Turn
from bots.memory import MEMORIES, Memory
from bots.rendering import meant, values
from bots.summary import summary
from conversations.change import Change
from conversations.events import CustomerSaid
from conversations.limits import Limits
from conversations.mails import Letter, letter
from conversations.model import CONVERSATIONS, MESSAGES, Author, AuthorKind, Conversation, Direction, Message, State
from conversations.moves import to_queue
from conversations.saying import say
from hub.errors import Refused, Unsupported
from hub.events import Events
from hub.model import Choices, Part, Text, plain
from hub.store.port import Between, By, Eq, Insert, Store, Write, put

PATIENCE = 10.0
"""Seconds a bot may take for one turn; then a person takes over."""

BACK = 30
"""Messages looked at for the summary."""

_log = structlog.get_logger(__name__)


class Turns:
    """The subscriber of CustomerSaid. `bots` maps bot ids, as inboxes name them, to bots."""

    def __init__(self, store: Store, events: Events, bots: Mapping[str, Bot], limits: Limits) -> None:
        self._store = store
        self._events = events
        self._bots = bots
        self._limits = limits

    async def on_said(self, event: CustomerSaid, at: datetime) -> Sequence[Write]:
        """Take the turn, unless a person has the conversation by now or the turn was taken before."""
        conversation = await self._store.get(CONVERSATIONS, event.conversation)
        if conversation is None or conversation.state is not State.BOT:
            return []
        memory = await self._store.get(MEMORIES, conversation.id)
        if memory is not None and memory.seq >= event.seq:
            return []
        said = await self._said(conversation.id, event.seq)
        bot = self._bots.get(conversation.bot or "")
        if said is None or bot is None:
            answer = Answer(reactions=(Handoff(reason="error"),))
        else:
            answer = await _asked(bot, _turn(conversation, said, memory, at))
        mail = letter(said, topic=conversation.subject) if said is not None else None
        return await self._done(conversation, memory, event.seq, bot, answer, mail, at)

    async def _said(self, conversation: str, seq: int) -> Message | None:
        found = await self._store.find(MESSAGES, Eq("conversation", conversation), Eq("seq", seq), limit=1)
        return found[0] if found else None

    async def _done(
        self,
        conversation: Conversation,
        memory: Memory | None,
        seq: int,
        bot: Bot | None,
        answer: Answer,
        mail: Letter | None,
        at: datetime,
    ) -> Sequence[Write]:
        name = bot.name if bot else conversation.bot or ""
        author = Author(kind=AuthorKind.BOT, id=conversation.bot or "", name=name)
        change = Change(conversation)
        offered: tuple[str, ...] = ()
        for number, reaction in enumerate(answer.reactions):
            heard = True
            match reaction:
                case Say(parts=parts):
                    heard = self._say(change, author, parts, f"bot:{seq}:{number}", mail, at)
                case Ask(body=body, choices=choices):
                    question = (Choices(body=body, choices=choices),)
                    heard = self._say(change, author, question, f"bot:{seq}:{number}", mail, at)
                    offered = values(choices)
                case Handoff():
                    await self._hand_over(change, author, reaction, at)
                    break
                case Silence():
                    pass
            if not heard:
                await self._hand_over(change, author, Handoff(reason="refused"), at)
                break
        change.also(_remembered(conversation, memory, seq, answer, offered))
        return change.writes(self._events, at)

    def _say(
        self, change: Change, author: Author, parts: Sequence[Part], client_id: str, mail: Letter | None, at: datetime
    ) -> bool:
        """Say it, or return False when the channel does not let the bot: a person finds another way."""
        if not parts:
            return True
        try:
            say(change, author=author, parts=tuple(parts), client_id=client_id, at=at, limits=self._limits, mail=mail)
        except (Refused, Unsupported) as error:
            _log.warning("bot_not_heard", conversation=change.now.id, reason=error.code)
            return False
        return True

    async def _hand_over(self, change: Change, author: Author, handoff: Handoff, at: datetime) -> None:
        lately = await self._store.find(
            MESSAGES,
            Eq("conversation", change.now.id),
            Between("seq", max(1, change.now.seq - BACK)),
            order=(By("seq"),),
            limit=BACK + 1,
        )
        note = summary(
            bot=author.name,
            reason=handoff.reason,
            asked=handoff.summary,
            said=[words for one in lately if one.direction is Direction.IN and (words := plain(one.parts))],
            language=change.now.language or "zh-CN",
        )
        change.add(author, (Text(body=note),), direction=Direction.NOTE, at=at)
        change.now = to_queue(change.now, handoff.team or change.now.team, at=at)


def _turn(conversation: Conversation, said: Message, memory: Memory | None, at: datetime) -> Turn:
    return Turn(
        conversation=conversation.id,
        channel=conversation.address.channel,
        profile=conversation.profile,
        name=conversation.name,
        language=conversation.language,
        seq=said.seq,
        parts=said.parts,
        text=meant(plain(said.parts), memory.choices if memory else ()),
        memory=memory.values if memory else {},
        at=at,
    )


async def _asked(bot: Bot, turn: Turn) -> Answer:
    """Ask the bot; whatever goes wrong in it becomes a hand-over, for the customer must not wait for a machine."""
    try:
        async with asyncio.timeout(PATIENCE):
            return await bot.answer(turn)
    except Exception:  # noqa: BLE001 - a bot is foreign code; any failure of it is a hand-over
        _log.exception("bot_failed", bot=bot.name, conversation=turn.conversation, seq=turn.seq)
        excuse = Say(parts=tuple(bot.excuse(turn.language)))
        return Answer(reactions=(excuse, Handoff(reason="error")), memory=turn.memory)


def _remembered(
    conversation: Conversation, memory: Memory | None, seq: int, answer: Answer, offered: tuple[str, ...]
) -> Write:
    bot = conversation.bot or ""
    if memory is None:
        return Insert(MEMORIES, Memory(id=conversation.id, bot=bot, seq=seq, values=answer.memory, choices=offered))
    return put(MEMORIES, memory, structs.replace(memory, bot=bot, seq=seq, values=answer.memory, choices=offered))
