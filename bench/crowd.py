"""Ten thousand idle sockets, as a process of its own: opens them, says `open`, and holds them until its input ends.

python -m bench.crowd    (one JSON line in, one line out when all are open)
"""

import asyncio
import sys

import msgspec
import uvloop
from msgspec import Struct

from bench.wire import Wire, connect

AT_ONCE = 64
PER_ADDRESS = 200
"""Sockets of one source address: below what the hub lets one address open in a minute."""


class Holding(Struct, frozen=True, kw_only=True):
    """What to open: a path and its headers, one list for each socket; `first` is said at once, and answered."""

    port: int
    path: str
    headers: list[list[str]]
    first: str = ""


async def hold(order: Holding) -> None:
    """Open all, tell, wait."""
    gate = asyncio.Semaphore(AT_ONCE)
    wires = await asyncio.gather(*(_one(order, number, gate) for number in range(len(order.headers))))
    print("open", sum(not wire.ended for wire in wires), flush=True)
    await asyncio.get_running_loop().run_in_executor(None, sys.stdin.buffer.read)
    print("left", sum(not wire.ended for wire in wires), flush=True)


async def _one(order: Holding, number: int, gate: asyncio.Semaphore) -> Wire:
    async with gate:
        answered = asyncio.get_running_loop().create_future()

        def hear(wire: Wire, frame: bytes) -> None:
            if not answered.done():
                answered.set_result(None)

        block = number // PER_ADDRESS
        source = f"127.1.{block // 250}.{block % 250 + 1}"
        wire = await connect(order.port, order.path, order.headers[number], hear, source)
        if order.first:
            wire.say(order.first.encode())
            await answered
        return wire


if __name__ == "__main__":
    uvloop.run(hold(msgspec.json.decode(sys.stdin.buffer.readline(), type=Holding)))
