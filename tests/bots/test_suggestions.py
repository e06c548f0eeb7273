"""What the bot would say to a colleague's customer: asked in a rehearsal, in time, and nothing is changed."""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING

import pytest

from bots.contract import Answer, Ask, Attribute, Handoff, Label, Remind, Triggers, Turn
from bots.memory import MEMORIES
from bots.suggestions import Suggested, Suggestions
from conversations.limits import ChannelLimits
from conversations.model import Author, AuthorKind
from conversations.reply import Replies, Reply
from hub.model import Choice, Choices, Text
from tests.bots.scripted import Scripted, say
from tests.bots.test_turns import Chat, store
from tests.clocks import START

if TYPE_CHECKING:
    from hub.store.port import Store

__all__ = ["store"]

ANNA = Author(kind=AuthorKind.AGENT, id="anna", name="Anna")
ASK = Ask(body="Which?", choices=(Choice(label="A", value="a"),))


async def suggested(talk: Chat, bot: Scripted, *, patience: float = 2.0) -> Suggested:
    row = await talk.conversation()
    return await Suggestions(talk.store, {"bot": bot}).of(row, talk.clock.now(), patience=patience)


async def with_anna(store: Store, bot: Scripted, *words: str) -> Chat:
    """A customer who spoke to the bot, then to a person, and said these words last."""
    talk = Chat(store, bot, ChannelLimits({}))
    await talk.says("one")
    row = await talk.conversation()
    reply = Reply(author=ANNA, parts=(Text(body="hello"),), client_id="1")
    await Replies(store, talk.events, talk.clock).reply(row.id, reply)
    await talk.says(*words)
    return talk


async def test_a_colleague_sees_what_the_bot_would_say_to_the_last_message(store: Store) -> None:
    bot = Scripted({"one": Answer(reactions=(say("ok"),), memory={"n": "1"}), "bill": (say("It is 5"), ASK)})
    talk = await with_anna(store, bot, "hm", "bill")
    found = await suggested(talk, bot)
    assert found == Suggested(
        bot="Scripted", seq=5, items=((Text(body="It is 5"),), (Choices(body="Which?", choices=ASK.choices),))
    )
    told = bot.turns[-1]
    assert (told.text, told.memory, told.rehearsal) == ("bill", {"n": "1"}, True)
    assert [one.rehearsal for one in bot.turns[:-1]] == [False]


async def test_nothing_is_changed_whatever_the_bot_wants(store: Store) -> None:
    wishes = (
        say("x"), Label(names=("a",)), Attribute(name="a", value="b"),
        Remind(name="r", at=START, intent="EXTERNAL_r"),
    )  # fmt: skip
    bot = Scripted({"bill": Answer(reactions=wishes, memory={"n": "9"})})
    talk = await with_anna(store, bot, "bill")
    row, thread, memory = (
        await talk.conversation(),
        await talk.thread(),
        await store.get(MEMORIES, bot.turns[0].conversation),
    )
    assert (await suggested(talk, bot)).items == ((Text(body="x"),),)
    await talk.engine.settle()
    assert (await talk.conversation(), await talk.thread()) == (row, thread)
    assert await store.get(MEMORIES, row.id) == memory


async def test_words_that_announce_a_person_are_no_suggestion_to_the_person(store: Store) -> None:
    bot = Scripted({"bill": (say("I am passing you on"), Handoff(reason="asked"))})
    talk = await with_anna(store, bot, "bill")
    assert await suggested(talk, bot) == Suggested(bot="Scripted", seq=4)


async def test_where_the_bot_speaks_for_itself_there_is_nothing_to_suggest(store: Store) -> None:
    bot = Scripted()
    talk = Chat(store, bot, ChannelLimits({}))
    await talk.says("hi")
    assert await suggested(talk, bot) == Suggested()
    assert len(bot.turns) == 1


async def test_an_inbox_without_that_bot_suggests_nothing(store: Store) -> None:
    bot = Scripted()
    talk = await with_anna(store, bot, "hm")
    found = await Suggestions(store, {}).of(await talk.conversation(), talk.clock.now())
    assert found == Suggested()


async def test_an_angry_customer_s_colleague_gets_suggestions_too(store: Store) -> None:
    bot = Scripted({"气死我了": (say("抱歉"),)}, triggers=Triggers())
    talk = await with_anna(store, bot, "气死我了")
    assert (await suggested(talk, bot)).items == ((Text(body="抱歉"),),)


@pytest.mark.parametrize("fault", ["timeout", "error"])
async def test_a_bot_that_is_slow_or_broken_is_not_waited_for(fault: str, store: Store) -> None:
    async def amiss(turn: Turn) -> None:
        if turn.rehearsal and fault == "timeout":
            await asyncio.Event().wait()
        if turn.rehearsal:
            raise RuntimeError("broken")

    bot = Scripted(before=amiss)
    talk = await with_anna(store, bot, "hm")
    begun = time.monotonic()
    found = await suggested(talk, bot, patience=0.05)
    assert (found.items, found.fault) == ((), fault)
    assert time.monotonic() - begun < 1
