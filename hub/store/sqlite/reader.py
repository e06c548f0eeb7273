"""Readers: threads with a connection each, fed from one queue, so that a slow disk never stops the event loop."""

import asyncio
import queue
import re
import sqlite3
import threading
from collections.abc import Callable
from typing import TypeVar

from hub.errors import TryLater
from hub.store.serving import unindexed
from hub.store.sqlite.query import Query

R = TypeVar("R")
Ask = Callable[[sqlite3.Connection], object]
Task = tuple["asyncio.Future[object]", Ask]
USING = re.compile(r"^(SEARCH|SCAN) (\S+)(?: USING (?:COVERING )?INDEX (.+?))?(?: \(.*)?$")


class Reader(threading.Thread):
    """One thread, one connection. Ends when it takes a None from the queue."""

    def __init__(self, connection: sqlite3.Connection, tasks: "queue.SimpleQueue[Task | None]") -> None:
        super().__init__(name="store-reader", daemon=True)
        self._connection = connection
        self._tasks = tasks

    def run(self) -> None:
        """Answer until told to stop."""
        while task := self._tasks.get():
            future, ask = task
            try:
                answer, error = ask(self._connection), None
            except Exception as raised:  # noqa: BLE001 - the edge of the loop: the one who asked must hear of it
                answer, error = None, _reason(raised)
            future.get_loop().call_soon_threadsafe(_tell, future, answer, error)
            del task, future, ask, answer, error  # an idle thread holds nothing
        self._connection.close()


def _tell(future: "asyncio.Future[object]", answer: object, error: Exception | None) -> None:
    if future.done():
        return  # the one who asked was cancelled
    if error:
        future.set_exception(error)
    else:
        future.set_result(answer)


def _reason(error: Exception) -> Exception:
    if isinstance(error, sqlite3.OperationalError):
        return TryLater("The database could not read", reason=str(error))
    return error


def plan(connection: sqlite3.Connection, query: Query) -> list[str]:
    """Ask SQLite how it would run a query."""
    rows = connection.execute(f"EXPLAIN QUERY PLAN {query.sql}", query.parameters).fetchall()
    return [row[3] if isinstance(row[3], str) else row[3].decode() for row in rows]


def check_plan(connection: sqlite3.Connection, query: Query) -> None:
    """Raise `Unindexed` when a query scans a table or sorts what no index has sorted."""
    steps = plan(connection, query)
    bad = [step for step in steps if _bad(step, query)]
    if bad:
        raise unindexed(query.table.name, query.where, (), plan=bad)


def _bad(step: str, query: Query) -> bool:
    if "TEMP B-TREE" in step:
        return True
    if not step.startswith("SCAN ") or "(subquery" in step or "VIRTUAL TABLE" in step:
        return False
    found = USING.match(step)
    name = found[3] if found else None
    walked = next((index for index, (key, _) in query.table.named.items() if key == name), None) if name else None
    # Walking an index from its end is fine when nothing has to be skipped.
    return walked is None or bool(set(query.where) - set(walked.where))
