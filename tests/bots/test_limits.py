"""A bot on channels with windows, consent and mail: it is silent to machines, and hands over what it may not say."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from bots.contract import Answer, Ask, Say, Turn
from bots.memory import MEMORIES
from conversations.limits import ChannelLimits, Limit
from conversations.model import AuthorKind, Direction, State
from conversations.windows import Rule
from hub.model import Choice, Envelope, Html, Text, plain
from tests.bots.test_turns import Chat, Failing, store

if TYPE_CHECKING:
    from conversations.model import Message
    from hub.model import Part
    from hub.store.port import Store

__all__ = ["store"]

TEXT = frozenset({"text"})


class Talker(Failing):
    """Says what it is made with, each part by itself, then asks."""

    name = "Talker"

    def __init__(self, *parts: Part) -> None:
        self.parts = parts
        self.heard: list[str] = []

    async def answer(self, turn: Turn) -> Answer:
        """Say everything and ask."""
        self.heard.append(turn.text)
        ask = Ask(body="Which?", choices=(Choice(label="Left", value="to the left"), Choice(label="Right", value="r")))
        return Answer(reactions=(*(Say(parts=(part,)) for part in self.parts), ask))


def chat(store: Store, bot: Talker, **limit: object) -> Chat:
    return Chat(store, bot, ChannelLimits({"webchat": Limit(carries=TEXT, **limit)}))  # type: ignore[arg-type]  # a test's


def spoken(messages: list[Message]) -> list[str]:
    return [
        plain(one.parts) for one in messages if one.author.kind is AuthorKind.BOT and one.direction is Direction.OUT
    ]


async def test_a_number_means_the_choice_of_the_list_that_was_sent(store: Store) -> None:
    bot = Talker()
    talk = chat(store, bot, degrades={"choices": "text"}, parts=1)
    await talk.says("hello")
    assert spoken(await talk.thread()) == ["Which?\n1. Left\n2. Right"]
    await talk.says(" 1 ")
    assert bot.heard == ["hello", "to the left"]


async def test_the_words_of_a_button_mean_its_value_once(store: Store) -> None:
    """People read and say `Left`; the bot hears what it asked for, until it has asked something else."""
    bot = Talker()
    talk = Chat(store, bot, ChannelLimits({}))
    for words in ("Left", " Right ", "Right now"):
        await talk.says(words)
    assert bot.heard == ["Left", "r", "Right now"]


async def test_what_the_channel_carries_in_no_way_goes_to_a_person(store: Store) -> None:
    talk = chat(store, Talker(Text(body="one"), Html(body="<p>x")))
    await talk.says("hello")
    thread = await talk.thread()
    assert spoken(thread) == ["one"]
    conversation = await talk.conversation()
    assert (conversation.state, conversation.team) == (State.WAITING, "water")
    assert "渠道" in plain(thread[-1].parts)
    assert thread[-1].direction is Direction.NOTE


async def test_where_the_window_is_closed_a_person_takes_over(store: Store) -> None:
    rule = Rule(opened_by=("message",), seconds=60, messages=2)
    talk = chat(store, Talker(*(Text(body=str(number)) for number in range(4))), windows=(rule,))
    await talk.says("hello")
    assert spoken(await talk.thread()) == ["0", "1"]
    conversation = await talk.conversation()
    assert (conversation.state, conversation.windows[0].left) == (State.WAITING, 0)


@pytest.mark.parametrize("more", [{"automatic": True}, {"opt": "out", "opt_confirmed": True}])
async def test_a_machine_and_a_stop_get_no_answer(store: Store, more: dict[str, object]) -> None:
    bot = Talker(Text(body="hi"))
    talk = chat(store, bot, degrades={"choices": "text"})
    await talk.says("hello")
    await talk.says("away", **more)
    assert bot.heard == ["hello"]
    assert (await talk.conversation()).state is State.BOT


async def test_two_machines_that_answer_each_other_stop_at_once(store: Store) -> None:
    """What the bot says by mail comes back as an absence note, again and again."""
    bot = Talker(Text(body="hi"))
    talk = chat(store, bot, mail=True, degrades={"choices": "text"})
    await talk.says("hello", envelope=Envelope(message_id="a@x"), subject="Order")
    ours = [one for one in await talk.thread() if one.direction is Direction.OUT]
    assert [(one.subject, one.automatic) for one in ours] == [("Re: Order", True)] * 2
    for number in range(5):
        refs = ("a@x",)
        await talk.says("away", envelope=Envelope(message_id=f"{number}@x", refs=refs), automatic=True)
    assert bot.heard == ["hello"]
    assert len([one for one in await talk.thread() if one.direction is Direction.OUT]) == len(ours)


async def test_a_bot_s_mail_goes_on_with_the_mail_it_answers(store: Store) -> None:
    talk = chat(store, Talker(Text(body="hi")), mail=True, degrades={"choices": "text"})
    await talk.says("hello", envelope=Envelope(message_id="a@x", refs=("z@x",)), subject="回复: Order")
    ours = [one for one in await talk.thread() if one.direction is Direction.OUT]
    for one in ours:
        assert one.envelope is not None
        assert (one.envelope.refs, one.subject) == (("z@x", "a@x"), "回复: Order")


async def test_a_turn_that_runs_again_says_nothing_twice(store: Store) -> None:
    rule = Rule(opened_by=("message",), seconds=60, messages=3)
    talk = chat(store, Talker(Text(body="hi")), windows=(rule,), degrades={"choices": "text"})
    await talk.says("hello")
    conversation = await talk.conversation()
    memory = await store.get(MEMORIES, conversation.id)
    assert memory is not None
    assert (memory.seq, conversation.windows[0].left) == (1, 1)
    await talk.clock.advance(timedelta(minutes=2).total_seconds())
    await talk.says("again")
    assert (await talk.conversation()).windows[0].left == 1
