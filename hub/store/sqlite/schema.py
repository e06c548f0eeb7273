"""Bring a database file to what the collections declare: add what is missing, drop what is stale.

No document is read unless an index is new.
"""

import sqlite3
from collections.abc import Iterable

from hub.store.sqlite.table import Side, Table, quoted

Known = dict[tuple[str, str], str]


def upgrade(connection: sqlite3.Connection, tables: Iterable[Table]) -> None:
    """Make tables, columns, indexes and triggers; all or nothing."""
    connection.execute("BEGIN IMMEDIATE")
    try:
        for table in tables:
            _upgrade(connection, table)
    except BaseException:
        connection.execute("ROLLBACK")
        raise
    connection.execute("COMMIT")


def _upgrade(connection: sqlite3.Connection, table: Table) -> None:
    known = _known(connection, table)
    if ("table", table.name) not in known:
        connection.execute(table.create_sql())
    wanted = {("index", name): sql for name, sql in table.index_sql()}
    for side in table.sides.values():
        wanted |= {(kind, name): sql for kind, name, sql in table.side_sql(side)}
    stale = [key for key, sql in known.items() if key[1] != table.name and wanted.get(key) != sql]
    for kind, name in sorted(stale, key=lambda key: ("trigger", "index", "table").index(key[0])):
        connection.execute(f"DROP {kind} IF EXISTS {quoted(name)}")
        known.pop((kind, name))
    _columns(connection, table)
    for key, sql in wanted.items():
        if key not in known:
            connection.execute(sql)
    for side in table.sides.values():
        if ("table", side.name) not in known:
            _fill(connection, table, side)


def _known(connection: sqlite3.Connection, table: Table) -> Known:
    """Everything in the file that belongs to the collection, as it was defined."""
    rows = connection.execute("SELECT type, name, sql FROM sqlite_master WHERE sql IS NOT NULL").fetchall()
    mine = (f"{table.name}#", f"{table.name}@")
    return {(kind, name): sql for kind, name, sql in rows if name == table.name or name.startswith(mine)}


def _columns(connection: sqlite3.Connection, table: Table) -> None:
    """A virtual column is a line in the schema: adding or dropping one touches no row."""
    rows = connection.execute(f"PRAGMA table_xinfo({quoted(table.name)})").fetchall()
    there = {row[1] for row in rows} - {"_n", "_doc"}
    for column in there - set(table.names):
        connection.execute(f"ALTER TABLE {quoted(table.name)} DROP COLUMN {quoted(column)}")
    for field, column in table.columns.items():
        if column not in there:
            connection.execute(f"ALTER TABLE {quoted(table.name)} ADD COLUMN {table.column_sql(field)}")


def _fill(connection: sqlite3.Connection, table: Table, side: Side) -> None:
    connection.execute(table.fill_sql(side, "t"))
