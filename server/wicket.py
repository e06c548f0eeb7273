"""The small door in the gate: plain webhook calls are read here, everything else is handed to aiohttp.

aiohttp reads, routes and answers any request there is; a webhook call needs little of that, and reading and routing
took two thirds of its time. Every connection begins here. At the first call that is not plain (`server/plain.py`) it is
aiohttp's for good, with all it has said that was not answered yet.
"""

import asyncio
import time
from email.utils import formatdate
from http import HTTPStatus
from typing import cast

from aiohttp import web

from adapters.contract import Request
from server import plain
from server.parts import Hub
from server.plain import NotPlain, Plain
from server.webhooks import respond

MOST = plain.HEAD + plain.BODY
"""Bytes that may wait while a call is answered; a provider that sends on then waits for us."""
UNREAD = 64 * 1024
"""Bytes of answers a provider may leave unread."""
LOOK = 5.0


class Gate:
    """Makes a `Wicket` for each connection, and looks after those that are open."""

    def __init__(self, hub: Hub, usual: web.Server, *, patience: float) -> None:
        """`patience` is how long a connection may say nothing, or no whole call, in seconds."""
        self.hub = hub
        self.usual = usual
        self.open: set[Wicket] = set()
        self._patience = patience
        self._server: asyncio.Server | None = None
        self._keeper: asyncio.Task[None] | None = None

    async def listen(self, host: str, port: int, *, backlog: int) -> None:
        """Open the door; raises OSError when the address cannot be had."""
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(lambda: Wicket(self), host, port, backlog=backlog)
        self._keeper = loop.create_task(self._keep())

    async def close(self, grace: float) -> None:
        """Let nobody in any more, and close once what is under way is answered, or after `grace` seconds."""
        if self._server is None or self._keeper is None:
            return
        self._server.close()
        self._keeper.cancel()
        busy = [wicket.busy for wicket in self.open if wicket.busy]
        for wicket in tuple(self.open):
            wicket.leave()
        if busy:
            await asyncio.wait(busy, timeout=grace)

    async def _keep(self) -> None:
        while True:
            await asyncio.sleep(min(LOOK, self._patience))
            oldest = time.monotonic() - self._patience
            for wicket in [one for one in self.open if one.busy is None and one.since < oldest]:
                wicket.leave()


class Wicket(asyncio.Protocol):
    """One connection for as long as its calls are plain. One call at a time; `since` the last one it waits for more."""

    __slots__ = ("_buffer", "_gate", "_leaving", "_paused", "_transport", "busy", "since")

    def __init__(self, gate: Gate) -> None:
        self._gate = gate
        self._buffer = b""
        self._leaving = False
        self._paused = False
        self._transport: asyncio.Transport | None = None
        self.busy: asyncio.Task[None] | None = None
        self.since = time.monotonic()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Begin."""
        self._transport = cast("asyncio.Transport", transport)  # uvloop's own are not registered as one
        self._gate.open.add(self)

    def connection_lost(self, exc: Exception | None) -> None:
        """The other side is gone; what it has said in whole is stored all the same."""
        self._transport = None
        self._gate.open.discard(self)

    def data_received(self, data: bytes) -> None:
        """Take what came."""
        self._buffer = self._buffer + data if self._buffer else data
        if self.busy is None:
            self._next()
        elif len(self._buffer) > MOST and self._transport is not None:
            self._paused = True
            self._transport.pause_reading()

    def leave(self) -> None:
        """Close now, or after the answer that is under way."""
        self._leaving = True
        if self.busy is None and self._transport is not None:
            self._transport.close()

    def _next(self) -> None:
        """Answer the next call, if it is there in whole."""
        if self._transport is None or not self._buffer:
            return
        try:
            call = plain.read(self._buffer)
        except NotPlain:
            self._hand_over(self._transport)
            return
        if call is not None:
            self._buffer = self._buffer[call.size :]
            self.busy = asyncio.get_running_loop().create_task(self._answer(call))

    def _hand_over(self, transport: asyncio.Transport) -> None:
        self._gate.open.discard(self)
        usual = self._gate.usual()
        transport.set_protocol(usual)
        usual.connection_made(transport)
        usual.data_received(self._buffer)

    async def _answer(self, call: Plain) -> None:
        try:
            response = await respond(self._gate.hub, call.inbox, lambda: self._called(call))
        finally:
            self.busy, self.since = None, time.monotonic()
        transport = self._transport
        if transport is None or transport.is_closing():
            return
        transport.write(_bytes(response))
        if self._leaving:
            transport.close()
        elif transport.get_write_buffer_size() > UNREAD:
            transport.abort()
        else:
            self._go_on(transport)

    def _go_on(self, transport: asyncio.Transport) -> None:
        if self._paused:
            self._paused = False
            transport.resume_reading()
        self._next()

    async def _called(self, call: Plain) -> Request:
        hub = self._gate.hub
        return Request(
            method="POST",
            url=hub.address + call.path,
            query=call.query,
            headers=call.headers,
            body=call.body,
            at=hub.clock.now(),
        )


def _bytes(response: web.Response | None) -> bytes:
    """Write an answer; nothing to say is a bare 200."""
    if response is None:
        return b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n" + _date() + b"\r\n"
    body = response.body if isinstance(response.body, bytes) else b""
    lines = "".join(f"{name}: {value}\r\n" for name, value in response.headers.items() if name != "Content-Length")
    head = f"HTTP/1.1 {response.status} {HTTPStatus(response.status).phrase}\r\nContent-Length: {len(body)}\r\n{lines}"
    return head.encode() + _date() + b"\r\n" + body


_dates: dict[int, bytes] = {}


def _date() -> bytes:
    """Return the header of this second."""
    now = int(time.time())
    known = _dates.get(now)
    if known is None:
        _dates.clear()
        known = _dates[now] = f"Date: {formatdate(now, usegmt=True)}\r\n".encode()
    return known
