"""Both sides of SMPP for tests: a message centre in its own process, and a hub that keeps what it accepts."""

from __future__ import annotations

import asyncio
import contextlib
import copy
import json
import socket
import sys
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from adapters.registry import find
from hub.clock import SystemClock
from hub.errors import HubError, TryLater
from hub.model import Address, Outbound, Receipt, Said, Text
from tests.adapters.contract.kit import Kit
from tests.adapters.contract.lent import Marks
from tests.adapters.texting.evidence import RECORDINGS
from tests.bound import bound
from tests.waiting import until

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Sequence

    from adapters.contract import Adapter
    from hub.model import Inbound

ROOT = Path(__file__).parents[3]
PERSON = "8613800138000"
KIT = Kit(find(installed=False), "smpp", RECORDINGS / "smpp")
KIT.adapter()


class Kept:
    """What the hub has stored: like its first door, the same provider id is stored once."""

    def __init__(self) -> None:
        self.all: dict[str, Inbound] = {}
        self.repeats = 0
        self.refuse = 0

    async def accept(self, inbounds: Sequence[Inbound]) -> None:
        """Store, or fail as a full disk does."""
        if self.refuse:
            self.refuse -= 1
            raise TryLater("the disk is full")
        for one in inbounds:
            self.repeats += one.provider_id in self.all
            self.all.setdefault(one.provider_id, one)

    @property
    def texts(self) -> list[str]:
        """Return what customers said, in order."""
        said = [one for one in self.all.values() if isinstance(one, Said)]
        return [part.body for one in said for part in one.parts if isinstance(part, Text)]

    @property
    def receipts(self) -> dict[str, str]:
        """Return what became of our messages."""
        return {one.message: one.status for one in self.all.values() if isinstance(one, Receipt)}

    async def has(self, count: int) -> None:
        """Wait until so many customers' messages are there."""
        await until(lambda: _ready(len(self.texts) >= count))

    async def told(self, id: str) -> str:
        """Wait for the receipt of a message."""
        await until(lambda: _ready(id in self.receipts))
        return self.receipts[id]


class Process:
    """A message centre in a process of its own."""

    def __init__(self, port: int, prefix: str) -> None:
        self.port = port
        self.prefix = prefix
        self.said: list[dict[str, Any]] = []
        self._process: asyncio.subprocess.Process | None = None
        self._reading: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Run it until it listens."""
        command = bound([sys.executable, "-m", "tests.adapters.texting.smsc", str(self.port), self.prefix])
        self._process = await asyncio.create_subprocess_exec(
            *command, stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, cwd=ROOT
        )
        self._reading = asyncio.create_task(self._read())
        await self.hears("ready")

    async def kill(self) -> None:
        """End it as a power cut does."""
        if self._process and self._process.returncode is None:
            self._process.kill()
            await self._process.wait()
        if self._reading:
            await self._reading

    async def hears(self, word: str, count: int = 1) -> list[dict[str, Any]]:
        """Wait until it said something so many times, and return that."""
        await until(lambda: _ready(len(self._with(word)) >= count))
        return self._with(word)

    def does(self, **asked: Any) -> None:
        """Ask it for something."""
        assert self._process
        assert self._process.stdin
        self._process.stdin.write(json.dumps(asked).encode() + b"\n")

    def delivers(self, octets: bytes, **more: Any) -> None:
        """Let it deliver a message."""
        self.does(source=PERSON, octets=octets.hex(), **more)

    def _with(self, word: str) -> list[dict[str, Any]]:
        return [one for one in self.said if word in one]

    async def _read(self) -> None:
        assert self._process
        assert self._process.stdout
        while line := await self._process.stdout.readline():
            self.said.append(json.loads(line))


@asynccontextmanager
async def centre(prefix: str = "a") -> AsyncIterator[Process]:
    """Run a message centre on a free port."""
    process = Process(free_port(), prefix)
    await process.start()
    try:
        yield process
    finally:
        await process.kill()


@asynccontextmanager
async def listening(adapter: Adapter, kept: Kept) -> AsyncIterator[asyncio.Task[None]]:
    """Let an adapter listen, again and again as the hub does."""
    task = asyncio.create_task(_again_and_again(adapter, kept))
    await asyncio.sleep(0)  # from now on it sends over the listener's bind
    try:
        yield task
    finally:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task


async def _again_and_again(adapter: Adapter, kept: Kept) -> None:
    while True:
        with contextlib.suppress(HubError):
            await adapter.listen(kept.accept)
        await asyncio.sleep(0.1)


def kit() -> Kit:
    """Return a kit of the channel, with marks of its own; read from disk once, because a test's loop must not."""
    own = copy.copy(KIT)
    own.marks, own.clock = Marks(), SystemClock()
    return own


def outbound(text: str, id: str = "message-1") -> Outbound:
    """Return a text to the customer."""
    to = Address(channel="smpp", user=f"+{PERSON}")
    return Outbound(id=id, inbox="inbox-1", to=to, parts=(Text(body=text),), conversation="c-1", seq=2)


def free_port() -> int:
    """Return a port that nobody listens on."""
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        port: int = one.getsockname()[1]
        return port


async def _ready(value: bool) -> bool:
    return value
