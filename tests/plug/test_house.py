"""Pull the plug on the whole house: inbound, conversation, bot, then a colleague, outbox, sink."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest
from msgspec import Struct

from bots import wiring as bots
from bots.contract import Answer, Say, Turn
from conversations.inboxes import INBOXES, Inbox
from conversations.limits import ChannelLimits
from conversations.model import (
    CONVERSATIONS,
    MESSAGES,
    PROFILES,
    Author,
    AuthorKind,
    Conversation,
    Direction,
    Message,
    State,
)
from conversations.reply import Reply
from conversations.snoozes import WAKE
from hub.events import Events
from hub.ingest import RECEIVE, Ingest
from hub.model import Part, Status, Text, plain
from hub.outbox import Outbox
from hub.store.port import Between, By, Eq, Insert
from hub.work.engine import Engine
from hub.work.local import LocalDispatch
from routing.wiring import Routing
from server import talks
from server.collections import EVERYTHING
from tests.clocks import START, FakeClock
from tests.plug.outside import INBOX, Provider, Sink, dead, work
from tests.power import PowerCut, PowerStore, cuts

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Sequence
    from datetime import datetime

    from hub.events import Hear
    from hub.store.port import Store, Write
    from hub.work.jobs import Handler, Job
    from tests.stores import Engine as StoreEngine

pytestmark = pytest.mark.plug

WORDS = {"ann": ["one", "two", "three"], "bob": ["hello"]}
COLLEAGUE = Author(kind=AuthorKind.AGENT, id="agent", name="Li")


class Echo:
    """A bot that says what it heard."""

    @property
    def name(self) -> str:
        return "echo"

    async def answer(self, turn: Turn) -> Answer:
        return Answer(reactions=(Say(parts=(Text(body=f"echo {turn.text}"),)),), memory=turn.memory)

    def greeting(self, language: str) -> Sequence[Part]:
        return ()

    def excuse(self, language: str) -> Sequence[Part]:
        return ()


def hearing(hear: Hear[Struct]) -> Handler[Struct]:
    """An event's job is its event and nothing more."""

    async def handle(event: Struct, job: Job, at: datetime) -> Sequence[Write]:
        return await hear(event, at)

    return handle


class World:
    """What outlives the process. Customers of its own keep worlds apart."""

    def __init__(self, disk: Store, tag: str) -> None:
        self.disk = disk
        self.tag = tag
        self.words = {f"{user}-{tag}": words for user, words in WORDS.items()}
        self.clock = FakeClock()
        self.provider = Provider(self.words)
        self.sink = Sink()
        self._answered: set[str] = set()

    async def life(self, store: PowerStore) -> None:
        """What one process does from start to end, or until the power goes."""
        events, limits = Events(), ChannelLimits({})
        said = talks.build(store, events, self.clock, limits)
        engine = Engine(store, LocalDispatch(), self.clock, workers=1, alone=True)
        engine.register(RECEIVE, said.receive.handle)
        engine.register(WAKE, said.alarms.ring)
        Routing(store, events, self.clock).register(engine)
        bots.wire(store, events, {"echo": Echo()}, limits)
        Outbox(self.sink, said.deliveries, self.clock).attach(engine)
        for kind, hear in events.hearers:
            engine.register(kind, hearing(hear))
        await work(engine, store, self.clock)
        await self.provider.call(Ingest(store, self.clock))
        await work(engine, store, self.clock)
        for user in self.words:
            await self._answer(said, user)
        await work(engine, store, self.clock)

    async def _answer(self, said: talks.Talks, user: str) -> None:
        """A colleague's browser repeats its reply until it hears that it is stored."""
        if user in self._answered:
            return
        thread = await self.thread(user)
        reply = Reply(author=COLLEAGUE, parts=(Text(body="colleague"),), client_id=f"c-{user}")
        await said.replies.reply(thread.id, reply)
        self._answered.add(user)

    async def thread(self, user: str) -> Conversation:
        """The one conversation of a customer."""
        (profile,) = await self.disk.find(PROFILES, Eq("channel", "console"), Eq("user", user), limit=10)
        (thread,) = await self.disk.find(
            CONVERSATIONS, Eq("profile", profile.id), order=(By("last_at"), By("id")), limit=10
        )
        return thread

    async def check(self) -> None:
        """Stored once, said once, delivered once, in order, queue empty."""
        for user, words in self.words.items():
            thread = await self.thread(user)
            messages = await self._messages(thread)
            assert [message.seq for message in messages] == list(range(1, len(messages) + 1))
            assert texts(messages, Direction.IN) == words
            out = [*(f"echo {word}" for word in words), "colleague"]
            assert texts(messages, Direction.OUT) == out
            assert self.sink.effects[user] == out
            assert {message.status for message in messages if message.direction is Direction.OUT} == {Status.SENT}
            assert (thread.seq, thread.state, thread.agent) == (len(messages), State.AGENT, COLLEAGUE.id)
        assert await dead(self.disk) == []

    async def _messages(self, thread: Conversation) -> list[Message]:
        where = (Eq("conversation", thread.id), Between("seq", 0))
        return await self.disk.find(MESSAGES, *where, order=(By("seq"),), limit=100)


def texts(messages: Sequence[Message], direction: Direction) -> list[str]:
    return [plain(message.parts) for message in messages if message.direction is direction]


@pytest.fixture
async def disk(engine: StoreEngine) -> AsyncIterator[Store]:
    """What keeps its data when the power goes; both engines."""
    store = engine.make()
    await store.open(EVERYTHING)
    await store.commit(
        Insert(INBOXES, Inbox(id=INBOX, name="Console", channel="console", bot="echo", created_at=START))
    )
    yield store
    await store.close()


async def test_whenever_the_power_goes_everything_happens_once(disk: Store, engine: StoreEngine) -> None:
    calm, world = PowerStore(disk), World(disk, "calm")
    await world.life(calm)
    await world.check()
    told = sum(len(words) for words in WORDS.values())
    assert world.sink.calls == told + len(WORDS)
    assert calm.steps > 5 * told, "accept, receive, bot, lease, end"
    every = list(cuts(calm.steps))
    full = engine.name == "sqlite" or os.environ.get("YIZHAN_SOAK") == "full"  # the stand-in is slow
    for step, after in every if full else every[::3]:
        world = World(disk, f"{step}{after}")
        with pytest.raises(PowerCut):
            await world.life(PowerStore(disk, step=step, after=after))
        await world.life(PowerStore(disk))
        await world.check()


async def test_the_power_goes_again_and_again(disk: Store) -> None:
    """Every life lasts a little longer than the one before, until one gets through; then everything is repeated."""
    world = World(disk, "again")
    lives = 0
    for step in range(1, 200):
        lives += 1
        try:
            await world.life(PowerStore(disk, step=step, after=step % 2 == 0))
        except PowerCut:
            continue
        break
    assert lives > 3
    await world.check()
    await world.provider.repeat(Ingest(disk, world.clock))
    await world.life(PowerStore(disk))
    await world.check()
