"""The store port over one SQLite file: what the caller sees.

SQL is made in `query` and `table`, run in `reader` and `writer`.
"""

import asyncio
import os
import queue
import sqlite3
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TypeVar, cast

import structlog

from hub.errors import HubError, TryLater
from hub.store import fields
from hub.store.fields import empty
from hub.store.port import By, Collection, D, Delete, Document, Has, Test, Value, Watcher, Write
from hub.store.serving import serving, unindexed
from hub.store.sqlite import query, reader, schema
from hub.store.sqlite.checkpoint import Checkpoints
from hub.store.sqlite.lock import Lock
from hub.store.sqlite.query import Query
from hub.store.sqlite.reader import Reader, Task
from hub.store.sqlite.table import Table
from hub.store.sqlite.writer import Commit, Writer, line

logger = structlog.get_logger(__name__)
R = TypeVar("R")
PRAGMAS = (
    "busy_timeout=5000",
    "journal_mode=WAL",
    "synchronous=FULL",
    "wal_autocheckpoint=16000",
    "journal_size_limit=67108864",
    "secure_delete=FAST",
    "temp_store=MEMORY",
    "cache_size=-16000",
)
SWITCH = 0.0002
"""Seconds a busy event loop may keep the interpreter from the threads here; they need it several times in a commit.

Beside a saturated loop a commit of three writes took 50 to 120 ms with Python's own 5 ms, and a tenth of it with this.
"""
RARE = 5000
"""How far the values of an array test are counted to find the rarest."""


class SqliteStore:
    """SQLite in this process: durable by WAL with `synchronous=FULL`, quick by group commit.

    `checked` asks for the plan of every new query and raises `Unindexed` when it scans: for tests.
    """

    def __init__(self, path: Path, readers: int = 2, *, checked: bool = False) -> None:
        self._path = path
        self._lock = Lock(path)
        self._count = readers
        self._checked = checked
        self._proved: set[str] = set()
        self._tables: dict[str, Table] = {}
        self._watchers: list[Watcher] = []
        self._tasks: queue.SimpleQueue[Task | None] = queue.SimpleQueue()
        self._readers: list[Reader] = []
        self._writer: Writer | None = None
        self._loop: asyncio.AbstractEventLoop | None = None

    async def open(self, collections: Sequence[Collection[Document]]) -> None:
        """See the port. Raises `HubError` when another process has the file."""
        self._loop = asyncio.get_running_loop()
        sys.setswitchinterval(min(SWITCH, sys.getswitchinterval()))
        self._tables = {one.name: Table(one) for one in collections}
        await asyncio.to_thread(self._open)

    def _open(self) -> None:
        self._path.parent.mkdir(parents=True, exist_ok=True)
        self._lock.take()
        try:
            connection = _connect(self._path)
            schema.upgrade(connection, self._tables.values())
            _sync_folder(self._path.parent)
            checkpoints = Checkpoints(_connect(self._path))
            self._writer = Writer(connection, self._report, checkpoints)
            self._readers = [Reader(_connect(self._path, read=True), self._tasks) for _ in range(self._count)]
        except BaseException:
            self._lock.release()
            raise
        for thread in (checkpoints, self._writer, *self._readers):
            thread.start()

    async def close(self) -> None:
        """See the port."""
        writer, self._writer = self._writer, None
        if writer is None:
            return
        writer.stop()
        for _ in self._readers:
            self._tasks.put(None)
        for thread in (*self._readers, writer):
            await asyncio.to_thread(thread.join)
        self._lock.release()

    async def ping(self) -> None:
        """See the port."""
        await self._ask(lambda connection: connection.execute("SELECT 1").fetchone())

    async def get(self, collection: Collection[D], id: str) -> D | None:
        """See the port."""
        found = await self.get_many(collection, (id,))
        return found[0] if found else None

    async def get_many(self, collection: Collection[D], ids: Sequence[str]) -> list[D]:
        """See the port."""
        if not ids:
            return []
        made = query.get(self._table(collection), list(dict.fromkeys(ids)))
        found = {doc.id: doc for doc in await self._documents(collection, lambda _: made)}
        return [found[id] for id in ids if id in found]

    async def find(
        self,
        collection: Collection[D],
        *where: Test,
        order: Sequence[By] = (),
        limit: int = 50,
        after: Sequence[Value] | None = None,
    ) -> list[D]:
        """See the port."""
        table = self._table(collection)
        made = query.find(table, where, order, limit, after)
        self._require_index(table, where, order)
        if empty(where, limit):
            return []
        counts = query.rarity(table, where, order, RARE)
        if counts is None:
            return await self._documents(collection, lambda _: made)
        test, counting = counts

        def rarest_first(connection: sqlite3.Connection) -> Query:
            rarity = {value: self._one(connection, each) for value, each in zip(test.values, counting, strict=True)}
            values = tuple(sorted(test.values, key=lambda value: cast("int", rarity[value])))
            tests = [Has(test.field, values) if one is test else one for one in where]
            return query.find(table, tests, order, limit, after)

        return await self._documents(collection, rarest_first)

    async def count(self, collection: Collection[D], *where: Test, limit: int) -> int:
        """See the port."""
        table = self._table(collection)
        made = query.count(table, where, limit)
        self._require_index(table, where, ())
        if empty(where, limit):
            return 0
        return await self._ask(lambda connection: cast("int", self._one(connection, made)))

    async def explain(self, collection: Collection[D], *where: Test, order: Sequence[By] = ()) -> list[str]:
        """Return the steps of SQLite's plan for a `find`."""
        made = query.find(self._table(collection), where, order, 50, None)
        return await self._ask(lambda connection: reader.plan(connection, made))

    async def commit(self, *writes: Write) -> None:
        """See the port. A full or failing disk raises `TryLater`, and nothing was written."""
        if not writes:
            return
        lines = [
            line(self._table(write.collection), write, b"" if type(write) is Delete else fields.as_json(write.doc))
            for write in writes
        ]
        if self._writer is None or self._loop is None:
            raise _closed()
        future = self._loop.create_future()
        self._writer.put(Commit(future, writes, lines))
        await future

    def watch(self, watcher: Watcher) -> None:
        """See the port."""
        self._watchers.append(watcher)

    def _report(self, batch: list[Commit]) -> None:
        """Run by the writer after the fsync: hand the whole batch to the loop at once."""
        if self._loop is not None and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._tell, batch)

    def _tell(self, batch: list[Commit]) -> None:
        self._watch(tuple(write for commit in batch if commit.error is None for write in commit.writes))
        for commit in batch:
            if commit.future.done():
                continue  # the one who waited was cancelled; what is written stays
            if commit.error is None:
                commit.future.set_result(None)
            else:
                commit.future.set_exception(commit.error)

    def _watch(self, writes: Sequence[Write]) -> None:
        for watcher in self._watchers if writes else ():
            try:
                watcher(writes)
            except Exception:
                logger.exception("A watcher of the store failed")

    def _require_index(self, table: Table, where: Sequence[Test], order: Sequence[By]) -> None:
        """SQLite finds a way where MongoDB has none; what is tested here must run there."""
        if self._checked and serving(table.indexes, where, order) is None:
            raise unindexed(table.name, where, order)

    def _table(self, collection: Collection[D]) -> Table:
        try:
            return self._tables[collection.name]
        except KeyError:
            raise HubError("The store was opened without this collection", collection=collection.name) from None

    async def _documents(self, collection: Collection[D], make: Callable[[sqlite3.Connection], Query]) -> list[D]:
        def read(connection: sqlite3.Connection) -> list[D]:
            made = make(connection)
            joined = self._one(connection, made)
            return cast("list[D]", made.table.decoder.decode(b"[" + joined + b"]")) if joined else []  # type: ignore[operator]

        return await self._ask(read)

    def _one(self, connection: sqlite3.Connection, made: Query) -> object:
        if self._checked and made.sql not in self._proved:
            reader.check_plan(connection, made)
            self._proved.add(made.sql)
        row = connection.execute(made.sql, made.parameters).fetchone()
        return row[0] if row else None

    async def _ask(self, ask: Callable[[sqlite3.Connection], R]) -> R:
        if self._writer is None or self._loop is None:
            raise _closed()
        future: asyncio.Future[object] = self._loop.create_future()
        self._tasks.put((future, ask))
        return cast("R", await future)


def _closed() -> TryLater:
    return TryLater("The store is not open")


def _connect(path: Path, *, read: bool = False) -> sqlite3.Connection:
    connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False, cached_statements=512)
    for pragma in PRAGMAS:
        connection.execute(f"PRAGMA {pragma}")
    if read:
        connection.execute("PRAGMA query_only=ON")
        connection.text_factory = bytes
    return connection


def _sync_folder(folder: Path) -> None:
    """A new file is durable when its name is."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
