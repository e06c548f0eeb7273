"""One bound connection to a message centre: requests out and their answers, deliveries in, heartbeats both ways.

PDUs that we send are packed by aiosmpplib. Its own session is not used: it ends the connection at a status that the
book does not list, never closes its sockets, and would send after a reconnect what we had given up (0.7.4).
"""

import asyncio
import contextlib
import itertools
import ssl
from collections.abc import Awaitable, Callable

from aiosmpplib import BindTransceiver, BindTransmitter, SubmitSm
from msgspec import Struct

from adapters.smpp.pdu import DELIVER_SM, HEADER, Head, head, pack
from hub.errors import HubError, Malformed, OutcomeUnknown, TryLater

GENERIC_NACK, RESPONSE = 0x80000000, 0x80000000
SUBMIT_SM, UNBIND, ENQUIRE_LINK = 0x00000004, 0x00000006, 0x00000015
INVALID_COMMAND = 0x00000003
LARGEST = 70_000
PATIENCE = 15.0
WINDOW = 10
WAITING = 100
Deliver = Callable[[bytes], Awaitable[int]]
"""Takes a whole deliver_sm and returns the status to answer with, once it is durable."""


class Account(Struct, frozen=True, kw_only=True):
    """Where to bind, and as whom."""

    host: str
    port: int
    system_id: str
    password: str
    system_type: str = ""
    tls: bool = False
    enquire: float = 30.0

    def __repr__(self) -> str:
        """Keep the password out of logs."""
        return f"Account(host={self.host!r}, port={self.port!r})"


class BindRefused(Exception):  # an outcome of opening, told apart by the caller
    """The message centre does not let us in; `status` says why."""

    def __init__(self, status: int) -> None:
        super().__init__(f"bind refused with status {status:#010x}")
        self.status = status


class Answer(Struct, frozen=True, kw_only=True):
    """The answer to one of our requests."""

    status: int
    body: bytes

    @property
    def id(self) -> str:
        """Return the message id of a submit_sm_resp."""
        return self.body.partition(b"\0")[0].decode("ascii", "replace")


class Session:
    """A connection that is bound. `run` reads until it ends; then nobody is left waiting for an answer."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, enquire: float) -> None:
        self._reader = reader
        self._writer = writer
        self._enquire = enquire
        self._sequences = itertools.count(1)
        self._asked: dict[int, asyncio.Future[Answer]] = {}
        self._window = asyncio.Semaphore(WINDOW)
        self._inward: asyncio.Queue[tuple[Head, bytes]] = asyncio.Queue(WAITING)
        self._ended = False

    @classmethod
    async def open(cls, account: Account, *, receives: bool) -> "Session":
        """Connect and bind, as transceiver or transmitter. Raises `BindRefused`, OSError or TimeoutError."""
        async with asyncio.timeout(PATIENCE):
            tls = await asyncio.to_thread(ssl.create_default_context) if account.tls else None
            reader, writer = await asyncio.open_connection(account.host, account.port, ssl=tls)
            session = cls(reader, writer, account.enquire)
            try:
                await session._bind(account, receives)
            except BaseException:
                session._cut()
                raise
            return session

    async def run(self, deliver: Deliver | None = None) -> None:
        """Serve the connection until it ends, by them or by a fault; returns then."""
        jobs = [self._read(), self._beat(), *([self._take_in(deliver)] if deliver else [])]
        tasks = [asyncio.create_task(job) for job in jobs]
        try:
            await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        finally:
            self._cut()
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    async def submit(self, message: SubmitSm) -> Answer:
        """Send one short message and wait for the answer.

        Raises `TryLater` when nothing was written, `OutcomeUnknown` when something was and no answer came.
        """
        async with self._window:
            if self._ended:
                raise TryLater("The message centre has hung up")
            message.sequence_num = next(self._sequences)
            pdu: bytes = message.pdu()
            try:
                return await self._ask(message.sequence_num, pdu)
            except (OSError, TimeoutError) as error:
                raise OutcomeUnknown("The message left and no answer came") from error

    async def close(self) -> None:
        """Say good-bye, if they still listen, and hang up."""
        if not self._ended:
            with contextlib.suppress(OSError, TimeoutError):
                async with asyncio.timeout(1):
                    await self._request(UNBIND)
        self._cut()
        with contextlib.suppress(OSError):
            await self._writer.wait_closed()

    async def _bind(self, account: Account, receives: bool) -> None:
        kind = BindTransceiver if receives else BindTransmitter
        bind = kind(
            system_id=account.system_id, password=account.password, system_type=account.system_type,
            sequence_num=next(self._sequences),
        )  # fmt: skip
        self._writer.write(bind.pdu())
        await self._writer.drain()
        told, _ = await self._pdu()
        if told.status or told.command < RESPONSE:
            raise BindRefused(told.status or INVALID_COMMAND)

    async def _request(self, command: int) -> Answer:
        sequence = next(self._sequences)
        return await self._ask(sequence, pack(command, sequence))

    async def _ask(self, sequence: int, pdu: bytes) -> Answer:
        waiting: asyncio.Future[Answer] = asyncio.get_running_loop().create_future()
        self._asked[sequence] = waiting
        try:
            async with asyncio.timeout(PATIENCE):
                self._writer.write(pdu)
                await self._writer.drain()
                return await waiting
        finally:
            self._asked.pop(sequence, None)

    async def _read(self) -> None:
        with contextlib.suppress(OSError, EOFError, Malformed):
            while True:
                told, pdu = await self._pdu()
                if told.command >= RESPONSE:
                    self._answered(told, pdu)
                elif told.command == DELIVER_SM:
                    await self._inward.put((told, pdu))
                elif told.command in (ENQUIRE_LINK, UNBIND):
                    self._writer.write(pack(told.command | RESPONSE, told.sequence))
                    if told.command == UNBIND:
                        return
                else:
                    self._writer.write(pack(GENERIC_NACK, told.sequence, INVALID_COMMAND))

    async def _pdu(self) -> tuple[Head, bytes]:
        begin = await self._reader.readexactly(HEADER)
        told = head(begin)
        if not HEADER <= told.length <= LARGEST:
            raise Malformed("A PDU of an impossible length", length=told.length)
        return told, begin + await self._reader.readexactly(told.length - HEADER)

    def _answered(self, told: Head, pdu: bytes) -> None:
        waiting = self._asked.pop(told.sequence, None)
        if waiting and not waiting.done():
            waiting.set_result(Answer(status=told.status, body=pdu[HEADER:]))

    async def _take_in(self, deliver: Deliver) -> None:
        """Answer deliveries in their order, apart from the reader: storing one does not hold up our own answers."""
        with contextlib.suppress(OSError):
            while True:
                told, pdu = await self._inward.get()
                status = await deliver(pdu)
                self._writer.write(pack(DELIVER_SM | RESPONSE, told.sequence, status, b"\0"))
                await self._writer.drain()

    async def _beat(self) -> None:
        """Ask now and then whether they are there; no answer in time ends the session."""
        with contextlib.suppress(OSError, TimeoutError, HubError):
            while True:
                await asyncio.sleep(self._enquire)
                await self._request(ENQUIRE_LINK)

    def _cut(self) -> None:
        self._ended = True
        self._writer.close()
        for waiting in self._asked.values():
            if not waiting.done():
                waiting.set_exception(ConnectionResetError("the session ended"))
        self._asked.clear()
