"""Many timers, short form of `bench/timers.py`: some thousands, a fake clock, a process that dies in the middle."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from conversations.due import owed
from conversations.hours import Hours
from conversations.model import CONVERSATIONS, Conversation, State
from conversations.standing import standing
from desk.policies import Kind, PolicyTerms, Target
from desk.rows import DEADLINES, Deadline
from desk.sla import Clocks, due, follow
from desk.timers import RING, Ring
from hub.model import Address
from hub.store.port import By, Eq, Insert
from hub.work.jobs import JOBS
from tests.clocks import FakeClock
from tests.desk.house import ALL, MONDAY, House
from tests.stores import open_store

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime
    from pathlib import Path

    from desk.policies import Policy
    from hub.store.port import Store, Write

MANY = 3000
RUNG = 600
"""Of the many, those that fall due while the test looks: one every 100 ms, for a minute."""
STEP = timedelta(milliseconds=100)
FIRST = {"kind": "first_response", "seconds": 7200, "warn_percent": 50, "pauses": []}


def armed(number: int, policy: Policy) -> Sequence[Write]:
    """One conversation as the desk stores it, whose warning is due `number` steps after the beginning."""
    warn_at = MONDAY + number * STEP
    began = warn_at - timedelta(hours=1)
    row = Conversation(
        id=f"c{number:05}", inbox="web", address=Address(channel="webchat", user=str(number)), profile=f"p{number}",
        state=State.WAITING, last_at=began, opened_at=began, changed_at=began, waiting_since=began,
    )  # fmt: skip
    terms = PolicyTerms(name="p", targets=(Target(kind=Kind.FIRST, seconds=7200, warn_percent=50, pauses=()),))
    stamp = f"{policy.id}:{policy.version}::0"
    clocks = follow(Clocks(), terms, stamp, Hours(), standing(row))
    deadline = Deadline(id=row.id, policy=policy.id, clocks=clocks, timer=f"t{number:05}")
    body = Ring(conversation=row.id)
    job = RING.job(body, lane=f"due:t{number:05}", seq=0, at=began, due=warn_at, id=deadline.timer)
    return Insert(CONVERSATIONS, owed(row, due(clocks))), Insert(DEADLINES, deadline), job


async def test_of_thousands_none_is_early_none_is_lost_and_none_later_than_a_second(tmp_path: Path) -> None:
    async with open_store(tmp_path, ALL) as store:
        clock = FakeClock(MONDAY - timedelta(seconds=1))
        house = House(store, clock)
        policy = await house.policy(FIRST)
        for start in range(0, MANY, 500):
            await store.commit(*(write for n in range(start, start + 500) for write in armed(n, policy)))
        await lived(house, MONDAY + RUNG / 2 * STEP)
        await lived(House(store, clock), MONDAY + RUNG * STEP)  # the first one is dead; this one knows the store alone
        late = [late_by(row) for row in await rows(store) if row.due is not None and row.due.warned]
        assert len(late) == RUNG + 1
        assert min(late) >= timedelta(0)
        assert max(late) <= timedelta(seconds=1)
        assert await store.count(JOBS, Eq("state", "ready"), limit=MANY + 1) == MANY, "who rang is armed again"


async def lived(house: House, until: datetime) -> None:
    """Let a process work until then, half a second at a time."""
    while house.clock.now() < until:
        await house.pass_time(seconds=0.5)


async def rows(store: Store) -> list[Conversation]:
    """All conversations."""
    return await store.find(CONVERSATIONS, Eq("state", State.WAITING), order=(By("last_at"), By("id")), limit=MANY + 1)


def late_by(row: Conversation) -> timedelta:
    """How long after its time the warning was written."""
    assert row.due is not None
    assert row.due.warn_at is not None
    return row.changed_at - row.due.warn_at
