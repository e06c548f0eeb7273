"""A collection as SQL: one table of JSON documents, a virtual column for each indexed field, side tables for arrays.

`_doc` is the only stored column. The others are computed by SQLite in C while the interpreter lock is
free. A trigger keeps the side table of a multikey index in step, so every write is one statement.
"""

from collections.abc import Iterator, Mapping
from enum import Enum

import msgspec
from msgspec import Struct

from hub.store.fields import Field, declared, fields
from hub.store.port import Collection, Document, Eq, Index, Present, Value

LEAST = "-9e999"
"""Stands for NULL in a side table, whose key must not hold NULL; sorts before every value, as NULL does."""


TEXT = "(CAST(? AS TEXT))"
"""A document is bound as the bytes the encoder made; decoding and encoding them again would cost interpreter time."""


class Verb(Enum):
    """What a write does, in the order in which a group of writes is applied: keys are freed before they are taken."""

    DELETE = 0
    PUT = 1
    INSERT = 2


class Side(Struct, frozen=True):
    """The side table of a multikey index: (fields with one array element for `many`, row number), clustered."""

    name: str
    index: Index

    @property
    def many(self) -> str:
        """The array field."""
        return self.index.many or ""


class Table:
    """The names and expressions of one collection in SQL."""

    def __init__(self, collection: Collection[Document]) -> None:
        self.collection = collection
        self.name = collection.name
        self.indexes = (Index(("id",), unique=True), *declared(collection))
        self.literals = frozenset(test for index in self.indexes for test in index.where)
        self.written: dict[object, str] = {}
        """SQL of queries by what they have in common; values of one kind but of another number are another query."""
        self.fields: Mapping[str, Field] = fields(collection.type)
        self.decoder = msgspec.json.Decoder(list[collection.type])  # type: ignore[name-defined]  # a type made at run time
        self.columns = {field: _column(self.fields[field]) for field in self._computed()}
        self.names = {column: field for field, column in self.columns.items()}
        self.sides = {index: Side(f"{self.name}@{_label(index)}", index) for index in self.indexes if index.many}
        self.named = dict(self._named())
        self._statements: dict[tuple[Verb, int], str] = {}

    def statement(self, verb: Verb, rows: int) -> str:
        """Write many documents with one statement, prepared once for each number of rows."""
        sql = self._statements.get((verb, rows))
        if sql is None:
            sql = self._statements[verb, rows] = self._write(verb, rows)
        return sql

    def _write(self, verb: Verb, rows: int) -> str:
        match verb:
            case Verb.INSERT:
                return f'INSERT INTO "{self.name}"(_doc) VALUES {",".join([TEXT] * rows)}'
            case Verb.PUT if rows == 1:
                return f'UPDATE "{self.name}" SET _doc = {TEXT} WHERE "id" = ? AND "version" = ?'
            case Verb.PUT:
                return (
                    f'UPDATE "{self.name}" SET _doc = CAST(v.column1 AS TEXT) FROM (VALUES {_rows(rows, 3)}) AS v '
                    'WHERE "id" = v.column2 AND "version" = v.column3'
                )
            case Verb.DELETE if rows == 1:
                return f'DELETE FROM "{self.name}" WHERE "id" = ? AND "version" = ?'
            case Verb.DELETE:
                return (
                    f'DELETE FROM "{self.name}" WHERE _n IN (SELECT t._n FROM (VALUES {_rows(rows, 2)}) AS v '
                    f'CROSS JOIN "{self.name}" AS t ON t."id" = v.column1 AND t."version" = v.column2)'
                )

    def ref(self, field: str, row: str = "t") -> str:
        """Name a field's value in row `row`: its virtual column, or the expression where no index needs it."""
        column = self.columns.get(field)
        return f'{row}."{column}"' if column else expression(self.fields[field], f"{row}._doc")

    def _computed(self) -> list[str]:
        used = [name for index in self.indexes for name in index.fields if name != index.many]
        used += [test.field for index in self.indexes for test in index.where]
        return list(dict.fromkeys(["id", "version", *used]))

    def column_sql(self, field: str) -> str:
        """Define the virtual column of a field."""
        return f'"{self.columns[field]}" AS ({expression(self.fields[field], "_doc")}) VIRTUAL'

    def create_sql(self) -> str:
        """Define the table."""
        columns = ", ".join(self.column_sql(field) for field in self.columns)
        return f'CREATE TABLE "{self.name}"(_n INTEGER PRIMARY KEY, _doc TEXT NOT NULL, {columns})'

    def index_sql(self) -> Iterator[tuple[str, str]]:
        """Name and define every plain index."""
        yield from self.named.values()

    def _named(self) -> Iterator[tuple[Index, tuple[str, str]]]:
        for index in self.indexes:
            if index.many:
                continue
            name = f"{self.name}#{_label(index)}"
            kind = "UNIQUE INDEX" if index.unique else "INDEX"
            keys = ", ".join(f'"{self.columns[field]}"' for field in index.fields)
            yield index, (name, f'CREATE {kind} {quoted(name)} ON "{self.name}"({keys}){self._where(index, "")}')

    def _where(self, index: Index, row: str) -> str:
        tests = " AND ".join(self.literal(test, row) for test in index.where)
        return f" WHERE {tests}" if tests else ""

    def literal(self, test: Eq | Present, row: str = "t.") -> str:
        """Write a test of a partial index, always the same way: SQLite compares the text."""
        column = f'{row}"{self.columns[test.field]}"'
        return f"{column} IS NOT NULL" if isinstance(test, Present) else f"{column} = {constant(test.value)}"

    def side_sql(self, side: Side) -> Iterator[tuple[str, str, str]]:
        """Kind, name and definition of a side table and of the triggers that keep it in step."""
        keys = ", ".join(f'"{field}"' for field in side.index.fields)
        table = quoted(side.name)
        yield "table", side.name, f"CREATE TABLE {table}({keys}, n, PRIMARY KEY({keys}, n)) WITHOUT ROWID"
        add, remove = self.fill_sql(side, "NEW"), self._unfill_sql(side)
        watched = dict.fromkeys([*side.index.fields, *(test.field for test in side.index.where)])
        changed = " OR ".join(
            f"{self._value(field, side, 'OLD')} IS NOT {self._value(field, side, 'NEW')}" for field in watched
        )
        for event, body in (
            ("INSERT", add),
            ("DELETE", remove),
            (f'UPDATE OF _doc ON "{self.name}" WHEN {changed}', f"{remove}; {add}"),
        ):
            name = f"{side.name}:{event[:6].lower()}"
            head = event if " " in event else f'{event} ON "{self.name}"'
            yield "trigger", name, f"CREATE TRIGGER {quoted(name)} AFTER {head} BEGIN {body}; END"

    def fill_sql(self, side: Side, row: str) -> str:
        """Write the side rows of `row` (NEW in a trigger)."""
        values = ", ".join("each.value" if f == side.many else self.side_ref(f, row) for f in side.index.fields)
        source = f"json_each({row}._doc, '$.{self.fields[side.many].key}') AS each"
        if row != "NEW":
            source = f'"{self.name}" AS {row}, {source}'
        where = self._where(side.index, f"{row}.").replace(" WHERE ", " AND ", 1)
        return (
            f"INSERT OR IGNORE INTO {quoted(side.name)} SELECT {values}, {row}._n FROM {source} "
            f"WHERE each.value IS NOT NULL{where}"
        )

    def _unfill_sql(self, side: Side) -> str:
        source = f"json_each(OLD._doc, '$.{self.fields[side.many].key}')"
        tests = [
            f'"{f}" IN (SELECT value FROM {source})' if f == side.many else f'"{f}" = {self.side_ref(f, "OLD")}'
            for f in side.index.fields
        ]
        return f"DELETE FROM {quoted(side.name)} WHERE {' AND '.join(tests)} AND n = OLD._n"

    def side_ref(self, field: str, row: str) -> str:
        """Name a field's value as a side table holds it."""
        return f"coalesce({self.ref(field, row)}, {LEAST})"

    def _value(self, field: str, side: Side, row: str) -> str:
        if field == side.many:
            return f"json_extract({row}._doc, '$.{self.fields[field].key}')"
        return self.ref(field, row)


def expression(field: Field, doc: str) -> str:
    """Take a field out of a JSON document; moments are brought to one length and to UTC."""
    value = f"json_extract({doc}, '$.{field.key}')"
    if not field.time:
        return value
    return (
        f"CASE length({value}) WHEN 27 THEN {value} WHEN 20 THEN substr({value}, 1, 19) || '.000000Z' "
        f"ELSE strftime('%Y-%m-%dT%H:%M:%f000Z', {value}) END"
    )


def _rows(rows: int, width: int) -> str:
    return ",".join([f"({','.join('?' * width)})"] * rows)


def _column(field: Field) -> str:
    """Another expression is another name, so that an upgrade sees it."""
    return f"{field.name}:time" if field.time else field.name


def _label(index: Index) -> str:
    tests = ",".join(
        f"{test.field}?" if isinstance(test, Present) else f"{test.field}={test.value}" for test in index.where
    )
    return "+".join(index.fields) + (f"|{tests}" if tests else "")


def constant(value: Value) -> str:
    """Write a value as an SQL literal."""
    if isinstance(value, bool):
        return str(int(value))
    if isinstance(value, int | float):
        return repr(value)
    return "'" + str(value).replace("'", "''") + "'"


def quoted(name: str) -> str:
    """Write a name as an SQL identifier."""
    return '"' + name.replace('"', '""') + '"'
