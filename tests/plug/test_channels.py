"""Pull the plug on what the written channels add: windows, welcomes, files to fetch, consent, mail threads."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest
from msgspec import structs

from bots import wiring as bots
from bots.contract import Answer, Say, Turn
from conversations.consent import OPT_OUTS
from conversations.fetching import FETCH, Fetches
from conversations.inboxes import INBOXES, Inbox
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
from conversations.windows import under
from hub.events import Events
from hub.ingest import RECEIVE, Ingest
from hub.model import Audio, Media, Part, Remote, Status, Text, plain
from hub.outbox import Outbox
from hub.store.port import Between, By, Eq, Insert
from hub.work.engine import Engine
from hub.work.local import LocalDispatch
from server import talks
from server.collections import EVERYTHING
from tests.clocks import START, FakeClock
from tests.conversations.channels import LIMITS, did, heard, mail
from tests.plug.outside import Sink, dead, work
from tests.plug.test_house import hearing
from tests.power import PowerCut, PowerStore, cuts

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Sequence

    from hub.model import Inbound
    from hub.store.port import Store
    from tests.stores import Engine as StoreEngine

pytestmark = pytest.mark.plug

COLLEAGUE = Author(kind=AuthorKind.AGENT, id="agent", name="Li")
VOICE = Remote(kind="audio", ref="MEDIA", name="voice")
SOUND = Audio(blob="a" * 64, name="voice.amr", media_type="audio/amr", size=5)
WELCOME = "欢迎光临"


class Numbers:
    """A bot that says which message it heard."""

    @property
    def name(self) -> str:
        return "numbers"

    async def answer(self, turn: Turn) -> Answer:
        return Answer(reactions=(Say(parts=(Text(body=f"heard {turn.seq}"),)),), memory=turn.memory)

    def greeting(self, language: str) -> Sequence[Part]:
        return ()

    def excuse(self, language: str) -> Sequence[Part]:
        return ()


class World:
    """What outlives the process. Customers of its own keep worlds apart."""

    def __init__(self, disk: Store, tag: str) -> None:
        self.disk = disk
        self.tag = tag
        self.clock = FakeClock()
        self.sink = Sink()
        self.fetched = 0
        self._heard: set[str] = set()
        self._answered = False

    async def fetch(self, inbox: str, remote: Remote) -> Media:
        """Give the one file there is."""
        self.fetched += 1
        return SOUND

    async def brought(self) -> list[Inbound]:
        """Return what the providers repeat until they hear 200."""
        tag, ann, at = self.tag, self.user("ann"), START
        first = f"a-{tag}@x"
        return [
            did("follow", id=f"f-{tag}", user=ann, at=at, window="message", facts={"welcome_code": "C"}),
            heard("", id=f"m1-{tag}", user=ann, at=at, parts=(VOICE,)),
            heard("two", id=f"m2-{tag}", user=ann, at=at),
            heard("hello", id=f"s1-{tag}", channel="sms", user=ann, at=at),
            heard("STOP", id=f"s2-{tag}", channel="sms", user=ann, at=at, opt="out"),
            mail("one", id=first, user=self.user("bob"), at=at, subject="Order"),
            mail("two", id=f"b-{tag}@x", user=self.user("bob"), refs=(first,), at=at),
            mail("other", id=f"c-{tag}@x", user=self.user("bob"), at=at),
            mail("away", id=f"d-{tag}@x", user=self.user("bob"), refs=(first,), at=at, automatic=True),
        ]

    def user(self, name: str) -> str:
        return f"{name}-{self.tag}"

    async def life(self, store: PowerStore) -> None:
        """What one process does from start to end, or until the power goes."""
        events = Events()
        said = talks.build(store, events, self.clock, LIMITS)
        engine = Engine(store, LocalDispatch(), self.clock, workers=1, alone=True)
        engine.register(RECEIVE, said.receive.handle)
        engine.register(FETCH, Fetches(store, self).fetch)
        bots.wire(store, events, {"numbers": Numbers()}, LIMITS)
        Outbox(self.sink, said.deliveries, self.clock).attach(engine)
        for kind, hear in events.hearers:
            engine.register(kind, hearing(hear))
        await work(engine, store, self.clock)
        await self._call(Ingest(store, self.clock))
        await work(engine, store, self.clock)
        await self._answer(said)
        await work(engine, store, self.clock)

    async def _call(self, ingest: Ingest) -> None:
        for inbound in await self.brought():
            if inbound.provider_id not in self._heard:
                await ingest.accept([inbound])
                self._heard.add(inbound.provider_id)

    async def _answer(self, said: talks.Talks) -> None:
        """A colleague's browser repeats its reply, of two messages, until it hears that it is stored."""
        if self._answered:
            return
        (thread,) = await self.threads("ann", "wechat")
        reply = Reply(author=COLLEAGUE, parts=(Text(body="first"), Text(body="second")), client_id="c")
        await said.replies.reply(thread.id, reply)
        self._answered = True

    async def repeat(self, store: Store) -> None:
        """Every provider sends everything once more."""
        await Ingest(store, self.clock).accept(await self.brought())

    async def threads(self, name: str, channel: str) -> list[Conversation]:
        where = (Eq("channel", channel), Eq("user", self.user(name)))
        (profile,) = await self.disk.find(PROFILES, *where, limit=10)
        order = (By("last_at"), By("id"))
        return await self.disk.find(CONVERSATIONS, Eq("profile", profile.id), order=order, limit=10)

    async def messages(self, thread: Conversation) -> list[Message]:
        where = (Eq("conversation", thread.id), Between("seq", 0))
        return await self.disk.find(MESSAGES, *where, order=(By("seq"),), limit=100)

    async def check(self) -> None:
        """Everything once, everything there, the ledger right to the unit."""
        await self._check_wechat()
        await self._check_sms()
        await self._check_mail()
        assert await dead(self.disk) == []

    async def _check_wechat(self) -> None:
        (thread,) = await self.threads("ann", "wechat")
        messages = await self.messages(thread)
        assert [message.seq for message in messages] == list(range(1, thread.seq + 1))
        heard_in = [message for message in messages if message.direction is Direction.IN]
        assert [message.parts for message in heard_in] == [(SOUND,), (Text(body="two"),)]
        answers = [f"heard {message.seq}" for message in heard_in]
        assert said_out(messages) == [WELCOME, *answers, "first", "second"]
        assert self.sink.effects[self.user("ann")].count(WELCOME) == 1
        (grant,) = thread.windows
        spent = [one for one in messages if one.spent == under(grant)]
        assert grant.left == 5 - len(spent)
        assert {message.status for message in messages if message.direction is Direction.OUT} == {Status.SENT}
        assert (thread.state, thread.facts) == (State.AGENT, {})

    async def _check_sms(self) -> None:
        (thread,) = await self.threads("ann", "sms")
        messages = await self.messages(thread)
        (word,) = [message.seq for message in messages if plain(message.parts) == "STOP"]
        assert sum("退订" in text for text in said_out(messages)) == 1
        assert "heard 1" in said_out(messages)
        assert f"heard {word}" not in said_out(messages), "no bot answers STOP"
        rows = await self.disk.find(OPT_OUTS, Eq("channel", "sms"), Eq("user", self.user("ann")), limit=5)
        assert len(rows) == 1

    async def _check_mail(self) -> None:
        threads = {thread.thread: thread for thread in await self.threads("bob", "email")}
        assert set(threads) == {f"a-{self.tag}@x", f"c-{self.tag}@x"}
        first = await self.messages(threads[f"a-{self.tag}@x"])
        heard_in = [message for message in first if message.direction is Direction.IN]
        assert [plain(message.parts) for message in heard_in] == ["one", "two", "away"]
        answered = [f"heard {message.seq}" for message in heard_in if not message.automatic]
        assert said_out(first) == answered
        for message in first:
            if message.direction is Direction.OUT:
                assert message.ref == message.provider_id
                assert message.envelope is not None
                assert message.envelope.refs[0] == f"a-{self.tag}@x"


def said_out(messages: Sequence[Message]) -> list[str]:
    return [plain(message.parts) for message in messages if message.direction is Direction.OUT]


@pytest.fixture
async def disk(engine: StoreEngine) -> AsyncIterator[Store]:
    """What keeps its data when the power goes; both engines."""
    store = engine.make()
    await store.open(EVERYTHING)
    wechat = Inbox(id="wechat", name="W", channel="wechat", bot="numbers", welcome=WELCOME, created_at=START)
    for channel in ("wechat", "sms", "email"):
        inbox = structs.replace(wechat, id=channel, channel=channel, welcome=WELCOME if channel == "wechat" else "")
        await store.commit(Insert(INBOXES, inbox))
    yield store
    await store.close()


async def test_whenever_the_power_goes_everything_happens_once(disk: Store, engine: StoreEngine) -> None:
    calm, world = PowerStore(disk), World(disk, "calm")
    await world.life(calm)
    await world.check()
    assert world.fetched == 1
    assert calm.steps > 40, "accept, receive, fetch, bot, lease, record"
    every = list(cuts(calm.steps))
    full = engine.name == "sqlite" or os.environ.get("YIZHAN_SOAK") == "full"  # the stand-in is slow
    for step, after in every if full else every[::9]:
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
    await world.repeat(disk)
    await world.life(PowerStore(disk))
    await world.check()
