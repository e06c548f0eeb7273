"""Queries in MongoDB's language. Pure.

The shapes keep to what every server answers by an index: no `$and`, a page starts with a range and cuts ties by `$nor`.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from msgspec import Struct

from hub.store.fields import Field, above, check_query, fields
from hub.store.mongo.codec import Raw, key
from hub.store.port import (
    Between,
    By,
    Collection,
    Document,
    Eq,
    Has,
    In,
    Index,
    Missing,
    Prefix,
    Present,
    Test,
    Value,
)
from hub.store.serving import PRIMARY, serving

ORDERS = {False: 1, True: -1}


class Query(Struct, frozen=True):
    """A filter, its sort, and the name of the index that serves it (None: no index does)."""

    filter: Raw
    sort: list[tuple[str, int]]
    hint: str | None


def index_name(index: Index) -> str:
    """Name an index after what it holds, so that another definition has another name."""
    if index == PRIMARY:
        return "_id_"
    tests = ",".join(
        f"{test.field}?" if isinstance(test, Present) else f"{test.field}={test.value}" for test in index.where
    )
    return "+".join(index.fields) + (f"|{tests}" if tests else "") + ("!" if index.unique else "")


def find(
    collection: Collection[Document],
    where: Sequence[Test],
    order: Sequence[By] = (),
    after: Sequence[Value] | None = None,
) -> Query:
    """Make a query. Raises `Invalid` for an unknown field."""
    check_query(collection, where, order, after)
    known = fields(collection.type)
    made = filter_of(known, where)
    if after and order:
        _merge(made, _after(known, order, after))
    index = serving((PRIMARY, *collection.indexes), where, order)
    sort = [(key(known, step.field), ORDERS[step.descending]) for step in order]
    return Query(made, sort, index_name(index) if index else None)


def filter_of(known: Mapping[str, Field], where: Sequence[Test]) -> Raw:
    """Make the filter of a conjunction of tests."""
    made: Raw = {}
    for test in where:
        if isinstance(test, Has) and not test.values:
            continue  # nothing asked
        _merge(made, {key(known, test.field): _operators(test)})
    return made


def _merge(made: Raw, more: Raw) -> None:
    """Add tests; where one field has the same operator twice, the second goes to `$and`, which is right and slow."""
    for name, operators in more.items():
        there = made.get(name)
        if there is None:
            made[name] = operators
        elif isinstance(there, dict) and isinstance(operators, dict) and not set(there) & set(operators):
            made[name] = {**there, **operators}
        else:
            made.setdefault("$and", []).append({name: operators})


def _operators(test: Test) -> Raw:
    match test:
        case Eq(value=value):
            return {"$eq": plain(value)}
        case In(values=values):
            return {"$in": [plain(value) for value in values]}
        case Between(low=low, high=high):
            return _range(low, high)
        case Prefix(text=text):
            return _range(text, above(text))
        case Has(values=values):
            return {"$all": list(values)} if len(values) > 1 else {"$in": list(values)}
        case Missing():
            return {"$eq": None}
        case Present():
            return {"$exists": True}


def _range(low: Value | None, high: Value | None) -> Raw:
    bounds = {"$gte": low, "$lt": high}
    return {name: plain(value) for name, value in bounds.items() if value is not None} or {"$exists": True}


def _after(known: Mapping[str, Field], order: Sequence[By], after: Sequence[Value]) -> Raw:
    """Everything behind the cursor: not before it in the first field, and none of the ties that were seen."""
    beyond, before = ("$lt", "$gt") if order[0].descending else ("$gt", "$lt")
    names = [key(known, step.field) for step in order]
    values = [plain(value) for value in after]
    if len(names) == 1:
        return {names[0]: {beyond: values[0]}}
    seen = []
    for depth in range(1, len(names)):
        tie: Raw = dict(zip(names[:depth], values[:depth], strict=True))
        last = depth == len(names) - 1
        seen.append({**tie, names[depth]: {before + ("e" if last else ""): values[depth]}})
    return {names[0]: {beyond + "e": values[0]}, "$nor": seen}


def plain(value: Value) -> Any:
    """Turn an enum member into the text that BSON knows."""
    return str(value) if isinstance(value, str) else value
