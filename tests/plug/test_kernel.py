"""Pull the plug on the kernel alone: in by ingest, through a receive handler, out by the outbox."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from hub.ids import new_id
from hub.ingest import RECEIVE, Arrival, Ingest
from hub.model import Outbound, Said, Status, plain
from hub.outbox import Outbox, delivery
from hub.store.port import By, Collection, Document, Eq, Index, Insert, put
from hub.work.engine import Engine
from hub.work.jobs import JOBS
from hub.work.local import LocalDispatch
from tests.clocks import FakeClock
from tests.plug.outside import INBOX, Provider, Sink, dead, work
from tests.power import PowerCut, PowerStore, cuts

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Sequence
    from datetime import datetime

    from hub.store.port import Store, Write
    from hub.work.jobs import Job
    from tests.stores import Engine as StoreEngine

pytestmark = pytest.mark.plug

WORDS = {"ann": ["a0", "a1", "a2"], "bob": ["b0"]}
TOLD = 4


class Line(Document, frozen=True, kw_only=True):
    """One line of a thread: what was said, or the answer to it."""

    user: str
    seq: int
    key: str
    text: str
    status: Status


LINES = Collection("lines", Line, Index(("user", "seq"), unique=True), Index(("key",), unique=True))


class Thread:
    """The smallest conversation: one line in, one line out, one commit."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def receive(self, arrival: Arrival, job: Job, at: datetime) -> Sequence[Write]:
        said = arrival.inbound
        assert isinstance(said, Said)
        user = said.sender.user
        (last,) = await self.lines(user, limit=1) or (None,)
        seq = last.seq + 1 if last else 0
        heard = Line(id=new_id(), user=user, seq=seq, key=said.provider_id, text=plain(said.parts), status=Status.READ)
        answer = Outbound(
            id=f"answer-{said.provider_id}", inbox=INBOX, to=said.sender, parts=said.parts, conversation=user,
            seq=seq + 1,
        )  # fmt: skip
        reply = Line(id=answer.id, user=user, seq=seq + 1, key=answer.id, text=heard.text, status=Status.QUEUED)
        return [Insert(LINES, heard), Insert(LINES, reply), delivery(answer, at=at)]

    async def outcome(
        self, message_id: str, status: Status, *, provider_id: str | None, reason: str, detail: str, at: datetime
    ) -> Sequence[Write]:
        line = await self._store.get(LINES, message_id)
        assert line is not None
        changed = Line(id=line.id, user=line.user, seq=line.seq, key=line.key, text=line.text, status=status)
        return [put(LINES, line, changed)]

    async def lines(self, user: str, *, limit: int = 100) -> list[Line]:
        return await self._store.find(LINES, Eq("user", user), order=(By("seq", descending=True),), limit=limit)


class World:
    """What outlives the process: the disk, the provider, the sink, time. Customers of its own keep worlds apart."""

    def __init__(self, disk: Store, tag: str) -> None:
        self.disk = disk
        self.words = {f"{user}-{tag}": words for user, words in WORDS.items()}
        self.clock = FakeClock()
        self.provider = Provider(self.words)
        self.sink = Sink()

    async def life(self, store: PowerStore) -> None:
        """What one process does from start to end, or until the power goes."""
        engine = Engine(store, LocalDispatch(), self.clock, workers=1, alone=True)
        thread, ingest = Thread(store), Ingest(store, self.clock)
        engine.register(RECEIVE, thread.receive)
        Outbox(self.sink, thread, self.clock).attach(engine)
        await work(engine, store, self.clock)
        await self.provider.call(ingest)
        await work(engine, store, self.clock)

    async def check(self) -> None:
        """Stored once, said once, delivered once, in order, queue empty."""
        thread = Thread(self.disk)
        for user, words in self.words.items():
            lines = (await thread.lines(user))[::-1]
            assert [line.text for line in lines] == [word for word in words for _ in "io"]
            assert [line.status for line in lines[1::2]] == [Status.SENT] * len(words)
        assert self.sink.effects == self.words
        assert await dead(self.disk) == []


@pytest.fixture
async def disk(engine: StoreEngine) -> AsyncIterator[Store]:
    """What keeps its data when the power goes; both engines."""
    store = engine.make()
    await store.open([JOBS, LINES])
    yield store
    await store.close()


async def test_whenever_the_power_goes_everything_happens_once(disk: Store) -> None:
    calm, world = PowerStore(disk), World(disk, "calm")
    await world.life(calm)
    await world.check()
    assert world.sink.calls == TOLD
    assert calm.steps >= 4 * TOLD, "accept, receive, lease, end"
    for step, after in cuts(calm.steps):
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
