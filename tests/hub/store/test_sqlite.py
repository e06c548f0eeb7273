"""What only the embedded engine promises: upgrades, one process a file, a full disk, plans."""

from __future__ import annotations

import asyncio
import sqlite3
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from hub.errors import HubError, TryLater
from hub.store.port import By, Collection, Eq, Has, Index, Insert, Present, put
from hub.store.serving import Unindexed
from hub.store.sqlite import SqliteStore, query
from hub.store.sqlite.reader import check_plan
from hub.store.sqlite.table import Verb
from tests.hub.store.things import ALL, AT, NOTES, THINGS, Colour, Note, Thing
from tests.stores import open_store

if TYPE_CHECKING:
    from pathlib import Path

    from hub.store.port import Test

OLD = Collection(
    "things",
    Thing,
    Index(("name", "id")),
    Index(("extra", "id"), unique=True),
    Index(("tags", "at", "id"), many="tags"),
    Index(("number", "id"), where=(Present("ended"),)),
)


def schema(folder: Path) -> set[tuple[str, str]]:
    connection = sqlite3.connect(folder / "hub.db")
    try:
        return set(connection.execute("SELECT name, sql FROM sqlite_master WHERE sql IS NOT NULL"))
    finally:
        connection.close()


async def test_a_file_of_older_declarations_is_brought_up_to_date(tmp_path: Path) -> None:
    things = [Thing(id=f"{n}", name=f"{n}", extra=f"{n}", tags=("x",) * (n % 2), number=n) for n in range(10)]
    async with open_store(tmp_path, [OLD]) as store:
        await store.commit(*(Insert(OLD, thing) for thing in things))
    async with open_store(tmp_path, ALL) as store:
        found = await store.find(THINGS, Has("tags", ("x",)), order=[By("id")])
        assert [thing.id for thing in found] == ["1", "3", "5", "7", "9"]
        assert len(await store.find(THINGS, Eq("colour", Colour.RED), order=[By("at"), By("id")])) == 10
        await store.commit(Insert(THINGS, Thing(id="new", name="new", extra="1")))
        changed = await store.get(THINGS, "1")
        assert changed is not None
        await store.commit(put(THINGS, changed, Thing(id="1", name="y", tags=("z",))))
        assert [thing.id for thing in await store.find(THINGS, Has("tags", ("z",)), order=[By("id")])] == ["1"]
    (tmp_path / "fresh").mkdir()
    async with open_store(tmp_path / "fresh", ALL):
        pass
    upgraded, fresh = dict(schema(tmp_path)), dict(schema(tmp_path / "fresh"))
    assert set(upgraded) == set(fresh)
    assert {name: sql for name, sql in upgraded.items() if name != "things"} == {
        name: sql for name, sql in fresh.items() if name != "things"
    }


async def test_an_upgrade_that_cannot_be_leaves_the_file_as_it_was(tmp_path: Path) -> None:
    async with open_store(tmp_path, [OLD]) as store:
        await store.commit(*(Insert(OLD, Thing(id=id, name="same", extra=id)) for id in "ab"))
    before = schema(tmp_path)
    store = SqliteStore(tmp_path / "hub.db")
    with pytest.raises(sqlite3.IntegrityError):
        await store.open(ALL)
    assert schema(tmp_path) == before
    async with open_store(tmp_path, [OLD]) as again:
        assert len(await again.find(OLD, Eq("name", "same"), order=[By("id")])) == 2


HOLDER = """
import asyncio, sys
from pathlib import Path
from hub.store.sqlite import SqliteStore
async def main():
    await SqliteStore(Path(sys.argv[1]) / "hub.db").open([])
    print("open", flush=True)
    await asyncio.sleep(60)
asyncio.run(main())
"""


async def test_one_file_is_for_one_process(tmp_path: Path) -> None:
    holder = await asyncio.create_subprocess_exec(sys.executable, "-c", HOLDER, str(tmp_path), stdout=subprocess.PIPE)
    try:
        assert holder.stdout is not None
        assert await holder.stdout.readline() == b"open\n"
        second = SqliteStore(tmp_path / "hub.db")
        with pytest.raises(HubError, match="Another process") as refused:
            await second.open(ALL)
        assert "mongodb://" in refused.value.hint
    finally:
        holder.kill()
        await holder.wait()
    async with open_store(tmp_path, ALL) as store:
        await store.ping()


async def test_a_full_disk_is_told_and_survived(tmp_path: Path) -> None:
    store = SqliteStore(tmp_path / "hub.db")
    await store.open(ALL)
    writer = store._writer
    assert writer is not None
    # SQLite's own limit gives the very error a full disk gives, from the same place.
    (pages,) = writer._connection.execute("PRAGMA page_count").fetchone()
    writer._connection.execute(f"PRAGMA max_page_count = {pages + 3}")
    big = "x" * 50_000
    results = await asyncio.gather(
        *(store.commit(Insert(NOTES, Note(id=f"{n}", thing="t", text=big))) for n in range(5)), return_exceptions=True
    )
    assert {type(result) for result in results} == {TryLater}
    assert "full" in str(results[0])
    assert await store.count(NOTES, limit=10) == 0
    await store.commit(Insert(NOTES, Note(id="small", thing="t")))
    writer._connection.execute("PRAGMA max_page_count = 1000000")
    await store.commit(Insert(NOTES, Note(id="0", thing="t", text=big)), Insert(NOTES, Note(id="1", thing="t")))
    assert await store.count(NOTES, limit=10) == 3
    await store.close()


async def test_the_plans_name_the_indexes(tmp_path: Path) -> None:
    async with open_store(tmp_path, ALL) as store:
        steps = await store.explain(THINGS, Eq("colour", Colour.RED), order=[By("at", True), By("id", True)])
        assert steps[1] == "SEARCH t USING INDEX things#colour+at+id (colour=?)"
        steps = await store.explain(THINGS, Has("tags", ("x", "y")), order=[By("id", True)])
        assert any(step.startswith("SEARCH s USING PRIMARY KEY (tags=?)") for step in steps)
        assert any(step.startswith("SEARCH x USING PRIMARY KEY (tags=? AND id=? AND n=?)") for step in steps)
        assert not any("TEMP B-TREE" in step for step in steps)
        bare = await store.explain(THINGS, Eq("extra", "x"))
        assert "SCAN t" in bare


async def test_writes_of_a_group_use_the_id(tmp_path: Path) -> None:
    async with open_store(tmp_path, ALL) as store:
        table = store._tables["things"]
        assert store._writer is not None
        connection = store._writer._connection
        for verb, width in ((Verb.PUT, 3), (Verb.DELETE, 2)):
            for rows in (1, 8):
                sql = f"EXPLAIN QUERY PLAN {table.statement(verb, rows)}"
                steps = [row[3] for row in connection.execute(sql, ["1"] * rows * width)]
                assert any("USING INDEX things#id (id=?)" in step for step in steps)
                assert not any(step in {"SCAN things", "SCAN t"} for step in steps)


async def test_a_cancelled_commit_harms_nobody(tmp_path: Path) -> None:
    async with open_store(tmp_path, ALL) as store:
        waiting = [asyncio.ensure_future(store.commit(Insert(NOTES, Note(id=f"{n}", thing="t")))) for n in range(9)]
        await asyncio.sleep(0)
        waiting[4].cancel()
        results = await asyncio.gather(*waiting, return_exceptions=True)
        assert [type(result) for result in results].count(type(None)) == 8
        await store.commit(Insert(NOTES, Note(id="last", thing="t")))
        assert await store.get(NOTES, "last") is not None


@pytest.mark.parametrize(
    "index",
    [
        Index(("nothing",)),
        Index(("key",), unique=True),
        Index(("id",), where=(Present("nothing"),)),
        Index(("id",), many="tags"),
        Index(("tags", "id"), many="tags", unique=True),
    ],
)
async def test_an_index_that_cannot_mean_the_same_everywhere_is_refused(tmp_path: Path, index: Index) -> None:
    with pytest.raises(HubError, match="index cannot be made"):
        await SqliteStore(tmp_path / "hub.db").open([Collection("things", Thing, index)])


async def test_moments_with_and_without_fraction_sort_together(tmp_path: Path) -> None:
    whole = AT.replace(microsecond=0)
    async with open_store(tmp_path, ALL) as store:
        moments = {"a": whole, "b": whole.replace(microsecond=1000), "c": whole.replace(second=1)}
        await store.commit(*(Insert(THINGS, Thing(id=id, name=id, at=at)) for id, at in moments.items()))
        found = await store.find(THINGS, Eq("colour", Colour.RED), order=[By("at"), By("id")], after=(whole, "a"))
        assert [thing.id for thing in found] == ["b", "c"]


async def test_every_connection_that_writes_waits_for_the_disk(tmp_path: Path) -> None:
    async with open_store(tmp_path, ALL) as store:
        writer = store._writer
        assert writer is not None
        for connection in (writer._connection, writer._checkpoints._connection):
            assert connection.execute("PRAGMA synchronous").fetchone() == (2,)
            assert connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)


@pytest.mark.parametrize(
    ("where", "order"),
    [
        ([], ["extra", "id"]),
        ([Eq("number", 1)], ["at", "id"]),
        ([Eq("extra", "x")], ["id"]),
        ([Eq("live", True)], ["at"]),
    ],
)
async def test_sqlites_own_plan_is_read_too(tmp_path: Path, where: list[Test], order: list[str]) -> None:
    async with open_store(tmp_path, ALL) as store:
        made = query.find(store._tables["things"], where, [By(field) for field in order], 50, None)
        assert store._writer is not None
        with pytest.raises(Unindexed):
            await asyncio.to_thread(check_plan, store._writer._connection, made)
