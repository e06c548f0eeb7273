"""A message centre on this machine: binds, receipts, long messages, and what goes wrong with them.

It speaks SMPP 3.4 by itself; where other simulators have a web API, this one has a port.
"""

import asyncio
import itertools
import struct
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Any, ClassVar
from urllib.parse import urlsplit

from aiohttp import web
from msgspec import Struct

from adapters.simulators.stage import Called, Command, Simulator
from adapters.simulators.telephone import number_of

SYSTEM, PASSWORD, NUMBER = "yizhan", "secret08", "10690007"
BIND_RX, BIND_TX, SUBMIT, DELIVER, UNBIND, BIND_TRX, ENQUIRE = 1, 2, 4, 5, 6, 9, 0x15
RESPONSE, NACK = 0x80000000, 0x80000000
OK, BAD_COMMAND, BAD_PASSWORD, THROTTLED = 0, 3, 0x0E, 0x58
PIECE = 67


class Submitted(Struct, frozen=True, kw_only=True):
    """One short message that the hub submitted."""

    id: str
    source: str
    to: str
    esm_class: int
    coding: int
    octets: bytes
    wants_receipt: bool

    @property
    def text(self) -> str:
        """Return what it says, without the header of a long message."""
        body = self.octets[1 + self.octets[0] :] if self.esm_class & 0x40 else self.octets
        return body.decode("utf-16-be" if self.coding == 8 else "latin-1", "replace")


class Bound:
    """One connection of the hub."""

    def __init__(self, writer: asyncio.StreamWriter) -> None:
        self.writer = writer
        self.receives = False
        self.numbers = itertools.count(1)
        self.waiting: dict[int, asyncio.Future[int]] = {}

    def write(self, command: int, sequence: int, status: int = 0, body: bytes = b"") -> None:
        """Send one PDU."""
        self.writer.write(struct.pack("!IIII", 16 + len(body), command, status, sequence) + body)

    async def deliver(self, body: bytes, patience: float) -> int:
        """Send a deliver_sm and return the status of its answer; -1 for none."""
        sequence = next(self.numbers)
        waiting: asyncio.Future[int] = asyncio.get_running_loop().create_future()
        self.waiting[sequence] = waiting
        self.write(DELIVER, sequence, body=body)
        await asyncio.wait({waiting}, timeout=patience)
        self.waiting.pop(sequence, None)
        return waiting.result() if waiting.done() and not waiting.cancelled() else -1


class Smpp(Simulator):
    """One centre with one account. What cannot be delivered waits for the next bind, and is sent again."""

    name: ClassVar[str] = "smpp"
    patience: ClassVar[float] = 5.0

    def __init__(self, hook: str = "", *, receipts: str = "true", **stage: Any) -> None:
        super().__init__(hook, **stage)
        self.receipts = receipts == "true"
        self.sent: list[Submitted] = []
        self.connected: list[Bound] = []
        self.bound: list[Bound] = []
        self.throttle = 0
        self.cut_before_answer = False
        """Take the next submit and hang up without an answer."""
        self.cut_before_receiving = False
        """Hang up when the next deliver_sm was written, so that its answer is lost."""
        self.port = 0
        self._unsent: list[bytes] = []
        self._ids = itertools.count(1)
        self._refs = itertools.count(1)
        self._tasks: set[asyncio.Task[Any]] = set()
        self._serving: set[asyncio.Task[Any]] = set()
        self._server: asyncio.Server | None = None

    def routes(self) -> list[web.RouteDef]:
        """Return nothing: there is no web API."""
        return []

    def settings(self) -> dict[str, str]:
        """Return what to enter in the inbox."""
        port = self.port or urlsplit(self.url).port or 0
        return {
            "host": "127.0.0.1", "port": str(port), "system_id": SYSTEM, "password": PASSWORD,
            "from_number": NUMBER,
        }  # fmt: skip

    @asynccontextmanager
    async def running(self, port: int = 0, host: str = "127.0.0.1") -> AsyncIterator[str]:
        """Listen for binds, and give the address."""
        await self.open(port, host)
        try:
            yield self.url
        finally:
            await self.close()

    async def open(self, port: int = 0, host: str = "127.0.0.1") -> None:
        """Begin to listen."""
        self._server = await asyncio.start_server(self._serve, host, port)
        self.port = self._server.sockets[0].getsockname()[1]
        self.url = f"smpp://{host}:{self.port}"

    async def close(self) -> None:
        """Hang up on everybody and stop to listen."""
        if self._server:
            self._server.close()
        for one in self.connected:
            one.writer.transport.abort()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, *self._serving, return_exceptions=True)

    async def says(self, user: str, text: str) -> Called:
        """Let somebody write; a long text travels in pieces."""
        number = number_of(user, "8613800", 13).lstrip("+")
        pieces = [text[at : at + PIECE] for at in range(0, len(text), PIECE)] if len(text) > 70 else [text]
        ref, status = next(self._refs) % 256, OK
        for index, piece in enumerate(pieces, start=1):
            head = bytes((5, 0, 3, ref, len(pieces), index)) if len(pieces) > 1 else b""
            octets = head + piece.encode("utf-16-be")
            answered = await self.delivers(deliver_sm(number, octets, coding=8, esm=0x40 if head else 0))
            status = status or answered
        self.tell(f"-> hub {'ok' if status == OK else status}")
        return Called(status=200 if status == OK else 0)

    async def delivers(self, body: bytes) -> int:
        """Deliver, or keep it for the next bind; returns the status of the answer."""
        receiver = next((one for one in self.bound if one.receives), None)
        if receiver is None:
            self._unsent.append(body)
            return -1
        if self.cut_before_receiving:
            self.cut_before_receiving = False
            receiver.write(DELIVER, next(receiver.numbers), body=body)
            await receiver.writer.drain()
            await asyncio.sleep(0.05)  # it is read and stored; only the answer is lost
            receiver.writer.transport.abort()
            self.bound.remove(receiver)
            self._unsent.append(body)
            return -1
        status = await receiver.deliver(body, self.patience)
        if status != OK:
            self._unsent.append(body)
        return status

    def commands(self) -> Mapping[str, Command]:
        """Return the further words of the terminal."""

        async def throttle(words: list[str]) -> str:
            """`/throttle N`: refuse the next N messages as too many."""
            self.throttle = int(words[0])
            return f"the next {words[0]} are throttled"

        async def cut(words: list[str]) -> str:
            """`/cut`: hang up on everybody; `/cut submit`: on the next message, before it is answered."""
            if words:
                self.cut_before_answer = True
                return "the next message is cut"
            for one in self.bound:
                one.writer.transport.abort()
            return "cut"

        return {"throttle": throttle, "cut": cut}

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        bound = Bound(writer)
        self.connected.append(bound)
        task = asyncio.current_task()
        if task:
            self._serving.add(task)
        try:
            while True:
                length, command, status, sequence = struct.unpack("!IIII", await reader.readexactly(16))
                body = await reader.readexactly(length - 16)
                await self._obey(bound, command, status, sequence, body)
        except (OSError, EOFError):
            pass
        finally:
            self.connected.remove(bound)
            if bound in self.bound:
                self.bound.remove(bound)
            for waiting in bound.waiting.values():
                waiting.cancel()
            writer.close()
            if task:
                self._serving.discard(task)

    async def _obey(self, bound: Bound, command: int, status: int, sequence: int, body: bytes) -> None:
        match command:
            case value if value in (BIND_RX, BIND_TX, BIND_TRX):
                await self._bind(bound, command, sequence, body)
            case value if value == SUBMIT:
                self._submit(bound, sequence, body)
            case value if value in (ENQUIRE, UNBIND):
                bound.write(command | RESPONSE, sequence)
                if command == UNBIND:
                    await bound.writer.drain()
                    bound.writer.close()
            case value if value == DELIVER | RESPONSE:
                if (waiting := bound.waiting.pop(sequence, None)) and not waiting.done():
                    waiting.set_result(status)
            case value if value < RESPONSE:
                bound.write(NACK, sequence, BAD_COMMAND)

    async def _bind(self, bound: Bound, command: int, sequence: int, body: bytes) -> None:
        system, password, *_ = body.split(b"\0")
        if (system.decode(), password.decode()) != (SYSTEM, PASSWORD):
            bound.write(command | RESPONSE, sequence, BAD_PASSWORD)
            await bound.writer.drain()
            bound.writer.close()
            return
        bound.write(command | RESPONSE, sequence, body=b"simulated\0")
        bound.receives = command != BIND_TX
        self.bound.append(bound)
        self.tell(f"<- bound, {'receives' if bound.receives else 'sends only'}")
        if bound.receives and self._unsent:
            again, self._unsent = self._unsent, []
            self.later(self._again(again))

    async def _again(self, bodies: list[bytes]) -> None:
        for body in bodies:
            await self.delivers(body)

    def _submit(self, bound: Bound, sequence: int, body: bytes) -> None:
        if self.throttle > 0:
            self.throttle -= 1
            bound.write(SUBMIT | RESPONSE, sequence, THROTTLED)
            return
        if self.faults.left > 0:
            self.faults.left -= 1
            if not self.faults.silent:
                bound.write(SUBMIT | RESPONSE, sequence, self.faults.code or self.faults.status)
            return
        message = submitted(f"{next(self._ids):08x}", body)
        self.sent.append(message)
        self.tell(f"<- to {message.to}: {message.text}")
        if self.cut_before_answer:
            self.cut_before_answer = False
            bound.writer.transport.abort()
        else:
            bound.write(SUBMIT | RESPONSE, sequence, body=message.id.encode() + b"\0")
        if message.wants_receipt and self.receipts:
            self.later(self.delivers(receipt(message, self.clock.now())))

    def later(self, work: Any) -> None:
        """Do something after the answer."""
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)


def build(hook: str = "", **settings: str) -> Smpp:
    """Make the simulator; settings: `receipts`."""
    return Smpp(hook, **settings)


def deliver_sm(source: str, octets: bytes, *, coding: int, esm: int = 0, extra: bytes = b"") -> bytes:
    """Return the body of a deliver_sm to the centre's number."""
    people = b"\x01\x01" + source.encode() + b"\0\x00\x01" + NUMBER.encode() + b"\0"
    flags = bytes((esm, 0, 0)) + b"\0\0" + bytes((0, 0, coding, 0, len(octets)))
    return b"\0" + people + flags + octets + extra


def receipt(message: Submitted, at: datetime, state: str = "DELIVRD", err: str = "000") -> bytes:
    """Return the body of a receipt, in the form that everybody uses."""
    when = at.strftime("%y%m%d%H%M")
    done = "001" if state == "DELIVRD" else "000"
    text = (
        f"id:{message.id} sub:001 dlvrd:{done} submit date:{when} done date:{when} stat:{state} err:{err} text:"
    ).encode()
    return deliver_sm(message.to, text, coding=0, esm=0x04)


def submitted(id: str, body: bytes) -> Submitted:
    """Read the body of a submit_sm."""
    at = body.index(0) + 3
    end = body.index(0, at)
    source, at = body[at:end].decode(), end + 3
    end = body.index(0, at)
    to, at = body[at:end].decode(), end + 1
    esm, at = body[at], at + 3
    at = body.index(0, at) + 1
    at = body.index(0, at) + 1
    wants, coding, size = body[at], body[at + 2], body[at + 4]
    octets = body[at + 5 : at + 5 + size]
    return Submitted(
        id=id, source=source, to=to, esm_class=esm, coding=coding, octets=octets, wants_receipt=bool(wants & 1)
    )
