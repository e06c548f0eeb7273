"""Many tasks of one process over the embedded store: nothing is given twice, nobody gets too much, nothing is left."""

from __future__ import annotations

import asyncio
import os
import random
from contextlib import suppress
from typing import TYPE_CHECKING

from hub.clock import SystemClock
from hub.events import Events
from hub.store.sqlite import SqliteStore
from hub.work.engine import Engine
from hub.work.local import LocalDispatch
from routing.wiring import Routing
from tests.routing.crew import Crew, Size, served
from tests.routing.house import ALL, enlist

if TYPE_CHECKING:
    from pathlib import Path

FULL = os.environ.get("YIZHAN_SOAK") == "full"
SIZE = Size(people=200, customers=5000, changes=10) if FULL else Size(people=20, customers=150)
PATIENCE = 1800 if FULL else 100


async def test_many_tasks_give_nothing_twice_and_leave_nobody(tmp_path: Path) -> None:
    seed = int(os.environ.get("YIZHAN_SOAK_SEED", "0")) or random.randrange(1, 2**31)
    clock, events = SystemClock(), Events()
    store = SqliteStore(tmp_path / "hub.db", checked=True)
    await store.open(ALL)
    routing = Routing(store, events, clock)
    engine = Engine(store, LocalDispatch(), clock, alone=True)
    routing.register(engine)
    enlist(engine, events)
    crew = Crew(store, events, routing, clock, random.Random(seed), SIZE)
    await crew.furnish()
    running = asyncio.create_task(engine.run())
    try:
        await crew.work(PATIENCE)
        figures = await served(store, crew, SIZE)
    finally:
        running.cancel()
        with suppress(asyncio.CancelledError):
            await running
        await store.close()
    print(f"seed {seed}: {figures}")
    assert figures["served"] == SIZE.customers
    assert figures["given"] >= SIZE.customers
