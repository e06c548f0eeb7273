"""One IMAP connection behind the few verbs that listening needs; no await of it lasts for ever.

aioimaplib 2.0.3 keeps silent about a connection that is gone (facts of the channel, measured): a BYE is an item like
any other, a close during IDLE ends nothing, and a server that hangs up before `+` leaves `idle_start` waiting. So every
call here has a bound, and is raced with the one sign there is, `conn_lost_cb`.
"""

import asyncio
import re
import socket
from collections.abc import Awaitable
from contextlib import suppress
from datetime import UTC, datetime
from ssl import SSLCertVerificationError, SSLContext
from typing import Any, TypeVar

from aioimaplib import IMAP4, AioImapException, Command, Response
from aioimaplib.aioimaplib import IMAP4ClientProtocol, quoted
from msgspec import Struct

from adapters.email import tls
from adapters.email.account import Account, Server
from adapters.email.folders import encoded
from adapters.email.logins import Logins
from hub.errors import ChannelBroken, TryLater

T = TypeVar("T")
PATIENCE = 20.0
"""Seconds for one answer."""
CHUNK = 1 << 20
"""Bytes fetched at once of a large mail."""
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
CERTIFICATE = "Its name must be the one in `imap_host`; for an authority of your own set `tls_ca`."
_SIZE = re.compile(rb"RFC822\.SIZE (\d+)")
_DATE = re.compile(rb'INTERNALDATE "([^"]+)"')


class Lost(TryLater):
    """The connection is gone, or nobody can tell: connect again and look what came."""


class Folder(Struct, frozen=True, kw_only=True):
    """What SELECT told: an id that holds until the folder's numbers begin anew, and the next number (0: not told)."""

    validity: str
    next: int


class Card(Struct, frozen=True, kw_only=True):
    """The outside of one mail on the server."""

    size: int
    at: datetime | None


class Protocol(IMAP4ClientProtocol):  # type: ignore[misc]  # the library is not typed
    """The library's protocol, with the empty line that a refused XOAUTH2 waits for, and an ear for BYE."""

    def _untagged_response(self, line: bytes) -> Any:
        """Hang up where the server says goodbye, whenever that is; not every server does it itself."""
        pending = self.pending_sync_command
        if line.upper().startswith(b"* BYE") and (pending is None or pending.name != "LOGOUT"):
            self.transport.abort()
            return None
        return super()._untagged_response(line)

    def _continuation(self, line: bytes) -> None:
        pending = self.pending_sync_command
        if pending is not None and pending.name == "AUTHENTICATE":
            self.transport.write(b"\r\n")
            return
        super()._continuation(line)


class Client(IMAP4):  # type: ignore[misc]  # the library is not typed
    """The library's client on our protocol."""

    def create_client(self, host: str, port: int, loop: Any, conn_lost_cb: Any, ssl_context: SSLContext | None) -> None:
        """Connect; called by the library."""
        running = loop or asyncio.get_running_loop()
        self.protocol = Protocol(running, conn_lost_cb)
        made = running.create_connection(lambda: self.protocol, host, port, ssl=ssl_context)
        self._client_task = running.create_task(made)


class Imap:
    """One connection to one folder."""

    def __init__(self, account: Account, logins: Logins) -> None:
        self._account = account
        self._logins = logins
        self._lost = asyncio.Event()
        self._client: Client | None = None

    @property
    def idles(self) -> bool:
        """Say whether the server tells when something comes."""
        return self._client is not None and self._client.has_capability("IDLE")

    async def connect(self) -> None:
        """Connect and encrypt; raises `Lost`, or `ChannelBroken` for what an administrator has to change."""
        server = self._server
        secure = await tls.context(self._account.ca) if server.security != "none" else None
        self._client = Client(
            server.host, server.port, timeout=PATIENCE, conn_lost_cb=lambda _: self._lost.set(),
            ssl_context=secure if server.security == "tls" else None,
        )  # fmt: skip
        try:
            await self._bounded(self._client.wait_hello_from_server())
        except SSLCertVerificationError as error:
            raise ChannelBroken("The mail server's certificate is not valid", hint=CERTIFICATE) from error
        except OSError as error:
            raise Lost("The mail server cannot be reached", hint="Look at `imap_host` and `imap_port`.") from error
        _keep_alive(self._client.protocol.transport)
        if server.security == "starttls" and secure:
            await self._encrypt(secure, server.host)

    async def log_in(self) -> None:
        """Prove who we are; raises `ChannelBroken` when the server does not believe it."""
        client, user = self._live, self._server.user
        if self._logins.by_token:
            answer = await self._by_token(client, user)
        else:
            secret = self._logins.password("imap")
            answer = await self._bounded(client.login(quoted(user), secret))
        if answer.result != "OK":
            raise ChannelBroken(
                f"The mail server rejects our log-in: {_said(answer)}",
                hint="Renew `imap_password`, or authorise again. QQ, 163 and exmail want an authorisation code.",
            )
        await self._bounded(client.protocol.capability())
        if client.has_capability("ID"):  # 163 and 126 let nobody select a folder who has not said this
            await self._bounded(client.id(name="yizhan", version="1"))

    async def select(self) -> Folder:
        """Open the folder; raises `ChannelBroken` when there is none of that name."""
        answer = await self._bounded(self._live.select(quoted(encoded(self._account.folder))))
        if answer.result != "OK":
            raise ChannelBroken(f"The folder cannot be opened: {_said(answer)}", hint="Look at `imap_folder`.")
        text = b" ".join(line for line in answer.lines if isinstance(line, bytes))
        return Folder(validity=_told(text, rb"UIDVALIDITY (\d+)"), next=int(_told(text, rb"UIDNEXT (\d+)") or 0))

    async def newer(self, last: int) -> list[int]:
        """Return the numbers above `last`, rising. `n:*` names the last mail always: that is dropped."""
        return [uid for uid in await self._search("UID", f"{last + 1}:*") if uid > last]

    async def since(self, day: datetime) -> list[int]:
        """Return the numbers of what came on that day or later, rising."""
        return await self._search("SINCE", f"{day.day}-{MONTHS[day.month - 1]}-{day.year}")

    async def card(self, uid: int) -> Card | None:
        """Return size and time of one mail, or None when it is gone."""
        answer = await self._fetch(uid, "(UID RFC822.SIZE INTERNALDATE)")
        text = b" ".join(line for line in answer.lines if isinstance(line, bytes))
        size = _told(text, _SIZE.pattern)
        return Card(size=int(size), at=_internal(_told(text, _DATE.pattern))) if size else None

    async def head(self, uid: int) -> bytes:
        """Return the head of one mail."""
        return await self._part(uid, "BODY.PEEK[HEADER]")

    async def whole(self, uid: int, size: int) -> bytes:
        """Return one mail, byte for byte, by pieces when it is large; empty when it is gone."""
        if size <= CHUNK:
            return await self._part(uid, "BODY.PEEK[]")
        pieces: list[bytes] = []
        at = 0
        while True:
            piece = await self._part(uid, f"BODY.PEEK[]<{at}.{CHUNK}>")
            pieces.append(piece)
            at += len(piece)
            if len(piece) < CHUNK:
                return b"".join(pieces)

    async def idle(self, seconds: float) -> None:
        """Return when the server says that something happened, or after `seconds`. Raises `Lost`."""
        client = self._live
        ended = await self._bounded(client.idle_start(timeout=seconds + PATIENCE))
        try:
            with suppress(TimeoutError):
                await self._raced(client.wait_server_push(timeout=seconds))
        finally:
            if not self._lost.is_set() and client.has_pending_idle():
                client.idle_done()
        await self._bounded(ended)

    async def noop(self) -> None:
        """Ask whether the server is there; raises `Lost`."""
        await self._bounded(self._live.noop())

    async def close(self) -> None:
        """Say goodbye if somebody listens, close, and leave no task behind."""
        client = self._client
        if client is None:
            return
        if not self._lost.is_set() and client.protocol.transport is not None and not client.has_pending_idle():
            with suppress(Exception):
                await asyncio.wait_for(client.logout(), 1)
        transport = client.protocol.transport
        if transport is not None:
            transport.abort()
        tasks = [*client.tasks, *client.protocol.tasks, client._client_task]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    @property
    def _server(self) -> Server:
        if self._account.imap is None:
            raise ChannelBroken("This inbox has no server to read from", hint="Set `imap_host`.")
        return self._account.imap

    @property
    def _live(self) -> Client:
        if self._client is None or self._lost.is_set():
            raise Lost("The connection to the mail server is gone")
        return self._client

    async def _by_token(self, client: Client, user: str) -> Response:
        """Log in with an access token; one that is refused is renewed once."""
        token = await self._logins.token()
        answer = await self._bounded(client.xoauth2(user, token))
        if answer.result != "OK":
            await self._logins.refused(token)
            answer = await self._bounded(client.xoauth2(user, await self._logins.token()))
        return answer

    async def _encrypt(self, secure: SSLContext, host: str) -> None:
        """Ask for TLS on the open connection. What was said before it is forgotten (RFC 3501 6.2.1)."""
        protocol = self._live.protocol
        loop = asyncio.get_running_loop()
        answer = await self._bounded(protocol.execute(Command("STARTTLS", protocol.new_tag(), loop=loop)))
        if answer.result != "OK":
            raise ChannelBroken("The mail server does not encrypt", hint="Look at `imap_security`.")
        protocol.incomplete_line = b""
        try:
            protocol.transport = await self._bounded(
                loop.start_tls(protocol.transport, protocol, secure, server_hostname=host)
            )
        except SSLCertVerificationError as error:
            raise ChannelBroken("The mail server's certificate is not valid", hint=CERTIFICATE) from error
        except OSError as error:
            raise Lost("The mail server does not encrypt as it said", hint="Look at `imap_security`.") from error
        await self._bounded(protocol.capability())

    async def _search(self, *what: str) -> list[int]:
        answer = await self._bounded(self._live.uid_search(*what, charset=None))
        if answer.result != "OK":
            raise Lost(f"The mail server does not search: {_said(answer)}")
        found = (word for line in answer.lines[:-1] for word in bytes(line).split() if word.isdigit())
        return sorted({int(word) for word in found})

    async def _fetch(self, uid: int, what: str) -> Response:
        answer = await self._bounded(self._live.uid("fetch", str(uid), what), PATIENCE * 3)
        if answer.result != "OK":
            raise Lost(f"The mail server does not hand it over: {_said(answer)}")
        return answer

    async def _part(self, uid: int, what: str) -> bytes:
        answer = await self._fetch(uid, f"({what})")
        return next((bytes(line) for line in answer.lines if isinstance(line, bytearray)), b"")

    async def _bounded(self, work: Awaitable[T], seconds: float = PATIENCE) -> T:
        try:
            async with asyncio.timeout(seconds):
                return await self._raced(work)
        except TimeoutError as error:
            raise Lost("The mail server does not answer") from error
        except AioImapException as error:
            raise Lost(f"The mail server is out of step: {type(error).__name__}") from error

    async def _raced(self, work: Awaitable[T]) -> T:
        """Return what `work` gives, or raise `Lost` as soon as the connection is."""
        task = asyncio.ensure_future(work)
        lost = asyncio.ensure_future(self._lost.wait())
        try:
            await asyncio.wait({task, lost}, return_when=asyncio.FIRST_COMPLETED)
            if task.done():
                return task.result()
            raise Lost("The mail server hung up")
        finally:
            for one in (task, lost):
                one.cancel()
            await asyncio.gather(task, lost, return_exceptions=True)


def _keep_alive(transport: Any) -> None:
    """Let the kernel find out that the other side is gone, within two minutes: IMAP itself would not."""
    wire = transport.get_extra_info("socket")
    for option, value in ((socket.TCP_KEEPIDLE, 60), (socket.TCP_KEEPINTVL, 15), (socket.TCP_KEEPCNT, 4)):
        wire.setsockopt(socket.IPPROTO_TCP, option, value)
    wire.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)


def _told(text: bytes, pattern: bytes) -> str:
    found = re.search(pattern, text)
    return found[1].decode() if found else ""


def _internal(told: str) -> datetime | None:
    """Read `21-Nov-2026 09:00:00 +0800`; month names are English whatever the machine speaks."""
    match = re.fullmatch(r" ?(\d{1,2})-([A-Za-z]{3})-(\d{4}) (\d\d):(\d\d):(\d\d) ([+-]\d{4})", told)
    if not match or match[2].title() not in MONTHS:
        return None
    day, month, year = int(match[1]), MONTHS.index(match[2].title()) + 1, int(match[3])
    zone = datetime.strptime(match[7], "%z").tzinfo
    try:
        local = datetime(year, month, day, int(match[4]), int(match[5]), int(match[6]), tzinfo=zone)
    except ValueError:
        return None
    return local.astimezone(UTC)


def _said(answer: Response) -> str:
    """Return the server's own words, at most 200 characters, tokens and passwords never being among them."""
    last = answer.lines[-1] if answer.lines else b""
    return " ".join(bytes(last).decode("utf-8", "replace").split())[:200]
