"""Queries in SQL. Pure: text and parameters, no connection.

Found documents come back as ONE row, their JSON joined by commas: one step of SQLite, however many documents.
"""

import json
from collections.abc import Sequence

from msgspec import Struct

from hub.errors import Invalid
from hub.store.fields import above, check_query
from hub.store.port import Between, By, Eq, Has, In, Missing, Prefix, Present, Test, Value
from hub.store.sqlite.shape import Parameter, bound, branches, parameter, shape
from hub.store.sqlite.table import LEAST, Side, Table, quoted


class Query(Struct, frozen=True):
    """A statement, its parameters, and the tests it answers (for the check of its plan)."""

    sql: str
    parameters: tuple[Parameter, ...]
    table: Table
    where: tuple[Test, ...]


class _Source:
    """What a query reads: the table alone, or led by a side table when it asks for array elements."""

    def __init__(self, table: Table, where: Sequence[Test], order: Sequence[By]) -> None:
        self.table = table
        self.side, self.lead = _side(table, where, order)

    @property
    def sql(self) -> str:
        if self.side is None:
            return f'"{self.table.name}" AS t'
        return f'{quoted(self.side.name)} AS s CROSS JOIN "{self.table.name}" AS t ON t._n = s.n'

    def ref(self, field: str) -> str:
        if self.side and field in self.side.index.fields and field != self.side.many:
            return f's."{field}"'
        return self.table.ref(field)


def _side(table: Table, where: Sequence[Test], order: Sequence[By]) -> tuple[Side | None, Has | None]:
    """Choose the multikey index that a query walks: the one that also gives most of the order."""
    if not any(type(test) is Has for test in where):
        return None, None
    wanted = {step.field for step in order} | {test.field for test in where if isinstance(test, Eq)}
    choices = [
        (len(wanted & set(index.fields)), -len(index.fields), side, test)
        for test in where
        if isinstance(test, Has) and test.values
        for index, side in table.sides.items()
        if index.many == test.field and set(index.where) <= set(where)
    ]
    if not choices:
        return None, None
    _, _, side, test = max(choices, key=lambda choice: choice[:2])
    return side, test


def find(table: Table, where: Sequence[Test], order: Sequence[By], limit: int, after: Sequence[Value] | None) -> Query:
    """Read documents; the answer is NULL for none."""
    key = shape(table, where, order), tuple(order), None if after is None else len(after)
    sql = table.written.get(key)
    if sql is None:
        check_query(table.collection, where, order, after)
        sql = table.written[key] = _find(table, key[0], order, after is not None)
    parameters = list[Parameter]()
    for branch in branches(where, order):
        parameters += bound(table, branch)
        if after is not None and order:
            parameters += [parameter(value) for value in after]
    return Query(sql, (*parameters, limit), table, tuple(where))


def _find(table: Table, where: Sequence[Test], order: Sequence[By], after: bool) -> str:
    source = _Source(table, where, order)
    keys = "".join(f", {source.ref(step.field)} AS k{number}" for number, step in enumerate(order))
    sorting = ", ".join(f"k{number}{' DESC' if step.descending else ''}" for number, step in enumerate(order))
    selects = []
    for branch in branches(where, order):
        tests = _tests(source, branch)
        if after and order:
            tests.append(_after(source, order))
        selects.append(f"SELECT t._doc AS d{keys} FROM {source.sql}{_where(tests)}")
    inner = " UNION ALL ".join(selects) + (f" ORDER BY {sorting}" if sorting else "")
    return f"SELECT group_concat(d) FROM ({inner} LIMIT ?)"


def get(table: Table, ids: Sequence[str]) -> Query:
    """Read documents by id, in no order."""
    sql = f'SELECT group_concat(_doc) FROM "{table.name}" WHERE "id" IN (SELECT value FROM json_each(?))'
    if len(ids) == 1:
        return Query(f'SELECT _doc FROM "{table.name}" WHERE "id" = ?', (ids[0],), table, ())
    return Query(sql, (json.dumps(ids),), table, ())


def count(table: Table, where: Sequence[Test], limit: int) -> Query:
    """Count documents, no further than `limit`."""
    key = shape(table, where, ())
    sql = table.written.get(key)
    if sql is None:
        check_query(table.collection, where, (), None)
        source = _Source(table, key, ())
        inner = f"SELECT 1 FROM {source.sql}{_where(_tests(source, key))} LIMIT ?"
        sql = table.written[key] = f"SELECT count(*) FROM ({inner})"
    return Query(sql, (*bound(table, where), limit), table, tuple(where))


def rarity(table: Table, where: Sequence[Test], order: Sequence[By], limit: int) -> tuple[Has, list[Query]] | None:
    """For an array test with several values: one bounded count for each, so that the walk can start at the rarest."""
    side, test = _side(table, where, order)
    if side is None or test is None or len(test.values) < 2:
        return None
    before = side.index.fields[: side.index.fields.index(side.many)]
    pinned = {one.field: parameter(one.value) for one in where if isinstance(one, Eq) and one.field in before}
    if len(pinned) < len(before):
        return None
    tests = "".join(f's."{field}" = ? AND ' for field in pinned)
    sql = f'SELECT count(*) FROM (SELECT 1 FROM {quoted(side.name)} AS s WHERE {tests}s."{side.many}" = ? LIMIT ?)'
    return test, [Query(sql, (*pinned.values(), value, limit), table, (test,)) for value in test.values]


def _tests(source: _Source, where: Sequence[Test]) -> list[str]:
    return [sql for test in where for sql in (_has(source, test) if isinstance(test, Has) else _test(source, test))]


def _test(source: _Source, test: Test) -> list[str]:
    if isinstance(test, Eq | Present) and test in source.table.literals:
        return [source.table.literal(test)]
    column = source.ref(test.field)
    if isinstance(test, Between) and test.low is None:
        column = source.table.ref(test.field)  # in a side table the stand-in for NULL lies below every value
    match test:
        case Eq():
            return [f"{column} = ?"]
        case In():
            return [f"{column} IN (SELECT value FROM json_each(?))"]
        case Between(low=low, high=high):
            return _range(column, low=low is not None, high=high is not None)
        case Prefix(text=text):
            return _range(column, low=True, high=above(text) is not None)
        case Missing():
            return [f"{source.table.ref(test.field)} IS NULL"]
        case Present():
            return [_present(column)]
        case Has():
            return []


def _range(column: str, *, low: bool, high: bool) -> list[str]:
    kept = [sql for sql, wanted in ((f"{column} >= ?", low), (f"{column} < ?", high)) if wanted]
    return kept or [_present(column)]


def _present(column: str) -> str:
    """Ask for any value in a way that SQLite takes for a range of the index; IS NOT NULL it does not."""
    return f"{column} > {LEAST}"


def _has(source: _Source, test: Has) -> list[str]:
    """The first value of the leading test is walked; every other one is a look-up in a clustered key."""
    if test is source.lead and source.side is not None:
        return [f's."{source.side.many}" = ?', *[_probe(source, source.side)] * (len(test.values) - 1)]
    side = next((side for index, side in source.table.sides.items() if index.many == test.field), None)
    if side is None:
        raise Invalid("No multikey index for this field", path=test.field, collection=source.table.name)
    return [_probe(source, side)] * len(test.values)


def _probe(source: _Source, side: Side) -> str:
    keys = []
    for field in side.index.fields:
        if field == side.many:
            keys.append(f'x."{field}" = ?')
        elif source.side is side:
            keys.append(f'x."{field}" = s."{field}"')
        else:
            keys.append(f'x."{field}" = {source.table.side_ref(field, "t")}')
    row = "s.n" if source.side else "t._n"  # asked of the side table, the document itself is not read for it
    return f"EXISTS (SELECT 1 FROM {quoted(side.name)} AS x WHERE {' AND '.join(keys)} AND x.n = {row})"


def _after(source: _Source, order: Sequence[By]) -> str:
    columns = ", ".join(source.ref(step.field) for step in order)
    marks = ", ".join("?" for _ in order)
    return f"({columns}) {'<' if order[0].descending else '>'} ({marks})"


def _where(tests: Sequence[str]) -> str:
    return f" WHERE {' AND '.join(tests)}" if tests else ""
