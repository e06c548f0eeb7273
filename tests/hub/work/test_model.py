"""A random life of the queue against a model of it: order, heads only, no loss, no double effect."""

from __future__ import annotations

import asyncio
import tempfile
from collections import defaultdict
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from hub.errors import Refused, TryLater
from hub.store.port import Eq
from hub.work import letters
from hub.work.engine import Engine
from hub.work.jobs import JOBS, JobState, Kind
from hub.work.local import LocalDispatch
from tests.clocks import FakeClock
from tests.hub.work.notes import NOTES, Word, write, written
from tests.stores import open_store

if TYPE_CHECKING:
    from collections.abc import Coroutine, Sequence
    from contextlib import AbstractAsyncContextManager
    from datetime import datetime

    from hub.store.port import Write
    from hub.store.sqlite import SqliteStore
    from hub.work.jobs import Job

LANES = ("a", "b", "c")
ATTEMPTS = 4
PLAIN: Kind[Word] = Kind("plain", Word, attempts=ATTEMPTS, first_wait=timedelta(seconds=1))
OUTSIDE: Kind[Word] = Kind("outside", Word, attempts=ATTEMPTS, first_wait=timedelta(seconds=1), external=True)


class Life(RuleBasedStateMachine):
    """Jobs are added, some fail once or for ever, time passes, processes are killed; the model knows what is due."""

    def __init__(self) -> None:
        super().__init__()
        self.runner = asyncio.Runner()
        self.folder = tempfile.TemporaryDirectory(prefix="life-")
        self.clock = FakeClock()
        self.seq = 0
        self.moods: dict[str, str] = {}
        self.waiting: dict[str, list[tuple[int, str]]] = defaultdict(list)
        self.done: dict[str, list[str]] = defaultdict(list)
        self.dead: set[str] = set()
        self.due: dict[str, datetime] = {}
        self.opening: AbstractAsyncContextManager[SqliteStore]
        self.store: SqliteStore
        self.engine: Engine

    def do(self, work: Coroutine[Any, Any, Any]) -> Any:
        return self.runner.run(work)

    @initialize()
    def begin(self) -> None:
        self.do(self._start())

    async def _start(self) -> None:
        self.opening = open_store(Path(self.folder.name), [JOBS, NOTES])
        self.store = await self.opening.__aenter__()
        self.engine = Engine(self.store, LocalDispatch(), self.clock, workers=2, alone=True, spin=lambda: 1.0)
        self.engine.register(PLAIN, self._handle)
        self.engine.register(OUTSIDE, self._handle)

    async def _handle(self, body: Word, row: Job, at: datetime) -> Sequence[Write]:
        mood = self.moods[body.word]
        if mood == "never":
            raise Refused("no")
        if mood == "moody":
            self.moods[body.word] = "fine"
            raise TryLater("once")
        return await write(body, row, at)

    @rule(lane=st.sampled_from(LANES), mood=st.sampled_from(["fine", "fine", "moody", "never"]),
          external=st.booleans(), later=st.sampled_from([0, 0, 0, 5]), back=st.booleans())  # fmt: skip
    def add(self, lane: str, mood: str, external: bool, later: int, back: bool) -> None:
        """Add a job, at the end of its lane or before everything that waits there."""
        self.seq += 1
        seq = -self.seq if back else self.seq
        word = f"{lane}{seq}"
        self.moods[word] = mood
        self.due[word] = self.clock.now() + timedelta(seconds=later)
        kind = OUTSIDE if external else PLAIN
        job = kind.job(Word(word=word), lane=lane, seq=seq, at=self.clock.now(), due=self.due[word])
        self.do(self.store.commit(job))
        self.waiting[lane] = sorted([*self.waiting[lane], (seq, word)])

    @rule()
    def settle(self) -> None:
        """Work until nothing is due."""
        self._model_work()
        self.do(self.engine.settle())

    @rule(seconds=st.sampled_from([1, 5]))
    def pass_time(self, seconds: int) -> None:
        self.do(self.clock.advance(seconds))

    @rule()
    def restart(self) -> None:
        """The process ends without a word; another opens the same file."""
        self.do(self.opening.__aexit__(None, None, None))
        self.do(self._start())

    @precondition(lambda self: self.dead)
    @rule(data=st.data())
    def replay(self, data: st.DataObject) -> None:
        """A person mends the cause and replays a dead letter: it goes back to its place in the lane."""
        rows = self.do(letters.dead(self.store, limit=100))
        row = data.draw(st.sampled_from(sorted(rows, key=lambda row: row.seq)))
        word = f"{row.lane}{row.seq}"
        self.moods[word] = "fine"
        self.due[word] = self.clock.now()
        self.dead.remove(word)
        self.waiting[row.lane] = sorted([*self.waiting[row.lane], (row.seq, word)])
        self.do(letters.replay(self.store, row.id, at=self.clock.now()))

    def _model_work(self) -> None:
        """What one process must bring about: heads that are due, one after the other."""
        now = self.clock.now()
        for lane, waiting in self.waiting.items():
            while waiting and self.due[waiting[0][1]] <= now:
                word = waiting[0][1]
                if self.moods[word] == "moody":
                    self.due[word] = now + timedelta(seconds=1)
                    break
                waiting.pop(0)
                if self.moods[word] == "never":
                    self.dead.add(word)
                else:
                    self.done[lane].append(word)

    @invariant()
    def the_store_agrees(self) -> None:
        if not hasattr(self, "store"):
            return
        for lane in LANES:
            assert self.do(written(self.store, lane)) == self.done[lane]
        ready = self.do(self.store.count(JOBS, Eq("state", JobState.READY), limit=1000))
        assert ready == sum(map(len, self.waiting.values()))
        dead = self.do(letters.dead(self.store, limit=1000))
        assert {f"{row.lane}{row.seq}" for row in dead} == self.dead

    def teardown(self) -> None:
        if hasattr(self, "store"):
            self.do(self.opening.__aexit__(None, None, None))
        self.runner.close()
        self.folder.cleanup()


TestLife = Life.TestCase
TestLife.settings = settings(max_examples=25, stateful_step_count=25, deadline=None)
