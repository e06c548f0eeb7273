"""Pull the plug on deadlines: whatever step the power fails at, every step of an escalation is taken and told once."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from accounts.permissions import Role
from desk.promises import Senders
from hub.model import Outbound, Status
from tests.clocks import FakeClock
from tests.desk.house import ALL, MONDAY, House
from tests.power import PowerCut, PowerStore, cuts
from tests.stores import open_store

if TYPE_CHECKING:
    from pathlib import Path

    from hub.store.port import Store

pytestmark = pytest.mark.plug


class Post:
    """A mail server that dedupes nothing and outlives our process."""

    idempotent = False

    def __init__(self) -> None:
        self.taken: list[str] = []

    async def sender(self, inbox: str) -> Post:
        """This one sends for every inbox."""
        return self

    async def send(self, message: Outbound) -> str:
        """Take it."""
        self.taken.append(message.id)
        return f"<{message.id}>"


async def prepared(store: Store, post: Post) -> None:
    """A conversation whose deadline is about to be warned of, then broken, with two levels by mail."""
    house = House(store, FakeClock(MONDAY), post)
    await house.team("water")
    await house.staff("lea", Role.LEAD, "water")
    await house.staff("dora", Role.ADMINISTRATOR)
    await house.inbox("mail", "email")
    await house.desk.promises.set_senders(house.act, Senders(email="mail"))
    lead = {"on": "warning", "to": [{"whom": "leads"}], "by": ["email", "app"]}
    boss = {"to": [{"whom": "user", "id": "dora"}], "by": ["email"], "priority": "urgent"}
    await house.policy(steps=[lead, boss])
    await house.customer()


async def life(store: Store, post: Post, clock: FakeClock) -> None:
    """What a process does from its start to the end of that hour."""
    house = House(store, clock, post)
    await house.engine.settle()
    for _ in range(6):
        await clock.advance(timedelta(minutes=2))
        await house.engine.settle()


def morning() -> FakeClock:
    """The clock of the machine: it goes on while a process is dead."""
    return FakeClock(MONDAY)


async def test_a_cut_at_any_step_neither_forgets_nor_repeats(tmp_path: Path) -> None:
    async with open_store(tmp_path / "calm", ALL) as store:
        post = Post()
        await prepared(store, post)
        calm = PowerStore(store)
        await life(calm, post, morning())
        assert (calm.steps, len(post.taken)) == (calm.steps, 2)
    for step, after in cuts(calm.steps):
        folder = tmp_path / f"{step}-{after}"
        async with open_store(folder, ALL) as store:
            post, clock = Post(), morning()
            await prepared(store, post)
            with pytest.raises(PowerCut):
                await life(PowerStore(store, step=step, after=after), post, clock)
            house = House(store, clock, post)
            await house.engine.settle()
            for _ in range(6):
                await house.pass_time(minutes=2)
            record = [(one.on, one.time) for one in await house.escalations()]
            assert record in ([("warning", 1), ("breach", 1)], [("breach", 1)]), (step, after)
            notices = await house.notices()
            assert len(notices) == len(record), (step, after)
            assert len(post.taken) == len(set(post.taken)), (step, after, "none left twice")
            status = {one.id: one.status for one in notices}
            missed = set(status) - set(post.taken)
            assert all(status[id] is Status.UNKNOWN for id in missed), (step, after, "nobody knows, and that is said")
            assert set(status.values()) <= {Status.SENT, Status.UNKNOWN}, (step, after)
            assert len(missed) <= 1, (step, after)
            assert len(await house.timers()) == 0, (step, after)
