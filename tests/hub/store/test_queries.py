"""Every test, order and page, on both engines, against the same answer worked out in Python."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hub.errors import Invalid
from hub.store.port import Between, By, Delete, Eq, Has, In, Insert, Missing, Prefix, Present, put
from hub.store.serving import Unindexed
from tests.hub.store.things import AT, THINGS, Colour, Thing

if TYPE_CHECKING:
    from collections.abc import Sequence

    from hub.store.port import Store, Test

RED, BLUE = Colour.RED, Colour.BLUE
FEW = [
    Thing(id="1", name="apple", number=1, colour=RED, ended=AT, tags=("x", "y")),
    Thing(id="2", name="apricot", number=2, colour=BLUE, tags=("x",), ratio=0.5),
    Thing(id="3", name="苹果", number=3, colour=RED, at=AT + timedelta(milliseconds=1), tags=("x", "y", "z")),
    Thing(id="4", name="苹", number=4, colour=BLUE, at=AT - timedelta(milliseconds=123), live=False, key="k4"),
    Thing(id="5", name="\U0010ffff", number=-5, colour=RED, ended=AT + timedelta(days=1), tags=("y", "z")),
]


@pytest.fixture
async def few(store: Store) -> Store:
    """The store with five things in it."""
    await store.commit(*(Insert(THINGS, thing) for thing in FEW))
    return store


async def ids(store: Store, *where: Test, order: Sequence[By] = (By("id"),), **rest: Any) -> str:
    return "".join(thing.id for thing in await store.find(THINGS, *where, order=order, **rest))


CASES: list[tuple[list[Test], list[str], str]] = [
    ([Eq("colour", RED)], ["at", "id"], "153"),
    ([Eq("colour", RED)], ["number", "id"], "513"),
    ([Eq("live", False)], ["id"], "4"),
    ([Eq("live", True)], ["id"], "1235"),
    ([Eq("number", 3)], ["id"], "3"),
    ([Eq("ratio", 0.5)], ["id"], "2"),
    ([Eq("ratio", 0)], ["id"], "1345"),
    ([Eq("at", AT)], ["id"], "125"),
    ([Eq("id", "3")], [], "3"),
    ([In("id", ("5", "3", "9"))], ["id"], "35"),
    ([In("colour", (RED, BLUE))], ["number", "id"], "51234"),
    ([In("colour", (BLUE, BLUE))], ["at", "id"], "42"),
    ([In("colour", ())], ["at", "id"], ""),
    ([In("number", ())], [], ""),
    ([Between("number", 1, 3)], ["number", "id"], "12"),
    ([Between("number", low=3)], ["number", "id"], "34"),
    ([Between("number", high=2)], ["number", "id"], "51"),
    ([Between("number")], ["number", "id"], "51234"),
    ([Between("at", AT, AT + timedelta(milliseconds=1))], ["at", "id"], "125"),
    ([Eq("colour", RED), Between("at", low=AT)], ["at", "id"], "153"),
    ([Between("ended", high=AT + timedelta(days=9))], ["ended", "id"], "15"),
    ([Prefix("name", "ap")], ["name", "id"], "12"),
    ([Prefix("name", "苹")], ["name", "id"], "43"),
    ([Prefix("name", "\U0010ffff")], ["name", "id"], "5"),
    ([Prefix("name", "")], ["name", "id"], "12435"),
    ([Missing("ended")], ["id"], "234"),
    ([Present("ended"), Eq("colour", RED)], ["ended", "id"], "15"),
    ([Present("key"), Eq("key", "k4")], [], "4"),
    ([Has("tags", ("x",))], ["id"], "123"),
    ([Has("tags", ("x", "y"))], ["id"], "13"),
    ([Has("tags", ("z", "y", "x"))], ["id"], "3"),
    ([Has("tags", ("x", "nothing"))], ["id"], ""),
    ([Has("tags", ("y",)), Eq("colour", RED)], ["id"], "135"),
    ([Has("tags", ("y",)), Missing("ended")], ["id"], "3"),
    ([Has("tags", ("y",)), In("colour", (BLUE, RED))], ["id"], "135"),
    ([Has("tags", ()), Between("number", low=2)], ["number", "id"], "234"),
    ([], ["number", "id"], "51234"),
    ([], ["name", "id"], "12435"),
]


async def test_find(few: Store) -> None:
    for where, order, expected in CASES:
        up, down = [By(field) for field in order], [By(field, True) for field in order]
        backwards = expected[::-1] if order else expected
        assert (where, order, await ids(few, *where, order=up)) == (where, order, expected)
        assert (where, order, await ids(few, *where, order=down)) == (where, order, backwards)
        assert (where, await few.count(THINGS, *where, limit=100)) == (where, len(expected))
        assert (where, await few.count(THINGS, *where, limit=2)) == (where, min(2, len(expected)))


async def test_limit(few: Store) -> None:
    assert await ids(few, order=[By("number")], limit=2) == "51"
    for limit in (0, -1):
        assert await few.find(THINGS, limit=limit) == []
        assert await few.count(THINGS, limit=limit) == 0


async def test_a_query_that_makes_no_sense_is_refused(few: Store) -> None:
    cases: list[tuple[list[Test], list[By], Sequence[str] | None]] = [
        ([Eq("nothing", 1)], [], None),
        ([], [By("nothing")], None),
        ([Missing("version ")], [], None),
        ([], [By("name"), By("id", True)], None),
        ([], [By("name"), By("id")], ("a",)),
    ]
    for where, order, after in cases:
        with pytest.raises(Invalid):
            await few.find(THINGS, *where, order=order, after=after)


async def test_a_query_without_an_index_fails(few: Store) -> None:
    cases: list[tuple[list[Test], list[str]]] = [
        ([Eq("extra", "x")], []),
        ([Eq("number", 1)], ["at"]),
        ([], ["extra"]),
        ([], ["at", "number"]),
        ([Eq("key", "k")], ["at"]),
        ([Has("words", ("x",))], ["id"]),
        ([Eq("extra", "x")], ["at", "id"]),
        ([Eq("tags", "x")], []),
    ]
    for where, order in cases:
        with pytest.raises((Unindexed, Invalid)):
            await few.find(THINGS, *where, order=[By(field) for field in order])


async def test_a_partial_multikey_index_follows_every_change(few: Store) -> None:
    async def found(*words: str, colour: Colour = RED) -> str:
        where = (Eq("live", True), Eq("colour", colour), Has("words", words))
        return await ids(few, *where, order=[By("at"), By("id")])

    one = Thing(id="a", number=10, words=("u", "v"))
    two = Thing(id="b", number=11, words=("u",), at=AT - timedelta(days=1))
    await few.commit(Insert(THINGS, one), Insert(THINGS, two))
    assert (await found("u"), await found("v", "u"), await found("u", colour=BLUE)) == ("ba", "a", "")
    blue = Thing(id="a", number=10, words=("v", "w"), colour=BLUE)
    await few.commit(put(THINGS, one, blue))
    assert (await found("u"), await found("w", colour=BLUE), await found("v", "w", colour=BLUE)) == ("b", "a", "a")
    await few.commit(put(THINGS, two, Thing(id="b", number=11, words=("u",), live=False)))
    assert await found("u") == ""
    await few.commit(Delete(THINGS, Thing(id="a", version=1)))
    assert await found("w", colour=BLUE) == ""


SMALL: st.SearchStrategy[dict[str, Any]] = st.builds(
    dict,
    number=st.integers(0, 2),
    colour=st.sampled_from(Colour),
    at=st.integers(0, 2).map(lambda n: AT + timedelta(milliseconds=n * 500 - 123)),
    tags=st.lists(st.sampled_from("xyz"), unique=True).map(tuple),
    name=st.text(st.sampled_from("a\u00e9中\uffee😀"), max_size=2),
)
SHAPES: list[tuple[list[Test], list[str]]] = [
    ([], ["number", "id"]),
    ([], ["at", "id"]),
    ([], ["id"]),
    ([], ["name", "id"]),
    ([Eq("colour", RED)], ["at", "id"]),
    ([In("colour", (RED, BLUE))], ["number", "id"]),
    ([Has("tags", ("x",))], ["id"]),
    ([Has("tags", ("x", "y"))], ["id"]),
    ([Between("number", 1)], ["number", "id"]),
]


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=15)
@given(rows=st.lists(SMALL, max_size=12), down=st.booleans(), size=st.integers(1, 5), shape=st.sampled_from(SHAPES))
async def test_paging_yields_exactly_the_sorted_list(
    store: Store, rows: list[dict[str, Any]], down: bool, size: int, shape: tuple[list[Test], list[str]]
) -> None:
    old = await store.find(THINGS, order=[By("id")], limit=1000)
    things = [Thing(id=f"{n:02}", live=False, **row) for n, row in enumerate(rows)]
    await store.commit(*(Delete(THINGS, thing) for thing in old), *(Insert(THINGS, thing) for thing in things))
    where, order = shape

    def rank(thing: Thing) -> tuple[Any, ...]:
        return tuple(value.encode() if isinstance(value := getattr(thing, name), str) else value for name in order)

    expected = sorted((thing for thing in things if all(passes(thing, test) for test in where)), key=rank, reverse=down)
    seen: list[Thing] = []
    after = None
    while page := await store.find(THINGS, *where, order=[By(name, down) for name in order], limit=size, after=after):
        seen += page
        after = [getattr(page[-1], name) for name in order]
        assert len(seen) <= len(expected)
    assert seen == expected


def passes(thing: Thing, test: Test) -> bool:
    match test:
        case Eq(value=value):
            return bool(getattr(thing, test.field) == value)
        case In(values=values):
            return getattr(thing, test.field) in values
        case Has(values=values):
            return set(values) <= set(getattr(thing, test.field))
        case Between(low=low):
            return bool(getattr(thing, test.field) >= low)
        case _:
            raise NotImplementedError
