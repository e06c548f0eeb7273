"""Kinds that speak to a provider: leased before, renewed while, recorded after; a cut attempt is known as such."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from hub.errors import Refused, TryLater
from hub.store.port import By, Eq, Insert, put
from hub.work import letters
from hub.work.engine import Engine
from hub.work.jobs import JOBS, Job, JobState, Kind, Lease
from hub.work.local import LocalDispatch
from tests.hub.work.notes import NOTES, Note, Word, write, written
from tests.waiting import until

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from hub.store.port import Store, Write
    from hub.work.jobs import Record
    from tests.clocks import FakeClock

CALL: Kind[Word] = Kind("call", Word, external=True, attempts=3)


def call(at: datetime, lane: str = "a", seq: int = 1) -> Insert[Job]:
    return CALL.job(Word(word=f"{lane}{seq}"), lane=lane, seq=seq, at=at)


async def test_the_lease_is_durable_before_the_handler_speaks(store: Store, clock: FakeClock, engine: Engine) -> None:
    found: list[tuple[bool, int, Job | None]] = []

    async def speak(body: Word, row: Job, at: datetime) -> Sequence[Write]:
        found.append((row.cut, row.attempts, await store.get(JOBS, row.id)))
        return await write(body, row, at)

    engine.register(CALL, speak)
    await store.commit(call(clock.now()))
    await engine.settle()
    ((cut, attempts, stored),) = found
    assert (cut, attempts) == (False, 0)
    assert stored is not None
    assert stored.lease is not None
    assert (stored.attempts, stored.lease.fence) == (1, 1)
    assert stored.lease.until == clock.now() + timedelta(seconds=15)
    assert await store.get(JOBS, stored.id) is None


async def test_a_conflict_repeats_the_record_and_never_the_talk(store: Store, clock: FakeClock, engine: Engine) -> None:
    await store.commit(Insert(NOTES, Note(id="sum", lane="sum", word="0")))
    talks, records = list[str](), list[str]()

    async def speak(body: Word, row: Job, at: datetime) -> Record:
        talks.append(body.word)

        async def record(ended: datetime) -> Sequence[Write]:
            total = await store.get(NOTES, "sum")
            assert total is not None
            records.append(total.word)
            if len(records) == 1:
                await store.commit(put(NOTES, total, Note(id="sum", lane="sum", word="10")))
            return [put(NOTES, total, Note(id="sum", lane="sum", word=str(int(total.word) + 1)))]

        return record

    engine.register(CALL, speak)
    await store.commit(call(clock.now()))
    await engine.settle()
    assert (talks, records) == (["a1"], ["0", "10"])
    assert await written(store, "sum") == ["11"]


async def test_a_long_talk_keeps_its_lease(store: Store, clock: FakeClock, engine: Engine) -> None:
    done = asyncio.Event()

    async def speak(body: Word, row: Job, at: datetime) -> Sequence[Write]:
        await done.wait()
        return await write(body, row, at)

    engine.register(CALL, speak)
    insert = call(clock.now())
    await store.commit(insert)
    settled = asyncio.create_task(engine.settle())

    async def lease() -> Lease | None:
        row = await store.get(JOBS, insert.doc.id)
        return row.lease if row else None

    async def leased() -> bool:
        return await lease() is not None and clock.sleepers == 1

    await until(leased)
    for _ in range(12):
        await clock.advance(5)
        now = clock.now()

        async def renewed(now: datetime = now) -> bool:
            held = await lease()
            return clock.sleepers == 1 and held is not None and held.until == now + timedelta(seconds=15)

        await until(renewed)
    done.set()
    await settled
    assert await written(store, "a") == ["a1"]


def stranger(store: Store, clock: FakeClock, seen: list[tuple[bool, int]], *, alone: bool = False) -> Engine:
    """Another process over the same store."""

    async def speak(body: Word, row: Job, at: datetime) -> Sequence[Write]:
        seen.append((row.cut, row.attempts))
        return await write(body, row, at)

    engine = Engine(store, LocalDispatch(), clock, alone=alone)
    engine.register(CALL, speak)
    return engine


async def leave_a_lease(store: Store, clock: FakeClock) -> None:
    """What a killed process leaves behind."""
    insert = call(clock.now())
    lease = Lease(owner="dead", until=clock.now() + timedelta(seconds=15), fence=1)
    row = Job(id=insert.doc.id, kind="call", lane="a", seq=1, due=clock.now(), body=insert.doc.body, attempts=1,
              lease=lease, made_at=clock.now())  # fmt: skip
    await store.commit(Insert(JOBS, row))


async def test_a_dead_workers_job_waits_for_its_lease_and_is_handed_over_as_cut(store: Store, clock: FakeClock) -> None:
    seen: list[tuple[bool, int]] = []
    engine = stranger(store, clock, seen)
    await leave_a_lease(store, clock)
    await engine.settle()
    assert seen == []
    await clock.advance(15)
    await engine.settle()
    assert seen == [(True, 1)]


async def test_a_job_that_kills_every_process_is_given_up_in_the_end(store: Store, clock: FakeClock) -> None:
    seen: list[tuple[bool, int]] = []
    insert = call(clock.now())
    lease = Lease(owner="dead", until=clock.now(), fence=6)
    row = Job(id=insert.doc.id, kind="call", lane="a", seq=1, due=clock.now(), body=insert.doc.body,
              attempts=2 * CALL.attempts, lease=lease, made_at=clock.now())  # fmt: skip
    await store.commit(Insert(JOBS, row))
    await stranger(store, clock, seen).settle()
    assert seen == []
    (letter,) = await letters.dead(store)
    assert (letter.reason, letter.cut) == ("exhausted", True)


async def test_a_process_that_is_alone_waits_for_no_dead_one(store: Store, clock: FakeClock) -> None:
    seen: list[tuple[bool, int]] = []
    await leave_a_lease(store, clock)
    await stranger(store, clock, seen, alone=True).settle()
    assert seen == [(True, 1)]


async def test_a_late_worker_with_an_old_fence_writes_nothing(store: Store, clock: FakeClock, engine: Engine) -> None:
    """It was away for longer than its lease (a stopped machine); another took over, and then it comes back."""
    awake = asyncio.Event()

    async def slow(body: Word, row: Job, at: datetime) -> Sequence[Write]:
        await awake.wait()
        return await write(Word(word="late"), row, at)

    engine.register(CALL, slow)
    await store.commit(call(clock.now()))
    late = asyncio.create_task(engine.settle())

    async def at_it() -> bool:
        return engine.in_hand == 1 and clock.sleepers == 1

    await until(at_it)
    clock.jump(timedelta(seconds=60))
    seen: list[tuple[bool, int]] = []
    await stranger(store, clock, seen).settle()
    awake.set()
    await late
    assert seen == [(True, 1)]
    assert await written(store, "a") == ["a1"]


async def test_try_later_lets_the_lease_go_and_counts_one_attempt(
    store: Store, clock: FakeClock, engine: Engine
) -> None:
    seen: list[tuple[bool, int]] = []

    async def moody(body: Word, row: Job, at: datetime) -> Sequence[Write]:
        seen.append((row.cut, row.attempts))
        raise TryLater("busy")

    engine.register(CALL, moody)
    await store.commit(call(clock.now()))
    for _ in range(20):
        await engine.settle()
        await clock.advance(1)
    assert seen == [(False, 0), (False, 1), (False, 2)]
    (letter,) = await letters.dead(store)
    assert (letter.reason, letter.attempts) == ("try_later", 3)


async def test_a_record_that_cannot_be_written_leaves_a_letter_that_says_the_talk_took_place(
    store: Store, clock: FakeClock, engine: Engine
) -> None:
    talks: list[bool] = []

    async def speak(body: Word, row: Job, at: datetime) -> Record:
        talks.append(row.cut)

        async def record(ended: datetime) -> Sequence[Write]:
            raise KeyError("a bug in the ledger")

        return record

    engine.register(CALL, speak)
    await store.commit(call(clock.now()))
    await engine.settle()
    assert talks == [False]
    (letter,) = await letters.dead(store)
    assert letter.reason == "fault:KeyError"
    await letters.replay(store, letter.id, at=clock.now())
    await engine.settle()
    assert talks == [False, True]


async def test_drain_finishes_what_is_in_hand_and_takes_nothing_new(
    store: Store, clock: FakeClock, engine: Engine
) -> None:
    gate = asyncio.Event()

    async def slow(body: Word, row: Job, at: datetime) -> Sequence[Write]:
        await gate.wait()
        return await write(body, row, at)

    engine.register(CALL, slow)
    running = asyncio.create_task(engine.run())
    await clock.advance(0)
    await store.commit(call(clock.now()), call(clock.now(), seq=2))

    async def at_it() -> bool:
        return clock.sleepers > 3

    await until(at_it)
    draining = asyncio.create_task(engine.drain())
    await store.commit(call(clock.now(), lane="b"))
    gate.set()
    await draining
    await running
    assert await written(store, "a") == ["a1"]
    assert await written(store, "b") == []
    await engine.settle()
    assert await written(store, "a") == ["a1", "a2"]


@pytest.mark.parametrize("error", [Refused("no"), ValueError("a fault")])
async def test_a_gate_hears_of_the_end_whatever_it_was(
    store: Store, clock: FakeClock, engine: Engine, error: Exception
) -> None:
    class Gate:
        entered = left = 0

        def enter(self, body: Word, job: Job, at: datetime) -> datetime | None:
            if self.entered == 1:
                return at + timedelta(seconds=10)
            self.entered += 1
            return None

        def leave(self, body: Word, job: Job) -> None:
            self.left += 1

    async def fails(body: Word, row: Job, at: datetime) -> Sequence[Write]:
        raise error

    gate = Gate()
    engine.register(CALL, fails, gate=gate)
    await store.commit(call(clock.now()), call(clock.now(), lane="b"))
    await engine.settle()
    assert (gate.entered, gate.left) == (1, 1)
    waiting = await store.find(JOBS, Eq("state", JobState.READY), order=(By("due"), By("id")), limit=10)
    assert sum(row.attempts == 0 and row.version == 0 for row in waiting) == 1, "a gate costs no write"
