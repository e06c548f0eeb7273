"""Queries that differ in their values only share their SQL, and those that mean something else never do."""

from __future__ import annotations

from datetime import timedelta

import pytest

from hub.store.port import Between, By, Eq, Has, In, Prefix, Present, Test
from hub.store.sqlite.query import count, find
from hub.store.sqlite.shape import HIGHEST
from hub.store.sqlite.table import Table
from hub.work.jobs import JOBS
from tests.hub.store.things import AT, THINGS

ORDER = (By("id"),)


def sql(*where: Test, table: Table | None = None) -> str:
    """The statement of a query over things."""
    return find(table or Table(THINGS), where, ORDER, 5, None).sql


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (Eq("name", "a"), Eq("name", "b")),
        (In("name", ("a", "b")), In("name", ("c", "d"))),
        (In("name", ("a", "b", "a")), In("name", ("c", "d"))),
        (Between("at", AT), Between("at", AT + timedelta(days=1))),
        (Prefix("name", "a"), Prefix("name", "ab")),
        (Has("tags", ("x",)), Has("tags", ("y",))),
    ],
)
def test_values_are_no_part_of_the_statement(one: Test, other: Test) -> None:
    table = Table(THINGS)
    assert sql(one, table=table) == sql(other, table=table) == sql(other)
    assert len(table.written) == 1


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (Eq("name", "a"), Eq("extra", "a")),
        (In("name", ("a", "b")), In("name", ("a", "b", "c"))),
        (Between("at", AT), Between("at", None, AT)),
        (Prefix("name", "a"), Prefix("name", HIGHEST)),
        (Has("tags", ("x",)), Has("tags", ("x", "y"))),
        (Present("key"), Eq("key", "k")),
    ],
)
def test_what_means_something_else_is_another_statement(one: Test, other: Test) -> None:
    table = Table(THINGS)
    assert sql(one, table=table) != sql(other, table=table)
    assert (sql(one, table=table), sql(other, table=table)) == (sql(one), sql(other))


def test_the_test_of_a_partial_index_is_written_out_and_another_value_of_it_is_not() -> None:
    table = Table(JOBS)
    ready = count(table, (Eq("state", "ready"),), 5)
    dead = count(table, (Eq("state", "dead"),), 5)
    other = count(table, (Eq("state", "other"),), 5)
    assert "'ready'" in ready.sql
    assert ready.parameters == (5,)
    assert "'dead'" in dead.sql
    assert (other.sql.count("?"), other.parameters) == (2, ("other", 5))


def test_a_number_of_values_without_an_order_is_one_statement() -> None:
    table = Table(THINGS)
    few, many = (count(table, (In("name", tuple("abcdefgh"[:n])),), 5) for n in (1, 8))
    assert few.sql == many.sql
    assert many.parameters == ('["a", "b", "c", "d", "e", "f", "g", "h"]', 5)


@pytest.mark.parametrize("states", [("ready", "dead"), ("dead", "other"), ("other", "ready"), ("none", "other")])
def test_each_of_several_values_is_written_out_where_a_partial_index_tests_for_it(states: tuple[str, ...]) -> None:
    table = Table(JOBS)
    for _ in range(2):
        made = find(table, (In("state", states),), (By("id"),), 5, None)
        written = [state for state in states if f"'{state}'" in made.sql]
        assert written == [state for state in states if state in ("ready", "dead", "done")]
        assert made.sql.count("?") == len(made.parameters) == len(states) - len(written) + 1
