"""What goes in comes out: every kind of field, on both engines, also after the store was closed and opened again."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from msgspec import structs

from hub.errors import Conflict, HubError, Invalid
from hub.ids import new_id
from hub.store.port import Collection, Delete, Eq, Insert, insert_if_new, put
from tests.hub.store.things import ALL, AT, NOTES, THINGS, Cat, Colour, Dog, Note, Thing

if TYPE_CHECKING:
    from hub.store.port import Store
    from tests.stores import Engine

FULL = Thing(
    id="full",
    name="驿站 😀 \U0002070e ' \" \\ \\u0000 {\n",
    number=-(2**53),
    ratio=0.1,
    live=False,
    at=datetime(2026, 11, 20, 9, 30, tzinfo=UTC),
    ended=datetime(1999, 12, 31, 23, 59, 59, 999000, tzinfo=UTC),
    colour=Colour.BLUE,
    key="k",
    tags=("a", "b", "a"),
    words=("",),
    pets=(Cat(lives=9), Dog(name="小黑", born=AT), Dog(name="")),
    facts={"a.b": "1", "$c": "2", "": "3"},
    data=bytes(range(256)),
)


async def test_every_field_comes_back(store: Store) -> None:
    bare = Thing(id="bare")
    await store.commit(Insert(THINGS, FULL), Insert(THINGS, bare))
    assert await store.get(THINGS, "full") == FULL
    assert await store.get(THINGS, "bare") == bare
    assert await store.get(THINGS, "no such") is None


async def test_a_single_insert_and_a_put_come_back_too(store: Store) -> None:
    await store.commit(Insert(THINGS, FULL))
    assert await store.get(THINGS, "full") == FULL
    bare = Thing(id="full")
    await store.commit(put(THINGS, FULL, bare))
    changed = await store.get(THINGS, "full")
    assert changed == Thing(id="full", version=1)
    assert changed.ended is None


async def test_get_many_keeps_the_order_asked(store: Store) -> None:
    await store.commit(*(Insert(NOTES, Note(id=id, thing=id)) for id in "abc"))
    found = await store.get_many(NOTES, ["c", "x", "a", "c"])
    assert [note.id for note in found] == ["c", "a", "c"]
    assert await store.get_many(NOTES, []) == []


async def test_a_moment_of_another_zone_is_the_same_moment(store: Store) -> None:
    at = datetime(2026, 11, 20, 17, 30, 0, 5000, tzinfo=timezone(timedelta(hours=8)))
    await store.commit(Insert(THINGS, Thing(id="t", at=at)))
    found = await store.find(THINGS, Eq("at", at.astimezone(UTC)))
    assert [thing.at for thing in found] == [at]


@pytest.mark.parametrize("text", ["a\0b", "half \ud83d", "\udc00"])
@pytest.mark.parametrize("field", ["name", "key", "id"])
async def test_text_that_no_database_holds_is_refused(store: Store, text: str, field: str) -> None:
    bad = structs.replace(Thing(id="t"), **{field: text})
    good = Insert(NOTES, Note(id="n", thing="t"))
    with pytest.raises(Invalid):
        await store.commit(Insert(THINGS, bad))
    with pytest.raises(Invalid):
        await store.commit(good, Insert(THINGS, bad))
    assert await store.get(NOTES, "n") is None
    await store.commit(good)


async def test_what_was_written_is_there_after_reopening(engine: Engine) -> None:
    first = engine.make()
    await first.open(ALL)
    await first.commit(Insert(THINGS, FULL))
    await first.close()
    second = engine.make()
    await second.open(ALL)
    assert await second.get(THINGS, "full") == FULL
    with pytest.raises(Conflict):
        await second.commit(Insert(THINGS, FULL))
    await second.close()


async def test_a_closed_store_says_so(engine: Engine) -> None:
    store = engine.make()
    await store.open(ALL)
    await store.ping()
    await store.close()
    for call in (store.ping(), store.get(NOTES, "x"), store.commit(Insert(NOTES, Note(id="n", thing="t")))):
        with pytest.raises(HubError):
            await call
    await store.close()


async def test_a_collection_it_was_not_opened_with_is_an_error(store: Store) -> None:
    other = Collection("others", Note)
    for call in (store.get(other, "x"), store.commit(Insert(other, Note(id="n", thing="t"))), store.find(other)):
        with pytest.raises(HubError, match="others"):
            await call


async def test_insert_if_new_answers(store: Store) -> None:
    note = Note(id="n", thing="t")
    assert await insert_if_new(store, NOTES, note)
    assert not await insert_if_new(store, NOTES, note)
    await store.commit(Delete(NOTES, note))
    assert await insert_if_new(store, NOTES, note)


TEXT = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=20)
MOMENTS = st.integers(0, 2**43).map(lambda millis: datetime(1970, 1, 1, tzinfo=UTC) + timedelta(milliseconds=millis))
THING = st.builds(
    Thing,
    id=st.builds(new_id),
    name=TEXT,
    number=st.integers(-(2**53), 2**53),
    ratio=st.floats(allow_nan=False, allow_infinity=False),
    live=st.just(False),
    at=MOMENTS,
    ended=st.none() | MOMENTS,
    colour=st.sampled_from(Colour),
    tags=st.lists(TEXT).map(tuple),
    pets=st.lists(st.builds(Cat, lives=st.integers(0, 9)) | st.builds(Dog, name=TEXT, born=st.none() | MOMENTS)).map(
        tuple
    ),
    facts=st.dictionaries(TEXT, TEXT, max_size=3),
    data=st.binary(max_size=50),
    extra=TEXT,
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=20)
@given(things=st.lists(THING, min_size=1, max_size=5))
async def test_any_document_comes_back(store: Store, things: list[Thing]) -> None:
    await store.commit(*(Insert(THINGS, thing) for thing in things))
    assert await store.get_many(THINGS, [thing.id for thing in things]) == things
    for thing in things:
        assert thing in await store.find(THINGS, Eq("at", thing.at), limit=1000)
