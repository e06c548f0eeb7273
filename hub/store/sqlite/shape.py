"""What queries have in common that differ in their values only, so that SQL is written once; and their values. Pure."""

import itertools
import json
from collections.abc import Sequence
from datetime import datetime
from typing import assert_never

from hub.errors import Invalid
from hub.store.fields import above, moment
from hub.store.port import Between, By, Eq, Has, In, Missing, Prefix, Present, Test, Value
from hub.store.sqlite.table import Table

Parameter = str | int | float
BRANCHES = 64
ANY = "\x00"
"""Stands for a value. No partial index tests for it, since no text that is stored holds it."""
HIGHEST = "\U0010ffff"


def shape(table: Table, where: Sequence[Test], order: Sequence[By]) -> tuple[Test, ...]:
    """Return the tests without their values; those of a partial index stay as they are, for their values are SQL.

    Of an `In` it tells how many values there are when there is an order, for then each is a branch of its own, and may
    be a test of a partial index too.
    """
    return tuple(
        test
        if test in table.literals
        else In(test.field, _marks(table, test))
        if order and isinstance(test, In)
        else _plain(test)
        for test in where
    )


def _marks(table: Table, test: In) -> tuple[Value, ...]:
    values = enumerate(dict.fromkeys(test.values))
    return tuple(value if Eq(test.field, value) in table.literals else f"{ANY}{number}" for number, value in values)


def _plain(test: Test) -> Test:
    match test:
        case Eq(field=field):
            return Eq(field, ANY)
        case In(field=field):
            return In(field, (ANY,))
        case Between(field=field, low=low, high=high):
            return Between(field, None if low is None else ANY, None if high is None else ANY)
        case Prefix(field=field, text=text):
            return Prefix(field, HIGHEST if above(text) is None else ANY)
        case Has(field=field, values=values):
            return Has(field, (ANY,) * len(values))
        case Missing() | Present():
            return test
        case _ as never:
            assert_never(never)


def branches(where: Sequence[Test], order: Sequence[By]) -> list[list[Test]]:
    """Split `In` when there is an order: one branch a value, each comes sorted, and SQLite merges them."""
    wide = [test for test in where if isinstance(test, In)] if order else []
    if not wide:
        return [list(where)]
    rest = [test for test in where if not isinstance(test, In)]
    picks = list(itertools.product(*([Eq(test.field, value) for value in dict.fromkeys(test.values)] for test in wide)))
    if len(picks) > BRANCHES:
        raise Invalid("Too many values to sort by", path=wide[0].field, values=len(picks), most=BRANCHES)
    return [[*rest, *pick] for pick in picks]


def bound(table: Table, where: Sequence[Test]) -> list[Parameter]:
    """Return the values of the tests, in the order in which their SQL asks for them."""
    return [value for test in where if test not in table.literals for value in _bound(test)]


def _bound(test: Test) -> Sequence[Parameter]:
    match test:
        case Eq(value=value):
            return (parameter(value),)
        case In(values=values):
            return (json.dumps([parameter(value) for value in values]),)
        case Between(low=low, high=high):
            return [parameter(end) for end in (low, high) if end is not None]
        case Prefix(text=text):
            return [end for end in (text, above(text)) if end is not None]
        case Has(values=values):
            return values
        case Missing() | Present():
            return ()
        case _ as never:
            assert_never(never)


def parameter(value: Value) -> Parameter:
    """Turn a value into what its column holds."""
    if isinstance(value, bool):
        return int(value)
    return moment(value) if isinstance(value, datetime) else value
