"""The one writer: whatever waits goes into one transaction, and all of it is told together after the fsync."""

import asyncio
import queue
import sqlite3
import threading
from collections.abc import Callable, Iterable, Sequence

from hub.errors import Conflict, HubError, TryLater
from hub.store.port import Delete, Insert, Put, Write
from hub.store.sqlite.table import Table

Line = tuple[Table, str, tuple[str | int, ...], str]
"""One write as SQL: its table, the statement, the parameters, the document's id."""
MOST = 512


def line(table: Table, write: Write, encoded: str) -> Line:
    """Turn a write into its statement; `encoded` is the document's JSON (unused by a Delete)."""
    doc = write.doc
    match write:
        case Insert():
            return table, table.insert, (encoded,), doc.id
        case Put():
            return table, table.update, (encoded, doc.id, doc.version - 1), doc.id
        case Delete():
            return table, table.delete, (doc.id, doc.version), doc.id


class Commit:
    """One call of `commit`: what to write, who waits for it, and how it ended."""

    __slots__ = ("error", "future", "lines", "writes")

    def __init__(self, future: asyncio.Future[None], writes: Sequence[Write], lines: Sequence[Line]) -> None:
        self.future = future
        self.writes = writes
        self.lines = lines
        self.error: BaseException | None = None


class Writer(threading.Thread):
    """Drains the queue, applies, commits, reports. Ends after `stop`, when everything accepted is written."""

    def __init__(self, connection: sqlite3.Connection, report: Callable[[list[Commit]], None]) -> None:
        super().__init__(name="store-writer", daemon=True)
        self._connection = connection
        self._report = report
        self._queue: queue.SimpleQueue[Commit | None] = queue.SimpleQueue()

    def put(self, commit: Commit) -> None:
        """Accept a commit."""
        self._queue.put(commit)

    def stop(self) -> None:
        """Let the thread end after what it has accepted."""
        self._queue.put(None)

    def run(self) -> None:
        """Take batches until told to stop."""
        while batch := self._next():
            self._write(batch)
            self._report(batch)
        self._connection.close()

    def _next(self) -> list[Commit]:
        first = self._queue.get()
        batch = [first] if first else []
        while first and len(batch) < MOST:
            try:
                more = self._queue.get_nowait()
            except queue.Empty:
                break
            if more is None:
                self.stop()
                break
            batch.append(more)
        return batch

    def _write(self, batch: list[Commit]) -> None:
        try:
            self._connection.execute("BEGIN IMMEDIATE")
            apply(self._connection, batch)
            self._connection.execute("COMMIT")
        except Exception as error:  # noqa: BLE001 - the edge of the loop: everyone who waits must hear of it
            lost = _reason(error)
            for commit in batch:
                commit.error = lost
            self._roll_back()

    def _roll_back(self) -> None:
        if self._connection.in_transaction:
            try:
                self._connection.execute("ROLLBACK")
            except sqlite3.Error:
                # A full disk may have ended the transaction already; the next BEGIN shows whether the file works.
                return


def _reason(error: Exception) -> Exception:
    if not isinstance(error, sqlite3.Error):
        return error
    return TryLater(
        "The database could not write",
        reason=str(error),
        code=getattr(error, "sqlite_errorname", ""),
        hint="Look at free space and health of the disk that holds the data folder.",
    )


def apply(connection: sqlite3.Connection, batch: list[Commit]) -> None:
    """Apply every commit; those that lose get their `error`, and leave no trace."""
    single: dict[Table, list[Commit]] = {}
    for commit in batch:
        if len(commit.lines) == 1 and commit.lines[0][1] is commit.lines[0][0].insert:
            single.setdefault(commit.lines[0][0], []).append(commit)
        else:
            _apply(connection, commit, alone=len(commit.lines) == 1)
    for table, commits in single.items():
        for part in _powers(commits):
            _insert(connection, table, part)


def _apply(connection: sqlite3.Connection, commit: Commit, *, alone: bool) -> None:
    if alone:
        commit.error = _run(connection, commit.lines)
        return
    connection.execute("SAVEPOINT one")
    commit.error = _run(connection, commit.lines)
    if commit.error:
        connection.execute("ROLLBACK TO one")
    connection.execute("RELEASE one")


def _run(connection: sqlite3.Connection, lines: Sequence[Line]) -> HubError | None:
    for table, sql, parameters, id in lines:
        try:
            done = connection.execute(sql, parameters).rowcount
        except sqlite3.IntegrityError as error:
            return taken(table, id, error)
        if done != 1:
            return Conflict("The document was changed since it was read", collection=table.name, id=id)
    return None


def _powers(commits: list[Commit]) -> Iterable[list[Commit]]:
    """Cut into parts of 256, 128, ... 1: few statements, each prepared once."""
    start = 0
    while start < len(commits):
        size = min(256, 1 << ((len(commits) - start).bit_length() - 1))
        yield commits[start : start + size]
        start += size


def _insert(connection: sqlite3.Connection, table: Table, commits: list[Commit]) -> None:
    """Insert many with one statement; when one of them loses, halve until it stands alone."""
    try:
        sql = table.insert + ",(?)" * (len(commits) - 1)
        connection.execute(sql, [commit.lines[0][2][0] for commit in commits])
    except sqlite3.IntegrityError as error:
        if len(commits) == 1:
            commits[0].error = taken(table, commits[0].lines[0][3], error)
            return
        middle = len(commits) // 2
        _insert(connection, table, commits[:middle])
        _insert(connection, table, commits[middle:])


def taken(table: Table, id: str, error: sqlite3.IntegrityError) -> Conflict:
    """Say which unique index refused: SQLite names its columns, "UNIQUE constraint failed: jobs.lane, jobs.seq"."""
    columns = str(error).partition(": ")[2].split(", ")
    index = tuple(table.names.get(column.partition(".")[2], column) for column in columns)
    return Conflict("A unique key is taken", collection=table.name, id=id, index=index)
