"""Reads over the large store: the last 50 messages of a conversation, a page of a view, a search."""

import asyncio
import sqlite3
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from random import Random

from bench.figure import percentile
from hub.store.sqlite import SqliteStore
from server.collections import EVERYTHING
from server.engines import DATABASE

Act = Callable[[], Awaitable[object]]
PLAIN = 'SELECT "id" FROM conversations WHERE "state" = \'closed\''


@asynccontextmanager
async def opened(folder: Path) -> AsyncIterator[SqliteStore]:
    """Open the store as the hub does."""
    store = SqliteStore(folder / DATABASE)
    await store.open(EVERYTHING)
    try:
        yield store
    finally:
        await store.close()


def plain(folder: Path) -> sqlite3.Connection:
    """Open the same file with nothing in between."""
    connection = sqlite3.connect(f"file:{folder / DATABASE}?mode=ro", uri=True)
    connection.execute("PRAGMA cache_size=-16000")
    return connection


def some_conversations(connection: sqlite3.Connection, count: int) -> list[str]:
    """Return conversations to read: half of them any, half as likely as they are long."""
    random = Random(7)
    most = connection.execute("SELECT max(_n) FROM messages").fetchone()[0]
    lengthy = 'SELECT "conversation" FROM messages WHERE _n = ?'
    any_one = 'SELECT "id" FROM conversations WHERE _n = ?'
    all_of = connection.execute("SELECT max(_n) FROM conversations").fetchone()[0]
    return [
        connection.execute(lengthy if number % 2 else any_one, (random.randint(1, most if number % 2 else all_of),))
        .fetchone()[0]
        for number in range(count)
    ]  # fmt: skip


async def timed(acts: Sequence[Act]) -> list[float]:
    """Return how long each act took, one after the other, in milliseconds."""
    took = []
    for act in acts:
        begun = time.perf_counter()
        await act()
        took.append((time.perf_counter() - begun) * 1000)
        await asyncio.sleep(0)
    return took


def timed_plainly(connection: sqlite3.Connection, sql: str, rows: Sequence[Sequence[object]]) -> list[float]:
    """Return how long a bare SELECT with each of these parameters took, in milliseconds."""
    took = []
    for parameters in rows:
        begun = time.perf_counter()
        connection.execute(sql, parameters).fetchall()
        took.append((time.perf_counter() - begun) * 1000)
    return took


def p50_p99(took: Sequence[float]) -> tuple[float, float]:
    """Return the median and the 99th percentile."""
    return percentile(took, 0.5), percentile(took, 0.99)
