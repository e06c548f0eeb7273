"""Commits: all or nothing, one winner, the right fact in every `Conflict`, and news only of what is durable."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest
from msgspec import structs

from hub.errors import Conflict
from hub.store.port import Delete, Eq, Insert, put
from tests.hub.store.things import NOTES, THINGS, Note, Thing

if TYPE_CHECKING:
    from collections.abc import Sequence

    from hub.store.port import Store, Write

RACERS = 50


async def outcome(store: Store, *writes: Write) -> Conflict | None:
    """The conflict a commit ended with, or None."""
    try:
        await store.commit(*writes)
    except Conflict as conflict:
        return conflict
    return None


def facts(conflict: Conflict | None) -> tuple[str, str, tuple[str, ...]]:
    assert conflict is not None
    return conflict.collection, conflict.id, conflict.index


async def test_nothing_to_write_is_fine(store: Store) -> None:
    await store.commit()


async def test_a_put_needs_the_version_that_was_read(store: Store) -> None:
    first = Thing(id="t")
    await store.commit(Insert(THINGS, first))
    await store.commit(put(THINGS, first, structs.replace(first, extra="one")))
    assert facts(await outcome(store, put(THINGS, first, structs.replace(first, extra="two")))) == ("things", "t", ())
    assert await store.get(THINGS, "t") == Thing(id="t", version=1, extra="one")
    assert facts(await outcome(store, put(THINGS, Thing(id="no"), Thing(id="no")))) == ("things", "no", ())


async def test_a_delete_needs_the_version_that_was_read(store: Store) -> None:
    first = Thing(id="t")
    await store.commit(Insert(THINGS, first))
    await store.commit(put(THINGS, first, first))
    assert facts(await outcome(store, Delete(THINGS, first))) == ("things", "t", ())
    await store.commit(Delete(THINGS, structs.replace(first, version=1)))
    assert await store.get(THINGS, "t") is None
    assert facts(await outcome(store, Delete(THINGS, structs.replace(first, version=1)))) == ("things", "t", ())


async def test_a_conflict_names_the_unique_index(store: Store) -> None:
    await store.commit(Insert(THINGS, Thing(id="a", name="n", number=1, key="k")))
    for second, index in [
        (Thing(id="a", name="other"), ("id",)),
        (Thing(id="b", name="n", number=1), ("name", "number")),
        (Thing(id="b", name="other", key="k"), ("key",)),
    ]:
        assert facts(await outcome(store, Insert(THINGS, second))) == ("things", second.id, index)
        several = Insert(NOTES, Note(id="n", thing="t")), Insert(THINGS, second)
        assert facts(await outcome(store, *several)) == ("things", second.id, index)
    await store.commit(Insert(THINGS, Thing(id="b", name="n", number=2)))
    found = await store.get(THINGS, "b")
    assert found is not None
    taken = put(THINGS, found, structs.replace(found, number=1))
    assert facts(await outcome(store, taken)) == ("things", "b", ("name", "number"))
    assert await store.get(NOTES, "n") is None


async def test_a_partial_unique_index_looks_at_its_own_documents_only(store: Store) -> None:
    closed = [Thing(id=f"c{n}", name="n", live=False) for n in range(2)]
    await store.commit(*(Insert(THINGS, thing) for thing in closed))
    await store.commit(Insert(THINGS, Thing(id="live", name="n")))
    assert facts(await outcome(store, put(THINGS, closed[0], structs.replace(closed[0], live=True))))[2] == (
        "name",
        "number",
    )
    assert await store.count(THINGS, Eq("name", "n"), limit=9) == 3


@pytest.mark.parametrize("place", [0, 1, 2])
async def test_all_or_nothing(store: Store, place: int) -> None:
    kept, gone = Thing(id="kept", name="kept"), Thing(id="gone", name="gone")
    await store.commit(Insert(THINGS, kept), Insert(THINGS, gone))
    writes: list[Write] = [
        Insert(NOTES, Note(id="n", thing="t")),
        put(THINGS, kept, structs.replace(kept, extra="changed")),
        Delete(THINGS, gone),
    ]
    writes.insert(place, Insert(THINGS, Thing(id="new", name="kept")))
    assert facts(await outcome(store, *writes)) == ("things", "new", ("name", "number"))
    assert await store.get(NOTES, "n") is None
    assert await store.get_many(THINGS, ["kept", "gone", "new"]) == [kept, gone]


async def test_several_writes_see_one_another(store: Store) -> None:
    first = Note(id="n", thing="t")
    await store.commit(
        Insert(NOTES, first),
        put(NOTES, first, structs.replace(first, text="x")),
        Insert(NOTES, Note(id="m", thing="t")),
    )
    assert await store.get(NOTES, "n") == Note(id="n", thing="t", text="x", version=1)


@pytest.mark.parametrize("several", [False, True])
async def test_of_many_who_insert_one_key_one_wins(store: Store, several: bool) -> None:
    def writes(n: int) -> list[Write]:
        note = [Insert(NOTES, Note(id=f"n{n}", thing="t"))] * several
        return [*note, Insert(THINGS, Thing(id=f"t{n}", name=f"{n}", key="k"))]

    results = await asyncio.gather(*(outcome(store, *writes(n)) for n in range(RACERS)))
    winners = [n for n, result in enumerate(results) if result is None]
    assert len(winners) == 1
    assert {result.index for result in results if result} == {("key",)}
    assert {(result.id, n) for n, result in enumerate(results) if result} == {
        (f"t{n}", n) for n in range(RACERS) if n not in winners
    }
    assert [thing.id for thing in await store.get_many(THINGS, [f"t{n}" for n in range(RACERS)])] == [f"t{winners[0]}"]
    assert len(await store.get_many(NOTES, [f"n{n}" for n in range(RACERS)])) == several


@pytest.mark.parametrize("several", [False, True])
async def test_of_many_who_change_one_document_one_wins(store: Store, several: bool) -> None:
    first = Thing(id="t")
    await store.commit(Insert(THINGS, first))

    def writes(n: int) -> list[Write]:
        note = [Insert(NOTES, Note(id=f"n{n}", thing="t"))] * several
        return [*note, put(THINGS, first, structs.replace(first, extra=f"{n}"))]

    results = await asyncio.gather(*(outcome(store, *writes(n)) for n in range(RACERS)))
    winners = [n for n, result in enumerate(results) if result is None]
    assert len(winners) == 1
    assert await store.get(THINGS, "t") == Thing(id="t", version=1, extra=f"{winners[0]}")
    assert {result.index for result in results if result} == {()}


async def test_a_loser_does_not_spoil_its_neighbours(store: Store) -> None:
    taken = {7, 8, 30, 31, 32, 49}
    await store.commit(*(Insert(NOTES, Note(id=f"{n}", thing="old")) for n in sorted(taken)))
    results = await asyncio.gather(
        *(outcome(store, Insert(NOTES, Note(id=f"{n}", thing="new"))) for n in range(RACERS)),
        *(outcome(store, Insert(THINGS, Thing(id=f"{n}", name=f"{n}"))) for n in range(RACERS)),
    )
    assert {n for n, result in enumerate(results) if result} == taken
    notes = await store.get_many(NOTES, [f"{n}" for n in range(RACERS)])
    assert [note.thing for note in notes] == ["old" if n in taken else "new" for n in range(RACERS)]


async def test_counters_raced_with_retries_lose_no_step(store: Store) -> None:
    await store.commit(Insert(THINGS, Thing(id="t")))

    async def step() -> None:
        while True:
            read = await store.get(THINGS, "t")
            assert read is not None
            if await outcome(store, put(THINGS, read, structs.replace(read, number=read.number + 1))) is None:
                return

    await asyncio.gather(*(step() for _ in range(10)))
    found = await store.get(THINGS, "t")
    assert found is not None
    assert (found.number, found.version) == (10, 10)


async def test_watchers_hear_of_durable_commits_only(store: Store) -> None:
    heard: list[Sequence[Write]] = []

    def bad(_: Sequence[Write]) -> None:
        raise RuntimeError("a watcher of the test fails")

    store.watch(bad)
    store.watch(heard.append)
    one, two = Insert(NOTES, Note(id="1", thing="t")), Insert(NOTES, Note(id="2", thing="t"))
    await store.commit(one)
    assert heard == [(one,)]
    assert await outcome(store, one) is not None
    assert await outcome(store, two, one) is not None
    assert heard == [(one,)]
    await store.commit(two, Insert(NOTES, Note(id="3", thing="t")))
    assert [len(writes) for writes in heard] == [1, 2]


async def test_a_commit_is_seen_by_every_later_read(store: Store) -> None:
    for n in range(20):
        await store.commit(Insert(NOTES, Note(id=f"{n}", thing="t")))
        counts = await asyncio.gather(*(store.count(NOTES, Eq("thing", "t"), limit=100) for _ in range(4)))
        assert counts == [n + 1] * 4


async def test_closing_finishes_what_was_accepted(store: Store) -> None:
    waiting = [asyncio.ensure_future(outcome(store, Insert(NOTES, Note(id=f"{n}", thing="t")))) for n in range(100)]
    await asyncio.sleep(0)
    await store.close()
    assert await asyncio.gather(*waiting) == [None] * 100
