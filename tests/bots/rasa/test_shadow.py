"""Two bots hear, one is heard: the answer does not wait, and what differs is told."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest
from msgspec import structs

from bots.contract import Answer, Ask, Bot, Handoff, Say, Second, Turn
from bots.rasa.shadow import Difference, Shadow
from hub.model import Choice, Text
from tests.bots.rasa.test_remote import TURN

if TYPE_CHECKING:
    from collections.abc import Sequence

    from hub.model import Part


class Scripted:
    """Says one thing, when it is let; counts its turns in its memory."""

    def __init__(self, name: str, answer: Answer | Exception, gate: asyncio.Event | None = None) -> None:
        self.name = name
        self._answer = answer
        self._gate = gate
        self.memories: list[dict[str, str]] = []

    async def answer(self, turn: Turn) -> Answer:
        """Answer."""
        self.memories.append(dict(turn.memory))
        if self._gate is not None:
            await self._gate.wait()
        if isinstance(self._answer, Exception):
            raise self._answer
        return structs.replace(self._answer, memory={"turns": str(len(self.memories))})

    def greeting(self, language: str) -> Sequence[Part]:
        """Its name."""
        return (Text(body=self.name),)

    def excuse(self, language: str) -> Sequence[Part]:
        """Its name."""
        return (Text(body=self.name),)


class Book:
    """Takes down what was compared."""

    def __init__(self) -> None:
        self.all: list[Difference] = []

    def compared(self, difference: Difference) -> None:
        """Take it down."""
        self.all.append(difference)


def _always(bot: Bot) -> Second:
    return lambda: bot


def says(text: str, *, intent: str = "") -> Answer:
    return Answer(reactions=(Say(parts=(Text(body=text),)),), intent=intent)


CHOICE = Answer(reactions=(Ask(body="好", choices=(Choice(label="a", value="/a"),)),))
OVER = Answer(reactions=(Say(parts=(Text(body="好"),)), Handoff(reason="asked")))


@pytest.mark.parametrize(
    ("second", "kinds"),
    [
        (says("好", intent="a"), ()),
        (says("不好", intent="a"), ("words",)),
        (says("好", intent="b"), ("intent",)),
        (CHOICE, ("choices",)),
        (OVER, ("handoff",)),
        (RuntimeError("boom"), ("failed",)),
    ],
)
async def test_what_differs_is_named(second: Answer | Exception, kinds: tuple[str, ...]) -> None:
    book = Book()
    shadow = Shadow(Scripted("one", says("好", intent="a")), _always(Scripted("two", second)), book)
    answer = await shadow.answer(TURN)
    await shadow.settled()
    assert answer.reactions == says("好").reactions
    assert [one.kinds for one in book.all] == [kinds]
    assert (book.all[0].conversation, book.all[0].seq, book.all[0].first) == (TURN.conversation, TURN.seq, "好")


async def test_the_answer_does_not_wait_for_the_second() -> None:
    book, gate = Book(), asyncio.Event()
    shadow = Shadow(Scripted("one", says("好")), _always(Scripted("two", says("好"), gate)), book)
    assert (await shadow.answer(TURN)).reactions == says("好").reactions
    assert book.all == []
    gate.set()
    await shadow.settled()
    assert len(book.all) == 1


async def test_the_second_remembers_its_own() -> None:
    second = Scripted("two", says("好"))
    shadow = Shadow(Scripted("one", says("好")), _always(second), Book())
    for seq in (1, 2):
        await shadow.answer(structs.replace(TURN, seq=seq, memory={"of": "first"}))
        await shadow.settled()
    assert second.memories == [{}, {"turns": "1"}]
    assert shadow.greeting("zh") == (Text(body="one"),)


async def test_a_rehearsal_is_not_compared() -> None:
    book = Book()
    shadow = Shadow(Scripted("one", says("好")), _always(Scripted("two", says("坏"))), book)
    await shadow.answer(structs.replace(TURN, rehearsal=True))
    await shadow.settled()
    assert book.all == []


async def test_the_second_is_whoever_it_is_now() -> None:
    book, there = Book(), dict[str, Bot]()
    shadow = Shadow(Scripted("one", says("好")), lambda: there.get("two"), book)
    await shadow.answer(structs.replace(TURN, seq=1))
    for seq, words in ((2, "好"), (3, "坏")):
        there["two"] = Scripted("two", says(words))
        await shadow.answer(structs.replace(TURN, seq=seq))
    await shadow.settled()
    assert [(one.seq, one.second) for one in book.all] == [(2, "好"), (3, "坏")]
