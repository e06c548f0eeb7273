"""Sends over a bind: the listener's when this process listens, else one of its own that is let go when idle.

A process that only works (outbox, campaign) does not hold the listener's connection, so it binds as transmitter,
keeps that for a minute after the last message, and closes it then. Operators count binds: see the README.
"""

import asyncio
import contextlib
import hashlib

from aiosmpplib import NPI, TON, PhoneNumber, SubmitSm

from adapters.setup import Setup
from adapters.smpp import events, pieces
from adapters.smpp.line import Line
from adapters.smpp.session import Account, Answer
from adapters.texting.numbers import e164
from hub.errors import ChannelBroken, HubError, OutcomeUnknown, Refused, TryLater, Unsupported
from hub.model import Outbound

IDLE, LOOK = 60.0, 5.0
AGAIN = (1.0, 2.0, 4.0)
"""Pauses before a piece is sent again, when the first ones of its message have left already."""
BUSY = {0x14: "its queue is full", 0x58: "it throttles us", 0x08: "it has a fault", 0x64: "it has a passing fault"}
SOURCE = frozenset({0x0A, 0x48, 0x49})
UDHI, RECEIPT_WANTED = 0x40, 0x01


class Outward:
    """How one inbox sends."""

    def __init__(self, setup: Setup, inbox: events.Inbox, account: Account) -> None:
        self._setup = setup
        self._inbox = inbox
        self._account = account
        self.listening: Line | None = None
        self._own: Line | None = None
        self._task: asyncio.Task[None] | None = None

    async def send(self, message: Outbound, text: str) -> str:
        """Submit every piece in order, and return the id of the last, whose receipt is asked for."""
        ref = hashlib.sha256(message.id.encode()).digest()[0]
        shorts = list(pieces.cut(text, ref))
        id = ""
        for number, short in enumerate(shorts, start=1):
            pdu = self._pdu(message.to.user, short, last=number == len(shorts))
            id = await (self._submit(pdu) if number == 1 else self._further(pdu))
        return id

    def line(self) -> Line:
        """Return the bind to send over, opening one of our own where nobody listens."""
        if self.listening:
            return self.listening
        if self._own is None:
            self._own = Line(self._account, self._setup.clock, inbox=self._inbox.id)
            self._task = asyncio.create_task(self._transmit(self._own))
        return self._own

    async def _submit(self, pdu: SubmitSm) -> str:
        answer = await self.line().submit(pdu)
        if answer.status:
            raise refusal(answer)
        return events.response_id(self._inbox, answer.id)

    async def _further(self, pdu: SubmitSm) -> str:
        """Submit a later piece. Half a message has left, so it is not begun again: a person has to look."""
        for pause in (*AGAIN, None):
            try:
                return await self._submit(pdu)
            except TryLater as error:
                if pause is None:
                    raise OutcomeUnknown("Only a part of the message has left") from error
                await self._setup.clock.sleep(pause)
            except HubError as error:
                raise OutcomeUnknown("Only a part of the message has left", reason=error.code) from error
        raise AssertionError("unreachable")

    async def _transmit(self, line: Line) -> None:
        """Keep a bind of our own until it has been idle for a while."""
        keeper = asyncio.create_task(line.keep())
        try:
            while self._setup.clock.monotonic() - line.used < IDLE:
                await self._setup.clock.sleep(LOOK)
        finally:
            self._own = None
            keeper.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await keeper

    def _pdu(self, to: str, short: pieces.Short, *, last: bool) -> SubmitSm:
        number = e164(to, self._inbox.region)
        if not number.lstrip("+").isdecimal():
            raise Unsupported("That is no phone number", hint="The customer's address must be a number (E.164).")
        pdu = SubmitSm(
            short_message=" ",  # what is sent is set below; the library wants something here
            source=address(self._setup.text("from_number")), destination=address(number),
            esm_class=UDHI if short.headed else 0, registered_delivery=RECEIPT_WANTED if last else 0,
            encoding="ucs2" if short.coding == pieces.UCS2 else None,
        )  # fmt: skip
        pdu.set_encoded_message(short.octets)
        return pdu


def address(number: str) -> PhoneNumber:
    """Return a number with its type: international, a name, or whatever the centre makes of a short code."""
    if number.startswith("+"):
        return PhoneNumber(number[1:], TON.INTERNATIONAL, NPI.ISDN)
    if number.isdecimal():
        return PhoneNumber(number, TON.UNKNOWN, NPI.ISDN)
    return PhoneNumber(number, TON.ALPHANUMERIC, NPI.UNKNOWN)


def refusal(answer: Answer) -> HubError:
    """Return what a status of submit_sm_resp asks for (SMPP 3.4, 5.1.3)."""
    status = answer.status
    if status in BUSY:
        return TryLater(f"The message centre takes nothing now: {BUSY[status]}", after=None, status=hex(status))
    if status in SOURCE:
        return ChannelBroken("The message centre refuses our number", status=hex(status), hint="Look at `from_number`.")
    if status == 0x04:
        return TryLater("The bind is in the wrong state", status=hex(status))
    return Refused("The message centre refused the message", status=hex(status), hint="The operator's book says why.")
