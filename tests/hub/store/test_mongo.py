"""What only the scale-out engine promises: plans on the server, servers that are wrong, gone, or stand alone."""

from __future__ import annotations

import asyncio
import gc
import warnings
from typing import TYPE_CHECKING, Any

import pytest
from pymongo import AsyncMongoClient

from hub.errors import Conflict, HubError, Invalid, TryLater
from hub.store.mongo import MongoStore, writes
from hub.store.port import By, Collection, Delete, Eq, Has, In, Index, Insert, Present, Test, put
from tests.hub.store.things import ALL, NOTES, THINGS, Colour, Note, Thing
from tests.stores import free_port, open_mongo, stand_in

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = pytest.mark.mongo


@pytest.fixture
def forgotten_sockets() -> Iterator[None]:
    """The driver leaves the socket of a broken-off connection attempt to the garbage collector, which warns."""
    yield
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ResourceWarning)
        gc.collect()


def stages(plan: Any) -> list[str]:
    if isinstance(plan, dict):
        own = [str(plan["stage"])] if "stage" in plan else []
        return own + [stage for value in plan.values() for stage in stages(value)]
    return [stage for value in plan for stage in stages(value)] if isinstance(plan, list) else []


async def test_the_server_walks_an_index(mongo_url: str, mongo_database: str) -> None:
    cases: list[tuple[list[Test], list[str]]] = [
        ([Eq("id", "x")], []),
        ([In("id", ("x", "y"))], ["id"]),
        ([Eq("colour", Colour.RED)], ["at", "id"]),
        ([In("colour", tuple(Colour))], ["at", "id"]),
        ([Eq("colour", Colour.RED), Present("ended")], ["ended", "id"]),
        ([Has("tags", ("x", "y"))], ["id"]),
        ([Present("key"), Eq("key", "x")], []),
        ([Eq("live", True), Eq("name", "x")], ["number"]),
        ([], ["at", "id"]),
        ([], ["id"]),
    ]
    async with open_mongo(mongo_url, mongo_database, ALL) as store:
        await store.commit(*(Insert(THINGS, Thing(id=f"{n}", name=f"{n}", tags=("x", "y"))) for n in range(20)))
        for where, order in cases:
            plan = stages(await store.explain(THINGS, *where, order=[By(field) for field in order]))
            assert "IXSCAN" in plan or "IDHACK" in plan
            assert "COLLSCAN" not in plan
        assert "COLLSCAN" in stages(await store.explain(THINGS, Eq("extra", "x")))


async def test_a_document_that_bson_cannot_hold_is_refused(mongo_url: str, mongo_database: str) -> None:
    async with open_mongo(mongo_url, mongo_database, ALL) as store:
        good = Insert(NOTES, Note(id="n", thing="t"))
        for bad in (Thing(id="t", number=2**64), Thing(id="t", extra="x" * 17_000_000)):
            with pytest.raises(Invalid):
                await store.commit(Insert(THINGS, bad))
            with pytest.raises(Invalid):
                await store.commit(good, Insert(THINGS, bad))
        assert await store.get(NOTES, "n") is None
        await store.commit(good)


async def test_one_bad_document_does_not_spoil_its_neighbours(mongo_url: str, mongo_database: str) -> None:
    async with open_mongo(mongo_url, mongo_database, ALL) as store:
        results = await asyncio.gather(
            *(store.commit(Insert(THINGS, Thing(id=f"{n}", name=f"{n}", number=2**64 * (n == 3)))) for n in range(6)),
            return_exceptions=True,
        )
        assert [type(result) for result in results] == [Invalid if n == 3 else type(None) for n in range(6)]


@pytest.mark.usefixtures("forgotten_sockets")
async def test_a_server_that_is_not_there_is_a_passing_fault() -> None:
    store = MongoStore(f"mongodb://127.0.0.1:{free_port()}/?serverSelectionTimeoutMS=200")
    with pytest.raises(TryLater):
        await store.open(ALL)
    with pytest.raises(TryLater):
        await store.ping()
    await store.close()


async def test_a_server_that_stands_alone_is_refused() -> None:
    with stand_in("--standalone") as url:
        store = MongoStore(url)
        with pytest.raises(HubError, match="stands alone") as refused:
            await store.open(ALL)
        assert "replica set" in refused.value.hint


@pytest.mark.usefixtures("forgotten_sockets")
async def test_a_server_that_goes_away_is_a_passing_fault(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(writes, "PATIENCE", 0.1)
    with stand_in() as url:
        store = MongoStore(f"{url}?serverSelectionTimeoutMS=200")
        await store.open(ALL)
        note = Note(id="n", thing="t")
        await store.commit(Insert(NOTES, note))
    other = Note(id="m", thing="t")
    for group in ([Insert(NOTES, other)], [put(NOTES, note, note)], [Delete(NOTES, note)], [Insert(NOTES, other)] * 2):
        with pytest.raises(TryLater):
            await store.commit(*group)
    for read in (store.get(NOTES, "n"), store.find(NOTES), store.count(NOTES, limit=1), store.ping()):
        with pytest.raises(TryLater):
            await read
    await store.close()


async def test_a_caller_who_leaves_breaks_off_no_connection(mongo_url: str, mongo_database: str) -> None:
    with warnings.catch_warnings(record=True) as seen:
        warnings.simplefilter("always")
        for turns in range(2, 26, 2):  # the driver connects for about that many turns of the loop
            async with open_mongo(mongo_url, mongo_database, ALL) as store:
                reading = [asyncio.create_task(store.get(NOTES, f"{n}")) for n in range(10)]
                for _ in range(turns):
                    await asyncio.sleep(0)
                for task in reading:
                    task.cancel()
                await asyncio.gather(*reading, return_exceptions=True)
        gc.collect()
    assert [str(one.message) for one in seen] == []


async def test_what_a_leaver_asked_for_is_done(mongo_url: str, mongo_database: str) -> None:
    async with open_mongo(mongo_url, mongo_database, ALL) as store:
        heard: list[str] = []
        store.watch(lambda done: heard.extend(write.doc.id for write in done))
        writing = asyncio.create_task(
            store.commit(Insert(NOTES, Note(id="n", thing="t")), Insert(NOTES, Note(id="m", thing="t")))
        )
        await asyncio.sleep(0)
        writing.cancel()
        with pytest.raises(asyncio.CancelledError):
            await writing
    assert heard == ["n", "m"]


async def test_stores_of_two_processes_share_the_truth(mongo_url: str, mongo_database: str) -> None:
    async with (
        open_mongo(mongo_url, mongo_database, ALL) as one,
        open_mongo(mongo_url, mongo_database, ALL) as two,
    ):
        first = Thing(id="t")
        await one.commit(Insert(THINGS, first))
        assert await two.get(THINGS, "t") == first
        results = await asyncio.gather(
            one.commit(put(THINGS, first, Thing(id="t", extra="one"))),
            two.commit(put(THINGS, first, Thing(id="t", extra="two"))),
            return_exceptions=True,
        )
        assert sorted(type(result).__name__ for result in results) == [Conflict.__name__, type(None).__name__]


async def test_another_declaration_adds_its_indexes(mongo_url: str, mongo_database: str) -> None:
    narrow = Collection("notes", Note, Index(("text", "id")))
    async with open_mongo(mongo_url, mongo_database, [narrow]) as store:
        await store.commit(Insert(narrow, Note(id="n", thing="t", text="x")))
    async with open_mongo(mongo_url, mongo_database, ALL) as store:
        assert len(await store.find(NOTES, Eq("thing", "t"), order=[By("id")])) == 1
    async with AsyncMongoClient[dict[str, Any]](mongo_url) as client:
        names = set(await client[mongo_database]["notes"].index_information())
    assert names == {"_id_", "text+id", "thing+id!"}
