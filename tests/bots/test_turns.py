"""A bot's turns over a real store: once each, in order, silent when a person has the conversation."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
import pytest

from accounts.teams import TEAMS, Team
from accounts.users import USERS
from bots.contract import Answer, Bot, Handoff, Say, Turn
from bots.memory import MEMORIES
from bots.shelf import LIBRARY, stock
from bots.wiring import COLLECTIONS, register, wire
from conversations.consent import OPT_OUTS
from conversations.inboxes import INBOXES, Inbox
from conversations.limits import ChannelLimits, Limit
from conversations.model import (
    CONVERSATIONS,
    DRAFTS,
    MESSAGES,
    PROFILES,
    Author,
    AuthorKind,
    Conversation,
    Direction,
    Message,
    State,
)
from conversations.receive import Receive
from conversations.reply import Replies, Reply
from hub.events import Events
from hub.ingest import RECEIVE, Ingest
from hub.model import Address, Choices, Part, Said, Text, plain
from hub.store.port import By, Eq, Insert
from hub.work.engine import Engine
from hub.work.jobs import JOBS
from hub.work.local import LocalDispatch
from tests.clocks import FakeClock
from tests.routing.house import enlist
from tests.stores import open_store

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Mapping, Sequence
    from pathlib import Path

    from bots.turns import Misses
    from hub.store.port import Collection, Document, Store

WATER = stock(LIBRARY)["water"]
ALL: tuple[Collection[Document], ...] = (
    *COLLECTIONS, JOBS, CONVERSATIONS, MESSAGES, PROFILES, DRAFTS, INBOXES, USERS, TEAMS, OPT_OUTS,
)  # fmt: skip


class Failing:
    """A bot whose code breaks."""

    name = "Broken"

    async def answer(self, turn: Turn) -> Answer:
        """Break."""
        raise RuntimeError(turn.conversation)

    def greeting(self, language: str) -> Sequence[Part]:
        """Say nothing."""
        return ()

    def excuse(self, language: str) -> Sequence[Part]:
        """Excuse itself."""
        return (Text(body="sorry"),)


class Chat:
    """A visitor who talks, a hub of one process, and what came of it."""

    def __init__(
        self, store: Store, bot: Bot, limits: ChannelLimits, *, bots: Mapping[str, Bot] | None = None,
        clock: FakeClock | None = None, misses: Misses | None = None,
    ) -> None:  # fmt: skip
        self.store, self.clock, self.events = store, clock or FakeClock(), Events()
        self.ingest = Ingest(store, self.clock)
        self.engine = Engine(store, LocalDispatch(), self.clock, alone=True)
        register(self.engine, wire(store, self.events, bots or {"bot": bot}, limits, misses))
        self.engine.register(RECEIVE, Receive(store, self.events, limits).handle)
        enlist(self.engine, self.events)
        self.sent = 0

    async def says(self, *texts: str, **more: object) -> None:
        """Say these at once."""
        said = []
        for text in texts:
            self.sent += 1
            said.append(
                Said(
                    inbox="web",
                    provider_id=str(self.sent),
                    sender=Address(channel="webchat", user="v"),
                    sent_at=self.clock.now(),
                    parts=(Text(body=text),),
                    **more,  # type: ignore[arg-type]  # a test's
                )
            )
        await self.ingest.accept(said)
        await self.engine.settle()

    async def conversation(self) -> Conversation:
        """Return the only one."""
        (found,) = await self.store.find(CONVERSATIONS, Eq("state", await self._state()), order=_BY_LAST)
        return found

    async def _state(self) -> State:
        for state in State:
            if await self.store.count(CONVERSATIONS, Eq("state", state), limit=1):
                return state
        raise AssertionError("no conversation")

    async def thread(self) -> list[Message]:
        """Return the thread."""
        id = (await self.conversation()).id
        return await self.store.find(MESSAGES, Eq("conversation", id), order=(By("seq"),), limit=100)


_BY_LAST = (By("last_at"), By("id"))


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[Store]:
    """A store with one inbox whose bot is called "bot"."""
    async with open_store(tmp_path, ALL) as opened:
        at = FakeClock().now()
        inbox = Inbox(id="web", name="web", channel="webchat", bot="bot", team="water", created_at=at)
        await opened.commit(Insert(INBOXES, inbox))
        yield opened


@pytest.fixture
async def chat(store: Store) -> Chat:
    """A chat with the water utility's bot."""
    return Chat(store, WATER, ChannelLimits({}))


async def test_a_question_is_answered_once_and_in_the_thread(chat: Chat) -> None:
    await chat.says("怎么查水费")
    asked, answered = await chat.thread()
    assert (asked.direction, answered.direction) == (Direction.IN, Direction.OUT)
    assert answered.author == Author(kind=AuthorKind.BOT, id="bot", name="小溪")
    assert "户号" in plain(answered.parts)
    memory = await chat.store.get(MEMORIES, asked.conversation)
    assert memory is not None
    assert (memory.seq, memory.values["asked"]) == (1, "bill")


async def test_sentences_that_arrive_together_are_each_answered_once_in_order(chat: Chat) -> None:
    await chat.says("怎么查水费", "水管漏水怎么报修", "营业厅几点上班")
    answers = [plain(one.parts) for one in await chat.thread() if one.direction is Direction.OUT]
    assert len(answers) == 3
    for answer, word in zip(answers, ("户号", "抢修", "8:30"), strict=True):
        assert word in answer
    assert [one.seq for one in await chat.thread()] == list(range(1, 7))


async def test_asking_for_a_person_moves_to_the_queue_with_a_summary_that_customers_do_not_see(chat: Chat) -> None:
    await chat.says("家里没水了")
    await chat.says("转人工")
    row = await chat.conversation()
    assert (row.state, row.team, row.waiting_since is not None) == (State.WAITING, "water", True)
    note = (await chat.thread())[-1]
    assert note.direction is Direction.NOTE
    text = plain(note.parts)
    assert "客户要求人工服务" in text
    assert "为什么停水了" in text
    assert "家里没水了" in text


async def test_the_bot_is_silent_once_a_person_has_it(chat: Chat) -> None:
    await chat.says("怎么查水费")
    row = await chat.conversation()
    anna = Author(kind=AuthorKind.AGENT, id="anna", name="Anna")
    replies = Replies(chat.store, chat.events, chat.clock)
    await replies.reply(row.id, Reply(author=anna, parts=(Text(body="你好"),), client_id="1"))
    await chat.says("水管漏水怎么报修")
    assert [one.author.kind for one in await chat.thread()][-2:] == [AuthorKind.AGENT, AuthorKind.CUSTOMER]


async def test_a_bot_that_breaks_excuses_itself_and_hands_over(store: Store) -> None:
    chat = Chat(store, Failing(), ChannelLimits({}))
    await chat.says("hello")
    said = [plain(one.parts) for one in await chat.thread()]
    assert said[:2] == ["hello", "sorry"]
    assert "机器人出错" in said[2]
    assert (await chat.conversation()).state is State.WAITING


async def test_a_bot_that_is_not_there_means_a_person(store: Store) -> None:
    chat = Chat(store, Failing(), ChannelLimits({}))
    inbox = await store.get(INBOXES, "web")
    assert inbox is not None
    await store.commit(Insert(INBOXES, msgspec.structs.replace(inbox, id="other", bot="nobody")))
    said = Said(
        inbox="other", provider_id="1", sender=Address(channel="webchat", user="v"), sent_at=chat.clock.now(),
        parts=(Text(body="hello"),),
    )  # fmt: skip
    await chat.ingest.accept([said])
    await chat.engine.settle()
    assert (await chat.conversation()).state is State.WAITING


async def test_buttons_become_numbers_where_the_channel_has_none_and_a_number_picks_one(store: Store) -> None:
    limits = ChannelLimits({"webchat": Limit(carries=frozenset({"text"}), degrades={"choices": "text"})})
    chat = Chat(store, WATER, limits)
    await chat.says("qwerty")
    menu = (await chat.thread())[-1]
    assert not any(isinstance(part, Choices) for part in menu.parts)
    assert "3. 漏水报修" in plain(menu.parts)
    await chat.says("3")
    assert "抢修" in plain((await chat.thread())[-1].parts)


class Leaving(Failing):
    """Hands over with words of its own, then would speak on."""

    name = "Leaving"

    async def answer(self, turn: Turn) -> Answer:
        """Say, hand over, and say something nobody must hear."""
        said, unheard = (Say(parts=(Text(body=body),)) for body in ("bye", "unheard"))
        return Answer(reactions=(said, Handoff(reason="asked", team="gas"), unheard))


async def test_nothing_is_said_after_a_hand_over_and_the_bot_may_choose_the_team(store: Store) -> None:
    chat = Chat(store, Leaving(), ChannelLimits({}))
    await store.commit(Insert(TEAMS, Team(id="gas", name="燃气", key="燃气", created_at=chat.clock.now())))
    await chat.says("x")
    said = [plain(one.parts) for one in await chat.thread()]
    assert said[:2] == ["x", "bye"]
    assert "unheard" not in said
    assert (await chat.conversation()).team == "gas"
