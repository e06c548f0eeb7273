"""The engine on a real store: what is promised of one process."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from hub.errors import ChannelBroken, Conflict, Refused, TryLater, Unsupported, WrongMove
from hub.store.port import Eq, Insert, put
from hub.work import letters
from hub.work.engine import POLITE, Engine
from hub.work.jobs import JOBS, JobState, Kind
from hub.work.local import LocalDispatch
from hub.work.sweeper import Sweeper
from tests.hub.work.notes import NOTES, WRITE, Note, Word, job, write, written
from tests.waiting import until

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from hub.store.port import Store, Write
    from hub.work.jobs import Job
    from tests.clocks import FakeClock


async def rows(store: Store) -> int:
    return await store.count(JOBS, Eq("state", JobState.READY), limit=1000)


async def test_jobs_are_done_once_in_order_and_leave_nothing(store: Store, clock: FakeClock, engine: Engine) -> None:
    await store.commit(*(job("a", seq, clock.now()) for seq in (3, 1, 2)), job("b", 1, clock.now()))
    await engine.settle()
    assert await written(store, "a") == ["a1", "a2", "a3"]
    assert await written(store, "b") == ["b1"]
    assert await rows(store) == 0


async def test_a_lane_longer_than_a_turn_keeps_its_order(store: Store, clock: FakeClock, engine: Engine) -> None:
    await store.commit(*(job("a", seq, clock.now()) for seq in range(40)))
    await engine.settle()
    assert await written(store, "a") == [f"a{seq}" for seq in range(40)]


async def test_a_long_lane_goes_on_without_a_sweep(store: Store, clock: FakeClock, engine: Engine) -> None:
    await store.commit(*(job("a", seq, clock.now()) for seq in range(40)))
    running = asyncio.create_task(engine.run())

    async def all_done() -> bool:
        return await rows(store) == 0

    await until(all_done)
    assert clock.monotonic() == 0
    await engine.drain()
    await running


async def test_a_future_head_blocks_its_lane_and_no_other(store: Store, clock: FakeClock, engine: Engine) -> None:
    later = clock.now() + timedelta(minutes=5)
    await store.commit(job("a", 1, clock.now(), due=later), job("a", 2, clock.now()), job("b", 1, clock.now()))
    await engine.settle()
    assert await written(store, "a") == []
    assert await written(store, "b") == ["b1"]
    await clock.advance(300)
    await engine.settle()
    assert await written(store, "a") == ["a1", "a2"]


async def test_a_commit_wakes_the_lane_at_once(store: Store, clock: FakeClock, engine: Engine) -> None:
    running = asyncio.create_task(engine.run())
    await clock.advance(0)
    await store.commit(job("a", 1, clock.now()))
    await until(lambda: written(store, "a"))
    await engine.drain()
    await running
    assert clock.monotonic() == 0


async def test_try_later_moves_due_and_keeps_the_lane_in_order(store: Store, clock: FakeClock, engine: Engine) -> None:
    tries: list[datetime] = []

    async def moody(body: Word, row: Job, at: datetime) -> Sequence[Write]:
        tries.append(at)
        if len(tries) <= 2:
            raise TryLater("busy", after=timedelta(seconds=30) if len(tries) == 2 else None)
        return await write(body, row, at)

    engine.register(WRITE, moody)
    start = clock.now()
    await store.commit(job("a", 1, start), job("a", 2, start))
    for _ in range(40):
        await engine.settle()
        await clock.advance(1)
    assert [round((at - start).total_seconds()) for at in tries] == [0, 1, 31, 31]
    assert await written(store, "a") == ["a1", "a2"]


@pytest.mark.parametrize("error", [Refused, Unsupported, ChannelBroken])
async def test_what_can_never_work_dies_with_its_code_and_the_lane_goes_on(
    store: Store, clock: FakeClock, engine: Engine, error: type[Refused]
) -> None:
    async def picky(body: Word, row: Job, at: datetime) -> Sequence[Write]:
        if body.word == "a1":
            raise error("secret words of a customer")
        return await write(body, row, at)

    engine.register(WRITE, picky)
    await store.commit(job("a", 1, clock.now()), job("a", 2, clock.now()))
    await engine.settle()
    assert await written(store, "a") == ["a2"]
    (letter,) = await letters.dead(store)
    assert (letter.reason, letter.attempts, letter.lease) == (error.code, 1, None)


async def test_a_fault_is_tried_as_often_as_the_kind_says(store: Store, clock: FakeClock, engine: Engine) -> None:
    tries = 0
    brief: Kind[Word] = Kind("brief", Word, attempts=3, longest_wait=timedelta(seconds=2))

    async def broken(body: Word, row: Job, at: datetime) -> Sequence[Write]:
        nonlocal tries
        tries += 1
        raise KeyError(body.word)

    engine.register(brief, broken)
    await store.commit(brief.job(Word(word="secret"), lane="a", seq=1, at=clock.now()), job("a", 2, clock.now()))
    for _ in range(10):
        await engine.settle()
        await clock.advance(1)
    assert tries == 3
    (letter,) = await letters.dead(store)
    assert letter.reason == "fault:KeyError"
    assert await written(store, "a") == ["a2"]


async def test_a_dead_letter_is_replayed_once_under_its_own_id(store: Store, clock: FakeClock, engine: Engine) -> None:
    refuse = True

    async def picky(body: Word, row: Job, at: datetime) -> Sequence[Write]:
        if refuse:
            raise Refused("no")
        return await write(body, row, at)

    engine.register(WRITE, picky)
    await store.commit(job("a", 1, clock.now(), key="k"))
    await engine.settle()
    (letter,) = await letters.dead(store)
    refuse = False
    audit = Insert(NOTES, Note(id="audit", lane="audit", word=letter.id))
    again = await letters.replay(store, letter.id, audit, at=clock.now())
    assert (again.id, again.key, again.state, again.attempts) == (letter.id, "k", JobState.READY, 0)
    with pytest.raises(WrongMove):
        await letters.replay(store, letter.id, at=clock.now())
    await engine.settle()
    assert await written(store, "a") == ["a1"]
    assert await letters.dead(store) == []
    assert await written(store, "audit") == [letter.id]


async def test_a_lost_race_runs_the_handler_again_on_fresh_reads(
    store: Store, clock: FakeClock, engine: Engine
) -> None:
    await store.commit(Insert(NOTES, Note(id="sum", lane="sum", word="0")))
    seen: list[str] = []

    async def add(body: Word, row: Job, at: datetime) -> Sequence[Write]:
        total = await store.get(NOTES, "sum")
        assert total is not None
        seen.append(total.word)
        if len(seen) == 1:
            await store.commit(put(NOTES, total, Note(id="sum", lane="sum", word="10")))
        return [put(NOTES, total, Note(id="sum", lane="sum", word=str(int(total.word) + 1)))]

    engine.register(WRITE, add)
    await store.commit(job("a", 1, clock.now()))
    await engine.settle()
    assert seen == ["0", "10"]
    assert await written(store, "sum") == ["11"]


async def test_many_lanes_over_one_row_all_get_through(store: Store, clock: FakeClock, engine: Engine) -> None:
    await store.commit(Insert(NOTES, Note(id="sum", lane="sum", word="0")))

    async def add(body: Word, row: Job, at: datetime) -> Sequence[Write]:
        total = await store.get(NOTES, "sum")
        assert total is not None
        return [put(NOTES, total, Note(id="sum", lane="sum", word=str(int(total.word) + 1)))]

    engine.register(WRITE, add)
    await store.commit(*(job(f"l{number}", 1, clock.now()) for number in range(20)))
    for _ in range(50):
        await engine.settle()
        await clock.advance(1)
    assert await written(store, "sum") == ["20"]


async def test_a_handler_that_always_loses_ends_with_the_dead(store: Store, clock: FakeClock, engine: Engine) -> None:
    taken = Note(id="taken", lane="x", word="x")
    await store.commit(Insert(NOTES, taken))
    tries = 0

    async def hopeless(body: Word, row: Job, at: datetime) -> Sequence[Write]:
        nonlocal tries
        tries += 1
        return [Insert(NOTES, taken)]

    engine.register(WRITE, hopeless)
    await store.commit(job("a", 1, clock.now()))
    for _ in range(60):
        await engine.settle()
        await clock.advance(10)
    (letter,) = await letters.dead(store)
    assert letter.reason == "conflict"
    assert tries == 5 * WRITE.attempts


async def test_a_kept_row_holds_its_key_without_its_body_until_it_is_forgotten(
    store: Store, clock: FakeClock, engine: Engine
) -> None:
    kept: Kind[Word] = Kind("kept", Word, keep=timedelta(days=1))
    engine.register(kept, write)
    again = [kept.job(Word(word="w"), lane="a", seq=seq, at=clock.now(), key="once") for seq in (1, 2, 3)]
    await store.commit(again[0])
    await engine.settle()
    with pytest.raises(Conflict) as refused:
        await store.commit(again[1])
    assert refused.value.index == ("lane", "key")
    done = await store.get(JOBS, again[0].doc.id)
    assert done is not None
    assert (done.state, done.body) == (JobState.DONE, "")
    await clock.advance(86_399)
    assert await letters.purge(store, at=clock.now()) == 0
    await clock.advance(2)
    assert await letters.purge(store, at=clock.now()) == 1
    await store.commit(again[2])


async def test_an_unknown_kind_and_a_broken_body_block_nobody_else(
    store: Store, clock: FakeClock, engine: Engine
) -> None:
    newer: Kind[Word] = Kind("newer", Word)
    odd = job("b", 1, clock.now())
    broken = JOBS.type(id=odd.doc.id, kind="write", lane="b", seq=1, due=clock.now(), body="{", made_at=clock.now())
    await store.commit(newer.job(Word(word="n"), lane="a", seq=1, at=clock.now()), Insert(JOBS, broken))
    await store.commit(job("b", 2, clock.now()))
    await engine.settle()
    assert await written(store, "b") == ["b2"]
    (letter,) = await letters.dead(store)
    assert letter.reason == "malformed"
    engine.register(newer, write)
    await clock.advance(61)
    await engine.settle()
    assert await written(store, "a") == ["n"]


async def test_more_lanes_than_memory_holds_are_all_done(
    store: Store, clock: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    engine = Engine(store, LocalDispatch(), clock, workers=2, alone=True)
    monkeypatch.setattr(engine._lanes, "_most", 5)
    engine.register(WRITE, write)
    running = asyncio.create_task(engine.run())
    await clock.advance(0)
    await store.commit(*(job(f"l{number}", 1, clock.now()) for number in range(60)))

    async def all_done() -> bool:
        await clock.advance(0.1)
        return await rows(store) == 0

    await until(all_done)
    assert clock.monotonic() < 60
    await engine.drain()
    await running


async def test_after_a_flood_the_other_lanes_go_on_though_a_few_hang(store: Store, clock: FakeClock) -> None:
    flood = True
    hang = asyncio.Event()
    engine = Engine(store, LocalDispatch(), clock, workers=16, alone=True, busy=lambda: flood)

    async def slow(body: Word, row: Job, at: datetime) -> Sequence[Write]:
        if int(row.lane) < POLITE:
            await hang.wait()
        return await write(body, row, at)

    engine.register(WRITE, slow)
    running = asyncio.create_task(engine.run())
    await clock.advance(0)
    for lane in range(10):
        await store.commit(job(str(lane), 1, clock.now()))

    async def waiting() -> bool:
        return (engine.in_hand, engine.waiting) == (POLITE, 10 - POLITE)

    await until(waiting)
    flood = False

    async def others_done() -> bool:
        return await rows(store) == POLITE

    await until(others_done)
    hang.set()
    await engine.drain()
    await running


async def test_a_lane_behind_long_ones_is_found_by_and_by(
    store: Store, clock: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("hub.work.sweeper.PAGE", 10)
    sweeper, told = Sweeper(store, clock, alone=True), list[str]()
    await store.commit(*(job("long", seq, clock.now()) for seq in range(200)), job("held", 1, clock.now()))
    await clock.advance(1)
    await store.commit(job("lone", 1, clock.now()))

    async def sweep(full: bool = False) -> bool:
        return await sweeper.overdue(lambda hint: told.append(hint.lane), full=lambda: full, grace=timedelta(0))

    assert await sweep(full=True)
    assert told == []
    sweeps = 1
    while await sweep():
        sweeps += 1
    assert sorted(told) == ["held", "lone", "long"]
    assert 3 <= sweeps <= 8, "some pages at a time, from where the last sweep ended"
    await clock.advance(6)
    assert await sweep()
    assert told[3:] == ["long"], "told again after a while: the hint may have been lost"
