"""The load of the ingest figure, as a process of its own: so many connections, each sends as soon as it is answered.

    python -m bench.press < order.json > pressed.json

Requests are signed and encoded before the clock starts; one protocol object a connection, no streams, no parsing
beyond the status line and the length: the client must not be what is measured.
"""

import asyncio
import sys
import time
from array import array
from collections import Counter
from collections.abc import Iterator
from typing import cast

import msgspec
import uvloop
from msgspec import Struct

from bench.console import posts
from bench.figure import percentile

HEAD = b"\r\n\r\n"
LENGTH = b"content-length:"


class Order(Struct, frozen=True, kw_only=True):
    """What to send where. `signing` is empty for the floor, which does not verify."""

    port: int
    path: str
    signing: str
    run: str
    connections: int
    seconds: float
    most: int


class Pressed(Struct, frozen=True, kw_only=True):
    """What came of it: answers by status, and latencies in milliseconds."""

    seconds: float
    statuses: dict[str, int]
    p50: float
    p99: float

    @property
    def good(self) -> int:
        """Count the answers 200."""
        return self.statuses.get("200", 0)

    @property
    def rate(self) -> float:
        """Return good answers a second."""
        return self.good / self.seconds


class Tally:
    """Shared by all connections of a run."""

    def __init__(self, requests: Iterator[bytes]) -> None:
        self.requests = requests
        self.statuses: Counter[str] = Counter()
        self.took = array("d")
        self.open = True


class Caller(asyncio.Protocol):
    """One connection: write a request, wait for its answer, write the next."""

    def __init__(self, tally: Tally) -> None:
        self._tally = tally
        self._buffer = b""
        self._begun = 0.0
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Send the first request."""
        self._transport = cast("asyncio.Transport", transport)  # uvloop's own are not registered as one
        self._next()

    def data_received(self, data: bytes) -> None:
        """Count an answer that is complete, and go on."""
        self._buffer = self._buffer + data if self._buffer else data
        head = self._buffer.find(HEAD)
        if head < 0 or len(self._buffer) < head + 4 + _length(self._buffer[:head]):
            return
        tally = self._tally
        if tally.open:
            tally.took.append(time.perf_counter() - self._begun)
            tally.statuses[self._buffer[9:12].decode()] += 1
        self._buffer = b""
        self._next()

    def connection_lost(self, exc: Exception | None) -> None:
        """Tell of a connection that was cut."""
        if self._tally.open:
            self._tally.statuses["cut"] += 1

    def _next(self) -> None:
        request = next(self._tally.requests, None)
        if request is None or not self._tally.open or self._transport is None:
            return
        self._begun = time.perf_counter()
        self._transport.write(request)


def _length(head: bytes) -> int:
    lower = head.lower()
    at = lower.find(LENGTH)
    return int(lower[at + len(LENGTH) :].split(b"\r\n", 1)[0]) if at >= 0 else 0


async def press(order: Order) -> Pressed:
    """Send for so long, and count."""
    made = list(posts(order.path, order.signing, order.run, order.most))
    tally = Tally(iter(made))
    loop = asyncio.get_running_loop()
    begun = time.perf_counter()
    for _ in range(order.connections):
        await loop.create_connection(lambda: Caller(tally), "127.0.0.1", order.port)
    await asyncio.sleep(order.seconds)
    tally.open = False
    seconds = time.perf_counter() - begun
    took = tally.took or array("d", [0.0])
    return Pressed(
        seconds=seconds, statuses=dict(tally.statuses), p50=percentile(took, 0.5) * 1000,
        p99=percentile(took, 0.99) * 1000,
    )  # fmt: skip


if __name__ == "__main__":
    ordered = msgspec.json.decode(sys.stdin.buffer.read(), type=Order)
    sys.stdout.buffer.write(msgspec.json.encode(uvloop.run(press(ordered))))
