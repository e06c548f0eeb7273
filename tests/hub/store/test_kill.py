"""Kill -9 in the middle of commits: what was acknowledged is there, and no commit is there by half."""

from __future__ import annotations

import asyncio
import os
import random
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from hub.store.port import By, Eq
from tests.hub.store.things import ALL, NOTES, THINGS
from tests.stores import MongoEngine, SqliteEngine, stand_in

if TYPE_CHECKING:
    from pathlib import Path

    from tests.stores import Engine

ROUNDS = 40 if os.environ.get("YIZHAN_SOAK") == "full" else 3
CHILD = """
import asyncio, sys
from pathlib import Path
from msgspec import structs
from hub.store.port import Insert, put
from tests.hub.store.things import ALL, NOTES, THINGS, Note, Thing
from tests.stores import MongoEngine, SqliteEngine

async def worker(store, name):
    thing = Thing(id=name, name=name)
    await store.commit(Insert(THINGS, thing))
    for n in range(100_000):
        if n % 3:
            await store.commit(Insert(NOTES, Note(id=f"{name}-{n:06}", thing=name)))
        else:
            changed = structs.replace(thing, number=n)
            await store.commit(Insert(NOTES, Note(id=f"{name}-{n:06}", thing=name)), put(THINGS, thing, changed))
            thing = structs.replace(changed, version=thing.version + 1)
        print(name, n, flush=True)

async def main():
    kind, place, database, round = sys.argv[1:]
    store = (SqliteEngine(Path(place)) if kind == "sqlite" else MongoEngine(place, database)).make()
    await store.open(ALL)
    await asyncio.gather(*(worker(store, f"r{round}w{n}") for n in range(12)))

asyncio.run(main())
"""


@pytest.mark.soak
@pytest.mark.parametrize("round", range(ROUNDS))
async def test_kill(tmp_path: Path, round: int) -> None:
    acknowledged = await run_and_kill("sqlite", str(tmp_path), "-", str(round))
    await check(SqliteEngine(tmp_path), acknowledged)


@pytest.mark.soak
@pytest.mark.mongo
async def test_kill_a_client_of_mongo() -> None:
    # A server of its own: one that lost its client keeps the open transaction, and its locks, for a minute.
    with stand_in() as url:
        acknowledged = await run_and_kill("mongo", url, "killed", "0")
        await check(MongoEngine(url, "killed"), acknowledged)


async def check(engine: Engine, acknowledged: dict[str, list[int]]) -> None:
    """Everything acknowledged is stored; of the commit under way either everything or nothing."""
    assert sum(map(len, acknowledged.values())) > 20
    store = engine.make()
    await store.open(ALL)
    for name, numbers in acknowledged.items():
        notes = await store.find(NOTES, Eq("thing", name), order=[By("id")], limit=100_000)
        stored = [int(note.id.rpartition("-")[2]) for note in notes]
        assert stored == list(range(len(stored)))
        assert len(stored) - len(numbers) in {0, 1}
        thing = await store.get(THINGS, name)
        assert thing is not None
        assert thing.number == max(n for n in stored if n % 3 == 0)
        assert thing.version == thing.number // 3 + 1
    await store.close()


async def run_and_kill(*arguments: str) -> dict[str, list[int]]:
    """Let a child commit for a moment, kill it, and return what it heard back, by worker."""
    child = await asyncio.create_subprocess_exec(sys.executable, "-c", CHILD, *arguments, stdout=subprocess.PIPE)
    assert child.stdout is not None
    acknowledged: dict[str, list[int]] = {}
    most = random.randrange(100, 1500) if arguments[0] == "sqlite" else 100
    seen = 0
    while line := await child.stdout.readline():
        if line.endswith(b"\n"):
            name, number = line.decode().split()
            acknowledged.setdefault(name, []).append(int(number))
        seen += 1
        if seen == most:
            child.kill()
    await child.wait()
    return acknowledged
