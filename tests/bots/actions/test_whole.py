"""The built-in engine with its action server, through the hub's turns: real rasa-sdk, and one that misbehaves."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from msgspec import structs

from bots.actions.port import Breakers, Port
from bots.engine import EngineBot
from bots.nlu.training import train
from bots.project.reading import read
from bots.suggestions import Suggestions
from bots.trained import Trained, trained_of
from conversations.limits import ChannelLimits
from conversations.model import Author, AuthorKind, Direction, State
from conversations.reply import Replies, Reply
from hub.model import Text, plain
from tests.bots.actions.conftest import secret
from tests.bots.actions.hostile import ANSWERS, hostile
from tests.bots.test_turns import Chat, store

if TYPE_CHECKING:
    from collections.abc import Callable

    from aiohttp import ClientSession

    from hub.store.port import Store
    from tests.clocks import FakeClock

    Engine = Callable[[str], EngineBot]

__all__ = ["store"]

NLU = """\
version: "3.1"
nlu:
- intent: order
  examples: |
    - where is my order
    - has my parcel left
    - track my parcel
    - order status please
    - when does my order come
- intent: later
  examples: |
    - remind me tomorrow
    - call me back
    - call me later
    - remind me later today
    - please call back tomorrow
- intent: greet
  examples: |
    - hello
    - good morning
    - hello there
    - good evening
    - hey
"""
DOMAIN = """\
version: "3.1"
intents: [order, later, greet, EXTERNAL_call]
actions: [action_check_order, action_remind]
slots:
  order_no: {type: text, initial_value: "12", mappings: [{type: custom}]}
  status: {type: text, mappings: [{type: custom}]}
responses:
  utter_status: [{text: "It is {status}."}]
  utter_greet: [{text: Hello}]
  utter_call: [{text: It is time.}]
"""
RULES = """\
version: "3.1"
rules:
- rule: order
  steps: [{intent: order}, {action: action_check_order}]
- rule: later
  steps: [{intent: later}, {action: action_remind}, {action: utter_greet}]
- rule: call
  steps: [{intent: EXTERNAL_call}, {action: utter_call}]
- rule: greet
  steps: [{intent: greet}, {action: utter_greet}]
"""


FILES = {
    "data/nlu.yml": NLU, "domain.yml": DOMAIN, "data/rules.yml": RULES, "config.yml": "language: en\n",
    "yizhan.yml": "action_seconds: 0.3\n",
}  # fmt: skip


@pytest.fixture(scope="module")
def trained() -> Trained:
    """A small bot, trained once: work that no event loop should do."""
    project = read(FILES)
    return trained_of(project, train(project, None))


@pytest.fixture
def engine(trained: Trained, http: ClientSession, clock: FakeClock) -> Engine:
    """Return the bot whose actions are done at an address."""

    def at(url: str) -> EngineBot:
        placed = structs.replace(trained, project=structs.replace(trained.project, action_endpoint=url))
        return EngineBot(placed, None, Port(lambda: http, secret, clock, Breakers()))

    return at


async def said(talk: Chat) -> list[str]:
    return [plain(one.parts) for one in await talk.thread() if one.direction is Direction.OUT]


async def test_words_and_slots_of_a_custom_action_reach_the_customer(
    sdk_server: str, engine: Engine, store: Store
) -> None:
    talk = Chat(store, engine(sdk_server), ChannelLimits({}))
    await talk.says("where is my order")
    heard = await said(talk)
    assert any("12 已发货" in words for words in heard)
    assert any("It is shipped." in words for words in heard)
    assert (await talk.conversation()).state is State.BOT


async def test_a_reminder_of_a_custom_action_rings(sdk_server: str, engine: Engine, store: Store) -> None:
    talk = Chat(store, engine(sdk_server), ChannelLimits({}))
    await talk.says("remind me tomorrow")
    assert await said(talk) == ["Hello"]
    talk.clock.jump(timedelta(days=11))
    await talk.engine.settle()
    assert await said(talk) == ["Hello", "It is time."]


@pytest.mark.parametrize("way", [*sorted(set(ANSWERS) - {"no_words"}), "hangs", "drips"])
async def test_whatever_the_action_server_does_the_customer_hears_a_word_and_gets_a_person(
    way: str, engine: Engine, store: Store
) -> None:
    async with hostile() as bad:
        talk = Chat(store, engine(f"{bad.url}/{way}"), ChannelLimits({}))
        await talk.says("where is my order")
    assert (await talk.conversation()).state is State.WAITING
    assert len(await said(talk)) == 1
    assert (await talk.thread())[-1].direction is Direction.NOTE


async def test_a_suggestion_calls_no_action_server(engine: Engine, store: Store) -> None:
    async with hostile() as server:
        bot = engine(f"{server.url}/no_words")
        talk = Chat(store, bot, ChannelLimits({}))
        await talk.says("hello")
        row = await talk.conversation()
        anna = Author(kind=AuthorKind.AGENT, id="anna", name="Anna")
        reply = Reply(author=anna, parts=(Text(body="hi"),), client_id="1")
        await Replies(store, talk.events, talk.clock).reply(row.id, reply)
        await talk.says("where is my order")
        found = await Suggestions(store, {"bot": bot}).of(await talk.conversation(), talk.clock.now())
        assert (found.items, server.calls) == ((), 0)
        await talk.says("good morning")
        found = await Suggestions(store, {"bot": bot}).of(await talk.conversation(), talk.clock.now())
    assert found.items == ((Text(body="Hello"),),)
