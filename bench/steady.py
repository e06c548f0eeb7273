"""Calls at a steady rate, as a process of its own, timed from the moment each was due: no slow answer delays another.

python -m bench.steady PORT PER_SECOND CALLS > steadied.json

CALLS is a file of whole requests as a MessagePack array. They are made beforehand and once for all rounds: signing them
costs more than sending them, and where processor time is rationed it would be taken from what is measured.
"""

import asyncio
import sys
import time
from array import array
from collections import Counter, deque
from collections.abc import Sequence
from pathlib import Path
from typing import cast

import msgspec
import uvloop
from msgspec import Struct

from bench.figure import percentile

HEAD = b"\r\n\r\n"
LINES = 64
"""Connections; more are opened when all are in use."""


class Steadied(Struct, frozen=True, kw_only=True):
    """What came of it: answers by status, and latencies in milliseconds."""

    statuses: dict[str, int]
    p50: float
    p99: float
    worst: float


class Line(asyncio.Protocol):
    """One connection: takes a call, and goes back to the free ones with its answer."""

    def __init__(self, load: "Load") -> None:
        self._load = load
        self._due = 0.0
        self._buffer = b""
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Be free."""
        self._transport = cast("asyncio.Transport", transport)  # uvloop's own are not registered as one
        self._load.free(self)

    def take(self, due: float, request: bytes) -> None:
        """Send a call that was due at a moment."""
        self._due = due
        if self._transport:
            self._transport.write(request)

    def data_received(self, data: bytes) -> None:
        """Take the answer; those of the hub are short and come whole, or nearly."""
        self._buffer += data
        head, found, body = self._buffer.partition(HEAD)
        if not found or len(body) < _length(head):
            return
        self._buffer = b""
        self._load.answered(head[9:12].decode(), self._due)
        self._load.free(self)


class Load:
    """The calls that wait for a free line, and what came of those that left."""

    def __init__(self) -> None:
        self.statuses: Counter[str] = Counter()
        self.took = array("d")
        self._idle: deque[Line] = deque()
        self._waiting: deque[tuple[float, bytes]] = deque()

    def free(self, line: Line) -> None:
        """Give a line the next call, or keep it."""
        if self._waiting:
            line.take(*self._waiting.popleft())
        else:
            self._idle.append(line)

    def send(self, due: float, request: bytes) -> None:
        """Send a call now, or as soon as a line is free."""
        if self._idle:
            self._idle.popleft().take(due, request)
        else:
            self._waiting.append((due, request))

    def answered(self, status: str, due: float) -> None:
        """Count an answer."""
        self.statuses[status] += 1
        self.took.append(time.perf_counter() - due)


def _length(head: bytes) -> int:
    lower = head.lower()
    at = lower.find(b"content-length:")
    return int(lower[at + 15 :].split(b"\r\n", 1)[0]) if at >= 0 else 0


async def steady(port: int, per_second: int, made: Sequence[bytes]) -> Steadied:
    """Make these calls at the rate, then wait for the last answers."""
    load, loop = Load(), asyncio.get_running_loop()
    for _ in range(LINES):
        await loop.create_connection(lambda: Line(load), "127.0.0.1", port)
    begun = time.perf_counter()
    for number, request in enumerate(made):
        due = begun + number / per_second
        if (wait := due - time.perf_counter()) > 0:
            await asyncio.sleep(wait)
        load.send(due, request)
    for _ in range(300):
        if load.statuses.total() >= len(made):
            break
        await asyncio.sleep(0.1)
    load.statuses["none"] = len(made) - load.statuses.total()
    took = load.took or array("d", [0.0])
    return Steadied(
        statuses=dict(load.statuses), p50=percentile(took, 0.5) * 1000, p99=percentile(took, 0.99) * 1000,
        worst=max(took) * 1000,
    )  # fmt: skip


if __name__ == "__main__":
    calls = msgspec.msgpack.decode(Path(sys.argv[3]).read_bytes(), type=list[bytes])
    told = uvloop.run(steady(int(sys.argv[1]), int(sys.argv[2]), calls))
    sys.stdout.buffer.write(msgspec.json.encode(told))
