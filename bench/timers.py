"""A million armed deadlines: how late they ring, with the process killed in the middle. None early, none lost.

The timers of an hour are spread evenly; every ring is the desk's own (read the conversation, mark the warning, write
deadline and conversation, arm the next timer). Lateness is what the conversation's row says: when the warning was
written, less when it was due. What fell due while no process lived is counted apart.
"""

import asyncio
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from itertools import islice
from pathlib import Path

from msgspec import Struct

from bench.figure import Figure, percentile
from bench.hourglass import DATABASE, READY, STORED
from bench.plan import Plan
from bench.programs import ROOT
from conversations.due import owed
from conversations.hours import Hours
from conversations.model import CONVERSATIONS, Conversation, State
from conversations.standing import standing
from desk.policies import POLICIES, Kind, Policy, PolicyTerms, Target
from desk.rows import BOOK, BOOKS, DEADLINES, Book, Deadline
from desk.sla import Clocks, due, follow
from desk.timers import RING, Ring
from hub.clock import to_millis
from hub.ids import new_id
from hub.model import Address
from hub.store.port import By, Eq, Insert, Store, Write
from hub.store.sqlite import SqliteStore

GOAL = 1000.0
HOUR = 3600
PATIENCE = 60.0
BATCH = 500
TERMS = PolicyTerms(name="bench", targets=(Target(kind=Kind.FIRST, seconds=2 * HOUR, warn_percent=50, pauses=()),))
STAMP = "bench:0::0"


class Life(Struct, frozen=True, kw_only=True):
    """When the process was there, was killed, and was there again, and how the rows looked at the end."""

    there: datetime
    killed: datetime
    back: datetime
    rows: tuple[Conversation, ...]


def measure(plan: Plan) -> list[Figure]:
    """Measure."""
    with tempfile.TemporaryDirectory(prefix="timers-") as folder:
        path = Path(folder)
        begun = time.perf_counter()
        base = asyncio.run(_arm(path, plan))
        armed = time.perf_counter() - begun
        life = _live(path, plan, base)
    return [_figure(plan, life, armed), *_restart(life)]


async def _arm(folder: Path, plan: Plan) -> datetime:
    """Store everything, far timers first; return when the first of the near ones is due."""
    store = SqliteStore(folder / DATABASE)
    await store.open(STORED)
    now = to_millis(datetime.now(UTC))
    policy = Policy(id="bench", terms=TERMS, rank=0, created_at=now, changed_at=now)
    await store.commit(Insert(POLICIES, policy), Insert(BOOKS, Book(id=BOOK)))
    near = _near(plan)
    await _stored(store, (_far(number, plan, now) for number in range(near, plan.timers)))
    base = to_millis(datetime.now(UTC)) + timedelta(seconds=3 + near * 0.002)
    step = timedelta(seconds=plan.timer_span / plan.timers)
    await _stored(store, (write for number in range(near) for write in _deadline(number, base + number * step)))
    await store.close()
    return base


def _near(plan: Plan) -> int:
    """How many fall due while it is watched."""
    return int(plan.timers * plan.timer_seconds / plan.timer_span)


async def _stored(store: Store, writes: Iterator[Write]) -> None:
    while batch := tuple(islice(writes, BATCH)):
        await store.commit(*batch)


def _far(number: int, plan: Plan, now: datetime) -> Write:
    """One of those that are only there."""
    at = now + timedelta(seconds=HOUR + number * plan.timer_span / plan.timers)
    id = new_id()
    return RING.job(Ring(conversation=f"far-{number}"), lane=f"due:{id}", seq=0, at=now, due=at, id=id)


def _deadline(number: int, warn_at: datetime) -> Sequence[Write]:
    """A conversation whose warning is due then, as the desk would have stored it."""
    warn_at = to_millis(warn_at)
    began = warn_at - timedelta(seconds=HOUR)
    row = Conversation(
        id=f"c{number:07}", inbox="bench", address=Address(channel="webchat", user=str(number)), profile=f"p{number}",
        state=State.WAITING, last_at=began, opened_at=began, changed_at=began, waiting_since=began,
    )  # fmt: skip
    clocks = follow(Clocks(), TERMS, STAMP, Hours(), standing(row))
    timer = new_id()
    deadline = Deadline(id=row.id, policy="bench", clocks=clocks, timer=timer)
    job = RING.job(Ring(conversation=row.id), lane=f"due:{timer}", seq=0, at=began, due=warn_at, id=timer)
    return Insert(CONVERSATIONS, owed(row, due(clocks))), Insert(DEADLINES, deadline), job


def _live(folder: Path, plan: Plan, base: datetime) -> Life:
    """Let a process keep them, kill it in the middle, let another go on to the end."""
    end = base + timedelta(seconds=plan.timer_seconds)
    first = _started(folder)
    there = datetime.now(UTC)
    _sleep_until(base + (end - base) / 2)
    first.kill()
    first.wait()
    killed = datetime.now(UTC)
    second = _started(folder)
    back = datetime.now(UTC)
    _sleep_until(end + timedelta(seconds=2 + plan.timer_seconds / 20))
    second.kill()
    second.wait()
    return Life(there=there, killed=killed, back=back, rows=asyncio.run(_rows(folder, _near(plan))))


def _started(folder: Path) -> "subprocess.Popen[bytes]":
    process = subprocess.Popen(
        [sys.executable, "-m", "bench.hourglass", str(folder)], cwd=ROOT, stdout=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )  # fmt: skip
    assert process.stdout is not None
    if process.stdout.readline() != READY:
        raise RuntimeError("The process that keeps deadlines did not start")
    return process


def _sleep_until(moment: datetime) -> None:
    time.sleep(max(0.0, (moment - datetime.now(UTC)).total_seconds()))


async def _rows(folder: Path, wanted: int) -> tuple[Conversation, ...]:
    store = SqliteStore(folder / DATABASE)
    await store.open(STORED)
    found: list[Conversation] = []
    after: tuple[datetime, str] | None = None
    while True:
        page = await store.find(
            CONVERSATIONS, Eq("state", State.WAITING), order=(By("last_at"), By("id")), limit=1000, after=after
        )
        found += page
        if len(page) < 1000:
            break
        after = (page[-1].last_at, page[-1].id)
    await store.close()
    if len(found) != wanted:
        raise RuntimeError(f"{len(found)} conversations of {wanted}")
    return tuple(found)


def _late(row: Conversation) -> float:
    """How many milliseconds after its time the warning was written."""
    if row.due is None or row.due.warn_at is None or not row.due.warned:
        raise RuntimeError(f"A deadline was lost: {row.id}")
    return (row.changed_at - row.due.warn_at) / timedelta(milliseconds=1)


def _meanwhile(row: Conversation, life: Life) -> bool:
    """Say whether it fell due while nobody was there; what was in hand at the kill, and not late by then, counts so."""
    at = row.due.warn_at if row.due else None
    return at is not None and (
        at <= life.there
        or (life.killed - timedelta(milliseconds=GOAL) <= at <= life.back and row.changed_at > life.killed)
    )


def _figure(plan: Plan, life: Life, armed: float) -> Figure:
    late = [_late(row) for row in life.rows if not _meanwhile(row, life)]
    early = sum(each < 0 for each in late)
    if early:
        raise RuntimeError(f"{early} timers rang early")
    facts = {
        "armed": plan.timers, "rang": len(life.rows), "early": early, "lost": 0, "p50": percentile(late, 0.5),
        "max": max(late), "arming s": armed,
    }  # fmt: skip
    return Figure(
        name="deadlines, lateness p99", unit="ms", value=max(percentile(late, 0.99), 0.1), goal=GOAL,
        floor=asyncio.run(_bare()), floor_name="bare asyncio.sleep", facts=facts,
    )  # fmt: skip


def _restart(life: Life) -> list[Figure]:
    """How long after the return the last of those that fell due meanwhile was done."""
    missed = [row.changed_at for row in life.rows if row.changed_at > life.killed and _meanwhile(row, life)]
    until = (max(missed) - life.back) / timedelta(milliseconds=1) if missed else 0.0
    away = (life.back - life.killed) / timedelta(milliseconds=1)
    return [
        Figure(
            name="deadlines, all made up after kill -9", unit="ms", value=max(until, 0.1), floor=away,
            floor_name="time away", facts={"fell due meanwhile": len(missed)},
        )
    ]  # fmt: skip


async def _bare(times: int = 200) -> float:
    """Return the p99 of how late a bare loop wakes up, in milliseconds."""
    late = []
    for _ in range(times):
        begun = time.perf_counter()
        await asyncio.sleep(0.005)
        late.append((time.perf_counter() - begun - 0.005) * 1000)
    return max(percentile(late, 0.99), 0.001)
