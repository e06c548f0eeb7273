"""One agent's socket: follows its user's stream by a cursor, and passing news by key: nothing grows."""

import asyncio
from collections import OrderedDict
from typing import Protocol

from msgspec import Struct

from server.live.frames import Hello, encode, numbered
from server.live.stream import Stream

SLOW, OVER, RESTART = 4408, 4401, 1012
GREETING = 0.3
STUCK = 10.0
MOST_PASSING = 500


class Wire(Protocol):
    """What a socket needs of a WebSocket."""

    async def send_str(self, data: str) -> None:
        """Send one text frame; returns when the transport has room again."""
        ...


class TooSlow(Exception):
    """The client does not read; it is dropped, and resumes when it can."""


class Socket:
    """What one connection has still to hear."""

    def __init__(self, stream: Stream, session: str | None) -> None:
        self.stream = stream
        self.session = session
        self.viewing: str | None = None
        self.listening = False
        """Whether a lead listens in: the customer is not told that they type."""
        self.unseen = False
        """Whether nobody is told of the viewing: a lead listens in, and the house does not show it."""
        self.closing: int | None = None
        self._cursor = stream.n
        self._passing: OrderedDict[str, bytes] = OrderedDict()
        self._wake = asyncio.Event()
        self._greeted = asyncio.Event()

    @property
    def user(self) -> str:
        """Return whose it is."""
        return self.stream.actor.user

    def wake(self) -> None:
        """Say that the stream has grown."""
        self._wake.set()

    def pass_on(self, key: str, frame: Struct) -> None:
        """Send passing news; what is not yet sent under the same key is replaced."""
        self._passing[key] = encode(frame)
        self._passing.move_to_end(key)
        if len(self._passing) > MOST_PASSING:
            self._passing.popitem(last=False)
        self._wake.set()

    def close(self, code: int) -> None:
        """Let the writer stop with this close code."""
        self.closing = self.closing or code
        self._wake.set()
        self._greeted.set()

    def resume(self, stream: str, n: int) -> bool:
        """Go back to where the client was; False when that is not to be had any more."""
        self._greeted.set()
        if stream != self.stream.id or not self.stream.holds(n):
            return False
        self._cursor = min(n, self._cursor)
        self._wake.set()
        return True

    def greet(self) -> None:
        """The client has said something: it will not resume any more."""
        self._greeted.set()

    async def write(self, wire: Wire) -> None:
        """Send until told to close; raises `TooSlow` when the client does not keep up."""
        await self._send(wire, encode(Hello(stream=self.stream.id, n=self.stream.n)).decode())
        await self._wait_for_greeting()
        while self.closing is None:
            self._wake.clear()
            await self._numbered(wire)
            await self._unnumbered(wire)
            await self._wake.wait()

    async def _wait_for_greeting(self) -> None:
        try:
            async with asyncio.timeout(GREETING):
                await self._greeted.wait()
        except TimeoutError:
            return

    async def _numbered(self, wire: Wire) -> None:
        while self.closing is None:
            if not self.stream.holds(self._cursor):
                raise TooSlow
            body = self.stream.after(self._cursor)
            if body is None:
                return
            self._cursor += 1
            await self._send(wire, numbered(body, self._cursor))

    async def _unnumbered(self, wire: Wire) -> None:
        while self._passing and self.closing is None:
            _, body = self._passing.popitem(last=False)
            await self._send(wire, body.decode())

    async def _send(self, wire: Wire, text: str) -> None:
        try:
            async with asyncio.timeout(STUCK):
                await wire.send_str(text)
        except TimeoutError as error:
            raise TooSlow from error
