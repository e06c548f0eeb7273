"""Visitors who write and agents who read, as a process of its own: from the frame written to the frame read.

    python -m bench.talk < order.json > heard.json

Open loop: a message is due at its time, whether the one before was answered or not, so that a slow hub cannot hide.
"""

import asyncio
import sys
import time
from array import array

import msgspec
import uvloop
from msgspec import Struct

from bench.wire import Wire, connect

MARK = b'"body":"#'
LINGER = 3.0
PER_ADDRESS = 100
PATIENCE = 60.0


class Talk(Struct, frozen=True, kw_only=True):
    """Who connects where, and how fast they write. Without agents the visitors hear their own words (the floor)."""

    port: int
    visitor_paths: list[str]
    visitor_headers: list[list[str]]
    agent_path: str = ""
    agent_headers: list[list[str]] = []
    rate: int
    seconds: float
    hello: str = ""


class Heard(Struct, frozen=True, kw_only=True):
    """Milliseconds from every message to every agent who was shown it, and how many messages nobody was shown."""

    took: list[float]
    sent: int
    unheard: int
    late: float
    """Milliseconds by which the writer itself was behind, at worst."""


class Room:
    """Everybody in the process, and the clock they share."""

    def __init__(self, order: Talk) -> None:
        self.order = order
        self.visitors: list[Wire] = []
        self.sent: dict[int, float] = {}
        self.seen: set[int] = set()
        self.known: set[int] = set()
        self.took = array("d")

    def hear(self, wire: Wire, frame: bytes) -> None:
        """An agent, or the echo, was shown something."""
        at = time.perf_counter()
        place = frame.find(MARK)
        if place < 0 or (b'"message"' not in frame[:60] and self.order.agent_path):
            return
        number = int(frame[place + len(MARK) :].split(b"#", 1)[0])
        self.known.add(number)
        if number in self.sent:
            self.seen.add(number)
            self.took.append((at - self.sent[number]) * 1000)

    def deaf(self, wire: Wire, frame: bytes) -> None:
        """A visitor is answered."""

    async def enter(self) -> None:
        """Open every socket, and let every visitor begin a conversation."""
        order = self.order
        for headers in order.agent_headers:
            agent = await connect(order.port, order.agent_path, headers, self.hear)
            agent.say(b'{"type":"ping"}')
        hear = self.deaf if order.agent_path else self.hear
        for number, headers in enumerate(order.visitor_headers):
            source = f"127.2.0.{number // PER_ADDRESS + 1}"
            visitor = await connect(order.port, order.visitor_paths[number], headers, hear, source)
            if order.hello:
                visitor.say(order.hello.encode())
            self.visitors.append(visitor)
        for number in range(len(self.visitors)):
            self._write(number, -1 - number)
            await asyncio.sleep(0.01)
        await self._until_known()

    async def talk(self) -> float:
        """Write at the rate; returns how late the writer was at worst, in seconds."""
        begun, late = time.perf_counter() + 0.1, 0.0
        for number in range(int(self.order.rate * self.order.seconds)):
            due = begun + number / self.order.rate
            wait = due - time.perf_counter()
            if wait > 0:
                await asyncio.sleep(wait)
            late = max(late, time.perf_counter() - due)
            self.sent[number] = time.perf_counter()
            self._write(number % len(self.visitors), number)
        await asyncio.sleep(LINGER)
        return late

    def _write(self, visitor: int, number: int) -> None:
        words = f"#{number}# 请问我的订单到哪里了，什么时候能送到？"
        frame = {"type": "send", "client_id": f"bench-{number:08d}", "parts": [{"type": "text", "body": words}]}
        self.visitors[visitor].say(msgspec.json.encode(frame))

    async def _until_known(self) -> None:
        deadline = time.perf_counter() + PATIENCE
        while len(self.known) < len(self.visitors):
            if time.perf_counter() > deadline:
                raise RuntimeError(f"only {len(self.known)} of {len(self.visitors)} first messages arrived")
            await asyncio.sleep(0.05)


async def talk(order: Talk) -> Heard:
    """Enter, write, and tell."""
    room = Room(order)
    await room.enter()
    late = await room.talk()
    return Heard(took=list(room.took), sent=len(room.sent), unheard=len(room.sent) - len(room.seen), late=late * 1000)


if __name__ == "__main__":
    ordered = msgspec.json.decode(sys.stdin.buffer.read(), type=Talk)
    sys.stdout.buffer.write(msgspec.json.encode(uvloop.run(talk(ordered))))
