"""Whoever is first wins: an agent while the bot thinks, two turns at once, the same event twice, a restart between."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest
from msgspec import structs

from bots.contract import Answer, Label, Silence, Turn
from bots.memory import MEMORIES
from bots.turns import Turns
from conversations.acts import Acts
from conversations.events import CustomerSaid
from conversations.limits import ChannelLimits
from conversations.model import Author, AuthorKind, Direction, State
from conversations.reply import Replies, Reply
from hub.errors import Conflict
from hub.model import Text, plain
from hub.store.port import Eq, put
from hub.work.jobs import JOBS, JobState
from tests.bots.scripted import Scripted, say
from tests.bots.test_turns import Chat, store

if TYPE_CHECKING:
    from hub.store.port import Store

__all__ = ["store"]

ANNA = Author(kind=AuthorKind.AGENT, id="anna", name="Anna")


async def said(talk: Chat) -> list[tuple[AuthorKind, str]]:
    return [(one.author.kind, plain(one.parts)) for one in await talk.thread() if one.direction is Direction.OUT]


async def test_an_agent_who_answers_while_the_bot_thinks_is_the_only_one_who_speaks(store: Store) -> None:
    talk: Chat

    async def meanwhile(turn: Turn) -> None:
        reply = Reply(author=ANNA, parts=(Text(body="I have it"),), client_id="1")
        await Replies(store, talk.events, talk.clock).reply(turn.conversation, reply)

    bot = Scripted(before=meanwhile)
    talk = Chat(store, bot, ChannelLimits({}))
    await talk.says("hi")
    assert await said(talk) == [(AuthorKind.AGENT, "I have it")]
    assert (await talk.conversation()).agent == "anna"
    assert len(bot.turns) == 1
    assert await store.get(MEMORIES, bot.turns[0].conversation) is None


async def test_an_agent_who_takes_it_while_the_bot_thinks_of_labels_keeps_it_as_it_was(store: Store) -> None:
    talk: Chat

    async def meanwhile(turn: Turn) -> None:
        await Acts(store, talk.events, talk.clock).transfer(turn.conversation, ANNA, agent="anna")

    talk = Chat(store, Scripted({"hi": (Label(names=("a",)), say("no"))}, before=meanwhile), ChannelLimits({}))
    await talk.says("hi")
    row = await talk.conversation()
    assert (row.state, row.labels, await said(talk)) == (State.AGENT, (), [])


async def test_somebody_else_s_change_makes_the_turn_run_again_and_what_is_said_is_said_once(store: Store) -> None:
    talk: Chat

    async def meanwhile(turn: Turn) -> None:
        if len(bot.turns) < 3:
            await Acts(store, talk.events, talk.clock).annotate(turn.conversation, ANNA, subject=f"s{len(bot.turns)}")

    bot = Scripted(before=meanwhile)
    talk = Chat(store, bot, ChannelLimits({}))
    await talk.says("hi")
    assert (len(bot.turns), await said(talk)) == (3, [(AuthorKind.BOT, "echo hi")])


async def test_two_turns_at_once_and_the_same_event_twice_are_answered_once_each(store: Store) -> None:
    bot = Scripted()
    talk = Chat(store, bot, ChannelLimits({}))
    await talk.says("hi", "there")
    row = await talk.conversation()
    turns = Turns(store, talk.events, {"bot": bot}, ChannelLimits({}))
    events = [CustomerSaid(conversation=row.id, seq=seq) for seq in (1, 2, 1)]
    writes = await asyncio.gather(*(turns.on_said(event, talk.clock.now()) for event in events))
    assert writes == [[], [], []]
    assert [words for _, words in await said(talk)] == ["echo hi", "echo there"]


async def test_of_two_processes_that_take_one_turn_one_is_heard(store: Store) -> None:
    """Both decide on the same rows; the store lets one of them win."""
    talk = Chat(store, Scripted({"hi": (Silence(),)}), ChannelLimits({}))
    await talk.says("hi")
    row = await talk.conversation()
    memory = await store.get(MEMORIES, row.id)
    assert memory is not None
    await store.commit(put(MEMORIES, memory, structs.replace(memory, seq=0)))
    pair = [Turns(store, talk.events, {"bot": Scripted()}, ChannelLimits({})) for _ in range(2)]
    event = CustomerSaid(conversation=row.id, seq=row.customer_seq)
    first, second = await asyncio.gather(*(turns.on_said(event, talk.clock.now()) for turns in pair))
    await store.commit(*first)
    with pytest.raises(Conflict):
        await store.commit(*second)
    assert list(await pair[1].on_said(event, talk.clock.now())) == []
    assert [words for _, words in await said(talk)] == ["echo hi"]


async def test_a_restart_between_two_turns_goes_on_where_it_was(store: Store) -> None:
    counted = {"one": Answer(reactions=(say("ok"),), memory={"n": "1"})}
    await Chat(store, Scripted(counted), ChannelLimits({})).says("one")
    bot = Scripted(counted)
    later = Chat(store, bot, ChannelLimits({}))
    later.sent = 1
    await later.says("two")
    assert bot.turns[0].memory == {"n": "1"}
    assert [words for _, words in await said(later)] == ["ok", "echo two"]
    assert not await store.count(JOBS, Eq("state", JobState.DEAD), limit=1)
