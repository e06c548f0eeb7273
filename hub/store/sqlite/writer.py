"""The one writer: whatever waits goes into one transaction, and all of it is told together after the fsync."""

import asyncio
import queue
import sqlite3
import threading
from collections.abc import Callable, Iterator, Sequence

from hub.errors import Conflict, HubError, TryLater
from hub.store.port import Delete, Insert, Put, Write
from hub.store.sqlite.checkpoint import Checkpoints
from hub.store.sqlite.table import Table, Verb

Line = tuple[Table, Verb, tuple[bytes | str | int, ...], str]
"""One write on its way: its table, what it does, the parameters, the document's id."""
MOST = 512
WIDEST = 128


def line(table: Table, write: Write, encoded: bytes) -> Line:
    """Turn a write into its parameters; `encoded` is the document's JSON (unused by a Delete)."""
    doc = write.doc
    match write:
        case Insert():
            return table, Verb.INSERT, (encoded,), doc.id
        case Put():
            return table, Verb.PUT, (encoded, doc.id, doc.version - 1), doc.id
        case Delete():
            return table, Verb.DELETE, (doc.id, doc.version), doc.id


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

    def __init__(
        self, connection: sqlite3.Connection, report: Callable[[list[Commit]], None], checkpoints: Checkpoints
    ) -> None:
        super().__init__(name="store-writer", daemon=True)
        self._connection = connection
        self._report = report
        self._checkpoints = checkpoints
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
            self._checkpoints.count(sum(len(commit.lines) for commit in batch))
        self._checkpoints.stop()
        self._checkpoints.join()
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
            if len(batch) == 1 and len(batch[0].lines) == 1:
                batch[0].error = _run(self._connection, batch[0].lines)  # one statement is a transaction by itself
                return
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
    """Apply every commit; those that lose get their `error`, and leave no trace.

    First all together, a statement for each table and verb: few statements mean few waits for the interpreter lock.
    When anything loses, that is undone, and each commit is tried by itself.
    """
    if len(batch) > 1:
        connection.execute("SAVEPOINT many")
        if _together(connection, batch):
            return
        connection.execute("ROLLBACK TO many")
    single: dict[Table, list[Commit]] = {}
    for commit in batch:
        table, verb, _, _ = commit.lines[0]
        if len(commit.lines) == 1 and verb is Verb.INSERT:
            single.setdefault(table, []).append(commit)
        else:
            _alone(connection, commit)
    for table, commits in single.items():
        for start, stop in _powers(len(commits)):
            _insert(connection, table, commits[start:stop])


def _together(connection: sqlite3.Connection, batch: list[Commit]) -> bool:
    """Apply all writes of all commits, and say whether every one of them won."""
    groups: dict[tuple[Table, Verb], list[tuple[bytes | str | int, ...]]] = {}
    for commit in batch:
        for table, verb, parameters, _ in commit.lines:
            groups.setdefault((table, verb), []).append(parameters)
    for table, verb in sorted(groups, key=lambda group: group[1].value):
        rows = groups[table, verb]
        for start, stop in _powers(len(rows)):
            values = [value for row in rows[start:stop] for value in row]
            try:
                done = connection.execute(table.statement(verb, stop - start), values).rowcount
            except sqlite3.IntegrityError:
                return False
            if done != stop - start:
                return False
    return True


def _alone(connection: sqlite3.Connection, commit: Commit) -> None:
    connection.execute("SAVEPOINT one")
    commit.error = _run(connection, commit.lines)
    if commit.error:
        connection.execute("ROLLBACK TO one")
    connection.execute("RELEASE one")


def _run(connection: sqlite3.Connection, lines: Sequence[Line]) -> HubError | None:
    for table, verb, parameters, id in lines:
        try:
            done = connection.execute(table.statement(verb, 1), parameters).rowcount
        except sqlite3.IntegrityError as error:
            return taken(table, id, error)
        if done != 1:
            return Conflict("The document was changed since it was read", collection=table.name, id=id)
    return None


def _powers(length: int) -> Iterator[tuple[int, int]]:
    """Cut into parts of 128, 64, ... 1: few statements, each prepared once."""
    start = 0
    while start < length:
        size = min(WIDEST, 1 << ((length - start).bit_length() - 1))
        yield start, start + size
        start += size


def _insert(connection: sqlite3.Connection, table: Table, commits: list[Commit]) -> None:
    """Insert many with one statement; when one of them loses, halve until it stands alone."""
    try:
        sql = table.statement(Verb.INSERT, len(commits))
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
