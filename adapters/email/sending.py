"""Hands mails to the mail server: a few connections that are used again while there is something to send."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from datetime import timedelta
from ssl import SSLCertVerificationError
from typing import NoReturn

from aiosmtplib import (
    SMTP,
    SMTPAuthenticationError,
    SMTPException,
    SMTPResponseException,
    SMTPServerDisconnected,
    SMTPTimeoutError,
)

from adapters.email import tls
from adapters.email.account import Account, Server
from adapters.email.composing import Composed
from adapters.email.logins import Logins
from adapters.email.smtp import PATIENCE, Line, words
from hub.errors import ChannelBroken, HubError, TryLater

LINES = 4
"""Connections at once, per inbox and process; mail houses count them (Gmail: 15, exmail: 10)."""
REST = 5.0
"""Seconds that a connection may rest before it is asked whether it is still there."""
IDLE = 20.0
"""Seconds after which a resting connection is closed."""
OPENING = 12.0
ROOM = 4.0
CERTIFICATE = "Its name must be the one in `smtp_host`; for an authority of your own set `tls_ca`."
BROKEN = frozenset({530, 534, 535, 538})


class Sending:
    """The way out of one inbox."""

    def __init__(self, account: Account, logins: Logins, name: str) -> None:
        """`name` is what we call ourselves in EHLO."""
        self._account = account
        self._logins = logins
        self._name = name
        self._free: list[Line] = []
        self._room = asyncio.Semaphore(LINES)
        self._closer: asyncio.Task[None] | None = None

    async def send(self, mail: Composed) -> None:
        """Send one mail; raises `Refused`, `TryLater`, `ChannelBroken` or `OutcomeUnknown`."""
        async with self._line() as line:
            await line.send(mail)

    async def close(self) -> None:
        """Close what rests."""
        if self._closer:
            self._closer.cancel()
            await asyncio.gather(self._closer, return_exceptions=True)
        while self._free:
            await self._free.pop().leave()

    async def open(self) -> SMTP:
        """Connect, encrypt and log in; raises `TryLater` or `ChannelBroken`."""
        server = self._account.smtp
        if server is None:
            raise ChannelBroken("This inbox has no server to send by", hint="Set `smtp_host`.")
        client = await self._client(server)
        try:
            async with asyncio.timeout(OPENING):
                await _connect(client, server)
                await self._log_in(client, server)
        except BaseException as error:
            client.close()
            if isinstance(error, TimeoutError):
                raise TryLater(
                    "The mail server does not answer", hint="Look at `smtp_host` and `smtp_port`."
                ) from error
            raise
        return client

    @asynccontextmanager
    async def _line(self) -> AsyncIterator[Line]:
        await self._enter()
        try:
            line = await self._rested() or Line(await self.open())
            try:
                yield line
            except BaseException as error:
                if not isinstance(error, HubError):
                    line.drop()  # cancelled in the middle: nobody knows what the server waits for
                raise
            finally:
                if line.alive:
                    self._rest(line)
        finally:
            self._room.release()

    async def _enter(self) -> None:
        try:
            async with asyncio.timeout(ROOM):
                await self._room.acquire()
        except TimeoutError as error:
            raise TryLater("Every connection to the mail server is in use", after=timedelta(seconds=2)) from error

    async def _rested(self) -> Line | None:
        """Return a connection that was used before and is still good."""
        now = asyncio.get_running_loop().time()
        while self._free:
            line = self._free.pop()
            if line.alive and (now - line.used_at < REST or await line.check()):
                return line
        return None

    def _rest(self, line: Line) -> None:
        line.used_at = asyncio.get_running_loop().time()
        self._free.append(line)
        if self._closer is None or self._closer.done():
            self._closer = asyncio.create_task(self._close_idle())

    async def _close_idle(self) -> None:
        while self._free:
            await asyncio.sleep(IDLE / 2)
            old = asyncio.get_running_loop().time() - IDLE
            late = [line for line in self._free if line.used_at < old]
            self._free = [line for line in self._free if line.used_at >= old]
            for line in late:
                await line.leave()

    async def _client(self, server: Server) -> SMTP:
        return SMTP(
            hostname=server.host,
            port=server.port,
            local_hostname=self._name,
            timeout=PATIENCE,
            use_tls=server.security == "tls",
            start_tls=server.security == "starttls",
            tls_context=await tls.context(self._account.ca) if server.security != "none" else None,
        )

    async def _log_in(self, client: SMTP, server: Server) -> None:
        secret = self._logins.password("smtp")
        if not self._logins.by_token and not secret:
            return
        try:
            if self._logins.by_token:
                await self._by_token(client, server)
            else:
                await _by_password(client, server, secret, own=self._logins.has_own("smtp"))
        except SMTPAuthenticationError as error:
            _not_let_in(error)
        except (SMTPServerDisconnected, SMTPTimeoutError) as error:
            raise TryLater("The mail server hung up at the log-in", hint="Look at `smtp_host`.") from error

    async def _by_token(self, client: SMTP, server: Server) -> None:
        """Log in with an access token; one that is refused is renewed once."""
        token = await self._logins.token()
        with suppress(SMTPAuthenticationError):
            await client.auth_xoauth2(server.user, token)
            return
        await self._logins.refused(token)
        await client.auth_xoauth2(server.user, await self._logins.token())


async def _connect(client: SMTP, server: Server) -> None:
    """Connect and greet. Encryption that was asked for is had, or nothing goes out."""
    try:
        await client.connect()
        await client.ehlo()
    except SMTPResponseException as error:
        if error.code < 500:
            raise TryLater(f"The mail server is not ready: {words(f'{error.code} {error.message}')}") from error
        raise ChannelBroken(f"The mail server turns us away: {words(f'{error.code} {error.message}')}") from error
    except (SMTPException, OSError) as error:
        cause = error.__cause__ or error
        if isinstance(cause, SSLCertVerificationError):
            raise ChannelBroken("The mail server's certificate is not valid", hint=CERTIFICATE) from error
        if server.security == "starttls" and "STARTTLS" in str(error):
            raise ChannelBroken("The mail server does not encrypt", hint="Look at `smtp_security`.") from error
        raise TryLater("The mail server cannot be reached", hint="Look at `smtp_host` and `smtp_port`.") from error


async def _by_password(client: SMTP, server: Server, secret: str, *, own: bool) -> None:
    """Log in once, the best way that is offered: a second try after a no may lock the account.

    Where no password was set for sending (`own`) and the server asks for none, it lets us in by our address.
    """
    offered = client.server_auth_methods
    if "plain" in offered:
        await client.auth_plain(server.user, secret)
    elif "login" in offered:
        await client.auth_login(server.user, secret)
    elif "cram-md5" in offered:
        await client.auth_crammd5(server.user, secret)
    elif own or offered:
        raise ChannelBroken(
            "The mail server offers no log-in that we know", hint="Look at `smtp_security` and `smtp_port`.",
            offered=offered,
        )  # fmt: skip


def _not_let_in(error: SMTPAuthenticationError) -> NoReturn:
    if error.code in BROKEN or error.code >= 500:
        raise ChannelBroken(
            f"The mail server rejects our log-in: {words(f'{error.code} {error.message}')}",
            hint="Renew `smtp_password`, or authorise again.",
        ) from error
    raise TryLater(f"The mail server is not ready: {error.code}") from error
