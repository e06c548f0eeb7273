"""The line to a Rasa server about one conversation: what it was asked, and what it called back. A row; rows are truth.

ask (open) --> Rasa POSTs each message to our door: `hear` keeps it, durably, before 200 --> Rasa says "success" --> end
                                                                                       \\-> nothing, time-out --> deaf
Called back while nothing is asked: Rasa speaks of its own accord, and each message is a job (`bots/unasked.py`).
"""

import hashlib
from collections.abc import Callable
from datetime import datetime, timedelta
from enum import StrEnum
from typing import TypeVar

import msgspec
from msgspec import Struct, structs

from bots.contract import Reaction
from bots.unasked import unasked
from hub.errors import Conflict, TooLarge, TryLater
from hub.store.port import Collection, Document, Insert, Store, Write, put

SAME = timedelta(minutes=10)
"""How long a message that comes again is taken for the same: Rasa gives its messages no number, and a proxy repeats."""
MOST = 50
"""Messages in answer to one sentence."""
LARGEST = 256 * 1024
"""Bytes of all of them."""
TRIES = 20
"""How often a step is tried again on fresh reads; only the door and one turn write the same row."""

T = TypeVar("T")


class Mark(Struct, frozen=True, kw_only=True):
    """A message that came: the hash of its bytes, and when."""

    hash: str
    at: datetime


class Line(Document, frozen=True, kw_only=True):
    """The id is the conversation's. `asked` is the customer's sentence that Rasa was told last.

    `open`: what comes is the answer to it. `deaf`: the hub gave up on that sentence and somebody else answered, so
    that nothing which comes late is said. `marks` are the messages since then, `heard` what the open sentence was
    answered, `came` counts all there ever were.
    """

    bot: str
    asked: int = 0
    open: bool = False
    deaf: bool = False
    heard: tuple[Reaction, ...] = ()
    size: int = 0
    marks: tuple[Mark, ...] = ()
    came: int = 0
    told: int = 0
    """Up to which entry of the thread the server's tracker knows what colleagues said."""
    people: bool = False
    """People had it since the server was asked last; `paused`: it was told so. `stirs` counts what they did."""
    paused: bool = False
    stirs: int = 0


class Told(Struct, frozen=True, kw_only=True):
    """What a tracker knows: all of the thread up to `upto`, the first `stirs` of people's doings, `paused` or not."""

    upto: int
    stirs: int
    paused: bool


LINES = Collection("rasa_lines", Line)


class Came(StrEnum):
    """What became of a message at the door."""

    KEPT = "kept"
    KNOWN = "known"
    LATE = "late"


class Lines:
    """The lines of one bot. Everything it returns from is durable."""

    def __init__(self, store: Store, bot: str) -> None:
        self._store = store
        self._bot = bot

    async def ask(self, conversation: str, seq: int) -> bool:
        """Note that sentence `seq` is told now; False when it was told before: Rasa must not hear it twice."""

        def asked(line: Line, fresh: bool) -> tuple[bool, list[Write]]:
            if line.asked >= seq:
                return False, []
            return True, [_write(line, fresh, asked=seq, open=True, deaf=False, heard=(), size=0, marks=())]

        return await self._step(conversation, asked)

    async def end(self, conversation: str, seq: int) -> tuple[Reaction, ...]:
        """Return what was called back for sentence `seq`, in order; when that is nothing, what comes late is not said.

        Ended before, it gives the same again.
        """

        def ended(line: Line, fresh: bool) -> tuple[tuple[Reaction, ...], list[Write]]:
            if line.asked != seq:
                return (), []
            return line.heard, [_write(line, fresh, open=False, deaf=not line.heard)] if line.open else []

        return await self._step(conversation, ended)

    async def hear(self, conversation: str, body: bytes, said: tuple[Reaction, ...], at: datetime) -> Came:
        """Keep one message that Rasa called back; raises `TooLarge` for an answer without end."""
        hash = hashlib.sha256(body).hexdigest()[:32]

        def heard(line: Line, fresh: bool) -> tuple[Came, list[Write]]:
            if line.deaf:
                return Came.LATE, []
            marks = tuple(one for one in line.marks if at - one.at < SAME)
            if any(one.hash == hash for one in marks):
                return Came.KNOWN, []
            kept = (*marks, Mark(hash=hash, at=at))[-MOST:]
            return Came.KEPT, self._kept(line, fresh, kept, said, at)

        return await self._step(conversation, heard)

    async def stir(self, conversation: str, seq: int) -> list[Write]:
        """Return the write that notes that people have it; up to entry `seq` the server was there itself."""
        line, fresh = await self._read(conversation)
        return [_write(line, fresh, people=True, told=line.told or seq, stirs=line.stirs + 1)]

    async def told(self, conversation: str, now: Told) -> list[Write]:
        """Return the writes that note what the tracker was told beside the bot's turns; a turn knows better."""
        line, fresh = await self._read(conversation)
        changed = structs.replace(line, told=max(now.upto, line.told), paused=now.paused and line.people)
        return [] if changed == line else [_write(changed, fresh)]

    async def settle(self, conversation: str, now: Told) -> None:
        """Note, durably, that the tracker knows that the bot has it again, unless people were quicker."""

        def settled(line: Line, fresh: bool) -> tuple[None, list[Write]]:
            people = line.stirs != now.stirs
            return None, [_write(line, fresh, told=max(now.upto, line.told), paused=now.paused, people=people)]

        await self._step(conversation, settled)

    def _kept(
        self, line: Line, fresh: bool, marks: tuple[Mark, ...], said: tuple[Reaction, ...], at: datetime
    ) -> list[Write]:
        came = line.came + 1
        if not line.open:
            job = unasked(conversation=line.id, bot=self._bot, number=came, said=said, at=at)
            return [_write(line, fresh, marks=marks, came=came), job]
        size = line.size + len(msgspec.json.encode(said))
        if size > LARGEST or len(line.heard) + len(said) > MOST:
            raise TooLarge("The answer to one sentence is too long", limit=LARGEST)
        return [_write(line, fresh, marks=marks, came=came, heard=(*line.heard, *said), size=size)]

    async def _step(self, conversation: str, step: Callable[[Line, bool], tuple[T, list[Write]]]) -> T:
        """Read the line, let `step` say what becomes of it, and commit that; again when somebody was quicker."""
        for _ in range(TRIES):
            line, fresh = await self._read(conversation)
            result, writes = step(line, fresh)
            try:
                if writes:
                    await self._store.commit(*writes)
            except Conflict:
                continue
            return result
        raise TryLater("Too much happens in one conversation at once", conversation=conversation)

    async def _read(self, conversation: str) -> tuple[Line, bool]:
        """Return the line, and whether there was none."""
        read = await self._store.get(LINES, conversation)
        if read is None or read.bot == self._bot:
            return read or Line(id=conversation, bot=self._bot), read is None
        return Line(id=conversation, version=read.version, bot=self._bot, came=read.came), False


def _write(line: Line, fresh: bool, **changes: object) -> Write:
    changed = structs.replace(line, **changes)
    return Insert(LINES, changed) if fresh else put(LINES, line, changed)
