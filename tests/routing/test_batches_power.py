"""The plug is pulled after every durable step of a batch: each conversation is moved once, in order, none is left."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from conversations.model import MESSAGES
from hub.store.port import By, Eq
from hub.work.jobs import JOBS, JobState
from routing.batches import Batch, Fate, ToTeam
from routing.batching import FORGET
from routing.model import Outcome
from tests.clocks import START, FakeClock
from tests.power import PowerCut, PowerStore, cuts
from tests.routing.house import ALL, House
from tests.routing.test_batches import LEAD
from tests.stores import open_store

if TYPE_CHECKING:
    from pathlib import Path

    from hub.store.port import Store

NAMES = ("c0", "c1")


async def life(store: Store) -> House:
    """Ask for the same move, and work until nothing is left to do now."""
    house = House(store, FakeClock())
    named = tuple(reversed(NAMES))
    asked = Batch(id="lead:k", by=LEAD, teams=("water",), goal=ToTeam(team="gas"), named=named, at=START)
    await house.routing.batches.begin(asked)
    await house.engine.settle()
    return house


async def test_a_power_cut_moves_nothing_twice_and_leaves_nothing(tmp_path: Path) -> None:
    async def world(step: int | None, *, after: bool) -> int:
        folder = tmp_path / f"{step}{after}"
        folder.mkdir()
        async with open_store(folder, ALL) as disk:
            before = House(disk, FakeClock())
            for name in NAMES:
                await before.customer(name, "water")
            await before.engine.settle()
            power = PowerStore(disk, step=step, after=after)
            if step is not None:
                with pytest.raises(PowerCut):
                    await life(power)
            await told(await life(disk if step is not None else power))
            return power.steps

    steps = await world(None, after=False)
    assert steps > len(NAMES)
    for step, after in cuts(steps):
        await world(step, after=after)


async def told(house: House) -> None:
    """See every conversation moved, with one notice and one record of it, and no work left but forgetting."""
    _, pieces = await house.routing.batches.found("lead:k")
    assert [(piece.conversation, piece.fate) for piece in pieces] == [(name, Fate.DONE) for name in NAMES]
    rows = [await house.conversation(name) for name in NAMES]
    assert [row.team for row in rows] == ["gas"] * len(NAMES)
    assert [row.queued_at for row in rows] == sorted(row.queued_at for row in rows if row.queued_at)
    for name in NAMES:
        notices = await house.store.find(MESSAGES, Eq("conversation", name), order=(By("seq"),), limit=9)
        moved = [one for one in await house.decisions(name) if one.outcome is Outcome.TRANSFERRED]
        assert (len(notices), len(moved)) == (1, 1)
    left = await house.store.find(JOBS, Eq("state", JobState.READY), order=(By("due"), By("id")), limit=50)
    assert [job.kind for job in left if job.lane.startswith("batch:")] == [FORGET.name]
