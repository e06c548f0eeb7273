"""One connection to the server that takes our mail, and what its no means.

4xx, or gone before the final dot      TryLater
silent or gone after the final dot     OutcomeUnknown
5xx                                    Refused, in the server's words; to all recipients or to none
535 and its like                       ChannelBroken
"""

import asyncio
import re
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import timedelta
from typing import NoReturn, cast

from aiosmtplib import (
    SMTP,
    SMTPException,
    SMTPRecipientRefused,
    SMTPResponseException,
    SMTPServerDisconnected,
    SMTPTimeoutError,
)
from aiosmtplib.protocol import SMTPProtocol, normalize_message_line_endings

from adapters.email.composing import Composed
from hub.errors import OutcomeUnknown, Refused, TryLater

PATIENCE = 10.0
"""Seconds for one answer."""
BEFORE_DATA = 10.0
BODY = 20.0
ANSWER = 12.0
"""With room and connection (`sending.py`) it stays below the outbox's own patience of 60 s."""
WORDS = 300
FLUSHED = 0.005
BUSY = timedelta(minutes=1)
DOT = b".\r\n"
_PERIOD = re.compile(rb"(?m)^\.")


class Line:
    """One connection that is logged in. Serves one mail at a time."""

    def __init__(self, client: SMTP) -> None:
        self._client = client
        self.used_at = 0.0

    @property
    def alive(self) -> bool:
        """Say whether the connection is there, as far as anybody knows."""
        return self._client.is_connected

    async def check(self) -> bool:
        """Ask the server whether it still listens: a connection that has waited is not trusted before."""
        try:
            await self._client.noop(timeout=PATIENCE)
        except (SMTPException, OSError):
            self.drop()
            return False
        return True

    async def send(self, mail: Composed) -> None:
        """Hand one mail over; raises what the server's answer asks for."""
        with meaning():
            try:
                async with asyncio.timeout(BEFORE_DATA):
                    await self._envelope(mail)
            except TimeoutError as error:
                self.drop()
                raise TryLater("The mail server is too slow", hint="Look at `smtp_host`.") from error
            except SMTPResponseException:
                await self._forget()
                raise
        await self._content(mail.body)

    def drop(self) -> None:
        """Close at once."""
        self._client.close()

    async def leave(self) -> None:
        """Say goodbye and close."""
        with suppress(SMTPException, OSError):
            await self._client.quit(timeout=1)
        self._client.close()

    async def _envelope(self, mail: Composed) -> None:
        if mail.utf8 and not self._client.supports_extension("smtputf8"):
            raise Refused("The mail server takes no addresses in other letters", hint="It does not offer SMTPUTF8.")
        coding = "utf-8" if mail.utf8 else "ascii"
        await self._from(mail, coding)
        for address in mail.recipients:
            await self._client.rcpt(address, options=self._notify(), encoding=coding, timeout=PATIENCE)

    async def _from(self, mail: Composed, coding: str) -> None:
        """Name the envelope's sender. Some houses want a mailbox even for what must not come back."""
        options = self._options(mail)
        try:
            await self._client.mail(mail.sender, options=options, encoding=coding, timeout=PATIENCE)
        except SMTPResponseException as error:
            if mail.sender or error.code < 500:
                raise
            await self._client.mail(mail.fallback, options=options, encoding=coding, timeout=PATIENCE)

    def _options(self, mail: Composed) -> list[str]:
        has = self._client.supports_extension
        return [
            *([f"SIZE={len(mail.body)}"] if has("size") else []),
            *(["SMTPUTF8", "BODY=8BITMIME"] if mail.utf8 else []),
            *(["RET=HDRS", f"ENVID={_xtext(mail.id)}"] if has("dsn") else []),
        ]

    def _notify(self) -> list[str]:
        """Ask to be told when it cannot be delivered, or not yet (RFC 3461)."""
        return ["NOTIFY=FAILURE,DELAY"] if self._client.supports_extension("dsn") else []

    async def _content(self, body: bytes) -> None:
        """Send the mail itself. Until the dot has been written it has not been sent; from then on it may have been."""
        protocol = self._client.protocol
        if protocol is None:
            raise TryLater("The mail server hung up")
        with meaning():
            start = await self._client.execute_command(b"DATA", timeout=PATIENCE)
            if start.code != 354:
                raise SMTPResponseException(start.code, start.message)
            await self._body(protocol, body)
        protocol.write(DOT)
        try:
            answer = await protocol.read_response(timeout=ANSWER)
        except (SMTPException, OSError) as error:
            self.drop()
            raise OutcomeUnknown("The mail left and the server did not confirm it") from error
        with meaning():
            if answer.code != 250:
                raise SMTPResponseException(answer.code, answer.message)

    async def _body(self, protocol: SMTPProtocol, body: bytes) -> None:
        whole = await asyncio.to_thread(_dotted, body)
        try:
            async with asyncio.timeout(BODY):
                protocol.write(whole)
                while self._waits():  # noqa: ASYNC110  # a transport tells nobody when it is empty
                    await asyncio.sleep(FLUSHED)
        except TimeoutError as error:
            self.drop()
            raise TryLater("The mail server is too slow", hint="Look at `smtp_host`.") from error
        if not self.alive:
            raise SMTPServerDisconnected("gone before the end of the mail")

    def _waits(self) -> bool:
        transport = cast("asyncio.WriteTransport | None", self._client.transport)  # uvloop's are not registered as one
        return transport is not None and transport.get_write_buffer_size() > 0

    async def _forget(self) -> None:
        with suppress(SMTPException, OSError):
            await self._client.rset(timeout=PATIENCE)


@contextmanager
def meaning() -> Iterator[None]:
    """Turn what goes wrong before the final dot into what to do about it."""
    try:
        yield
    except SMTPRecipientRefused as error:
        _refuse(error.code, f"{error.recipient}: {error.code} {error.message}", error)
    except SMTPResponseException as error:
        _refuse(error.code, f"{error.code} {error.message}", error)
    except SMTPTimeoutError as error:
        raise TryLater("The mail server does not answer", hint="Look at `smtp_host`.") from error
    except (SMTPServerDisconnected, OSError) as error:
        raise TryLater("The mail server hung up", after=BUSY, hint="Look at `smtp_host`.") from error


def words(said: str) -> str:
    """Return the server's own words on one line, at most 300 characters."""
    return " ".join(said.split())[:WORDS]


def _refuse(code: int, said: str, error: Exception) -> NoReturn:
    if 500 <= code < 600:
        raise Refused(f"The mail server refused it: {words(said)}", detail=words(said)) from error
    raise TryLater(f"The mail server is not ready: {words(said)}", after=BUSY, detail=words(said)) from error


def _dotted(body: bytes) -> bytes:
    return _PERIOD.sub(b"..", normalize_message_line_endings(body))


def _xtext(text: str) -> str:
    """Write it as RFC 3461 4 wants it."""
    return "".join(one if "!" <= one <= "~" and one not in "+=" else f"+{ord(one):02X}" for one in text)
