"""Durable inserts and handler-like commits on the embedded store: rate, latency, CPU, and what it costs the event loop.

python -m bench.store [seconds]
"""

from __future__ import annotations

import asyncio
import sys
import tempfile
import time
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec import Struct, structs

from conversations.model import CONVERSATIONS, MESSAGES, Author, AuthorKind, Conversation, Direction, Message, State
from hub.ids import new_id
from hub.model import Address, Text
from hub.store.port import Delete, Insert, put
from hub.store.sqlite import SqliteStore
from hub.work.jobs import JOBS, Kind

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

AT = datetime(2026, 11, 20, 9, 30, tzinfo=UTC)
COLLECTIONS = (JOBS, CONVERSATIONS, MESSAGES)
SECONDS = 3.0
NUMBERS = count()


class Body(Struct, frozen=True, kw_only=True):
    """What an inbound job carries."""

    text: str


KIND = Kind("bench", Body)
BODY = Body(text="你好，我想问一下订单什么时候发货？ hello " * 6)


async def insert_job(store: SqliteStore, number: int) -> None:
    """What ingest does: one job row, unique by key."""
    await store.commit(KIND.job(BODY, lane=f"lane{number % 997}", seq=number, at=AT, key=f"inbox:{new_id()}"))


async def handle(store: SqliteStore, number: int) -> None:
    """What a handler does: read a conversation, then append, change, and end the job in one commit."""
    id = f"conversation{number % 512}"
    job = KIND.job(BODY, lane=id, seq=number, at=AT)
    await store.commit(job)
    read = await store.get(CONVERSATIONS, id)
    assert read is not None
    changed = structs.replace(read, seq=read.seq + 1, last_at=AT, changed_at=AT)
    await store.commit(
        Insert(MESSAGES, message(f"{id}-{number}", number)), put(CONVERSATIONS, read, changed), Delete(JOBS, job.doc)
    )


def message(conversation: str, number: int) -> Message:
    """A message with a few search terms."""
    author = Author(kind=AuthorKind.CUSTOMER, id="p")
    return Message(
        id=new_id(), conversation=conversation, inbox="i", seq=number, direction=Direction.IN, author=author,
        parts=(Text(body=BODY.text),), at=AT, key=f"i:{new_id()}",
        terms=tuple(f"term{(number * step) % 5000}" for step in range(1, 9)),
    )  # fmt: skip


async def run(
    store: SqliteStore, work: Callable[[SqliteStore, int], Awaitable[None]], workers: int, seconds: float
) -> str:
    """Let `workers` tasks do it again and again."""
    stop = time.perf_counter() + seconds
    times: list[float] = []

    async def worker() -> None:
        while (start := time.perf_counter()) < stop:
            await work(store, next(NUMBERS))
            times.append(time.perf_counter() - start)

    cpu, loop_cpu, began = time.process_time(), time.thread_time(), time.perf_counter()
    await asyncio.gather(*(worker() for _ in range(workers)))
    spent, loop_spent, wall = time.process_time() - cpu, time.thread_time() - loop_cpu, time.perf_counter() - began
    times.sort()
    p50, p99 = times[len(times) // 2] * 1e3, times[len(times) * 99 // 100] * 1e3
    each, on_loop = spent / len(times) * 1e6, loop_spent / len(times) * 1e6
    return f"{len(times) / wall:8.0f}/s  p50 {p50:7.2f}  p99 {p99:7.2f} ms  cpu {each:6.1f}  loop {on_loop:6.1f} us"


async def main(seconds: float) -> None:
    """Print the table."""
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        store = SqliteStore(Path(folder) / "hub.db")
        await store.open(COLLECTIONS)
        for n in range(512):
            await store.commit(Insert(CONVERSATIONS, conversation(n)))
        for work in (insert_job, handle):
            for workers in (1, 64, 256):
                print(f"{work.__name__:12} {workers:4}  {await run(store, work, workers, seconds)}", flush=True)
        await store.close()


def conversation(number: int) -> Conversation:
    """A conversation to be changed."""
    return Conversation(
        id=f"conversation{number}", inbox="i", address=Address(channel="bench", user=f"{number}"), profile=f"{number}",
        state=State.BOT, last_at=AT, opened_at=AT, changed_at=AT,
    )  # fmt: skip


if __name__ == "__main__":
    asyncio.run(main(float(sys.argv[1]) if len(sys.argv) > 1 else SECONDS))
