"""Shadow mode: two bots hear every turn, one is heard; how they differ is told, and delays nothing."""

import asyncio
from collections import OrderedDict
from collections.abc import Sequence
from typing import Protocol

import structlog
from msgspec import Struct, structs

from bots.contract import Answer, Ask, Bot, Handoff, Say, Second, Turn
from hub.model import Part, plain

REMEMBERED = 2000
"""Conversations whose second memory is kept; the hub stores only that of the bot that is heard."""
PATIENCE = 10.0
_log = structlog.get_logger(__name__)


class Difference(Struct, frozen=True, kw_only=True):
    """What one turn came to with both. `kinds` names what differs: words, choices, handoff, intent, failed."""

    conversation: str
    seq: int
    kinds: tuple[str, ...]
    first: str
    second: str


class Differences(Protocol):
    """Hears of every turn that was compared, also of those in which nothing differs (`kinds` is empty)."""

    def compared(self, difference: Difference) -> None:
        """Take it down."""
        ...


class Logged:
    """Takes differences down in the log: which bot, which turn, in what; never the words."""

    def __init__(self, bot: str) -> None:
        self._bot = bot

    def compared(self, difference: Difference) -> None:
        """See the protocol."""
        _log.info(
            "shadow_compared", bot=self._bot, conversation=difference.conversation, seq=difference.seq,
            differs=",".join(difference.kinds),
        )  # fmt: skip


class Shadow:
    """Implements `bots.contract.Bot`: `first` is heard, `second` (if there is one now) only compared."""

    def __init__(self, first: Bot, second: Second, differences: Differences) -> None:
        self._first = first
        self._second = second
        self._differences = differences
        self._memories: OrderedDict[str, dict[str, str]] = OrderedDict()
        self._tasks: set[asyncio.Task[None]] = set()

    @property
    def name(self) -> str:
        """Return the name customers see."""
        return self._first.name

    @property
    def heard(self) -> Bot:
        """Return the one that is heard."""
        return self._first

    def greeting(self, language: str) -> Sequence[Part]:
        """Return the greeting of the one that is heard."""
        return self._first.greeting(language)

    def excuse(self, language: str) -> Sequence[Part]:
        """Return the excuse of the one that is heard."""
        return self._first.excuse(language)

    async def answer(self, turn: Turn) -> Answer:
        """Answer as the first does; the second is asked beside, and its failure is a difference."""
        answer = await self._first.answer(turn)
        second = self._second()
        if second is not None and not turn.rehearsal and turn.reminder is None:
            task = asyncio.create_task(self._compare(second, turn, answer))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)
        return answer

    async def settled(self) -> None:
        """Wait until everything that was asked beside is compared."""
        while self._tasks:
            await asyncio.wait(tuple(self._tasks))

    async def _compare(self, second: Bot, turn: Turn, heard: Answer) -> None:
        own = structs.replace(turn, memory=self._memories.get(turn.conversation, {}))
        try:
            async with asyncio.timeout(PATIENCE):
                other = await second.answer(own)
        except Exception as error:  # noqa: BLE001 - a bot is foreign code, and this one is only watched
            _log.info("shadow_failed", conversation=turn.conversation, reason=type(error).__name__)
            self._differences.compared(_difference(turn, ("failed",), told(heard), ""))
            return
        self._memories[turn.conversation] = other.memory
        self._memories.move_to_end(turn.conversation)
        if len(self._memories) > REMEMBERED:
            self._memories.popitem(last=False)
        self._differences.compared(_difference(turn, kinds(heard, other), told(heard), told(other)))


def kinds(first: Answer, second: Answer) -> tuple[str, ...]:
    """Return in what two answers differ."""
    found = {
        "words": _words(first) != _words(second),
        "choices": _choices(first) != _choices(second),
        "handoff": _reason(first) != _reason(second),
        "intent": bool(first.intent and second.intent) and first.intent != second.intent,
    }
    return tuple(name for name, differs in found.items() if differs)


def told(answer: Answer) -> str:
    """Return an answer as a line for people."""
    reason = _reason(answer)
    return " / ".join([*_words(answer), *([f"[{reason}]"] if reason else [])])


def _difference(turn: Turn, found: tuple[str, ...], first: str, second: str) -> Difference:
    return Difference(conversation=turn.conversation, seq=turn.seq, kinds=found, first=first, second=second)


def _words(answer: Answer) -> list[str]:
    said = [plain(one.parts) for one in answer.reactions if isinstance(one, Say)]
    return [*said, *(one.body for one in answer.reactions if isinstance(one, Ask))]


def _choices(answer: Answer) -> list[str]:
    return [choice.value for one in answer.reactions if isinstance(one, Ask) for choice in one.choices]


def _reason(answer: Answer) -> str:
    return next((one.reason for one in answer.reactions if isinstance(one, Handoff)), "")
