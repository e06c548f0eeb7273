"""The mailbox of the simulated mail house: as much of IMAP4rev1 (RFC 3501, 2177) as a client that reads needs.

It misbehaves on request: says BYE, hangs up, hangs up before it lets a client idle, falls silent, numbers anew.
"""

import asyncio
import base64
import re
from collections.abc import Awaitable, Callable
from contextlib import suppress
from datetime import UTC, datetime
from ssl import SSLContext

from msgspec import Struct

from hub.clock import Clock

MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_PART = re.compile(r"BODY\.PEEK\[(HEADER|)\](?:<(\d+)\.(\d+)>)?")


class Kept(Struct, frozen=True, kw_only=True):
    """One mail in the mailbox."""

    uid: int
    raw: bytes
    at: datetime


class Moods(Struct, kw_only=True):
    """How the server misbehaves, until it is told otherwise."""

    idle: bool = True
    """Offers IDLE."""
    hangs_up_at_idle: bool = False
    silent: bool = False
    """Takes commands and answers none: a connection that is half open looks the same."""


class Mailbox:
    """What lies in the mailbox, and who looks at it."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self.mails: list[Kept] = []
        self.validity = 1_700_000_000
        self.moods = Moods()
        self.sessions: set[Session] = set()

    def deliver(self, raw: bytes) -> None:
        """Put a mail in, and tell who idles."""
        uid = self.mails[-1].uid + 1 if self.mails else 1
        self.mails.append(Kept(uid=uid, raw=raw, at=self._clock.now()))
        for session in self.sessions:
            session.news.set()

    def number_anew(self) -> None:
        """Forget all numbers; clients see it when they come again."""
        self.validity += 1
        self.mails = [Kept(uid=number, raw=kept.raw, at=kept.at) for number, kept in enumerate(self.mails, 10)]

    def bye(self, *, hangs_up: bool = True) -> None:
        """Throw everybody out, politely; some servers say so and leave the connection open."""
        for session in tuple(self.sessions):
            session.leave(hangs_up=hangs_up)

    def cut(self) -> None:
        """Throw everybody out without a word."""
        for session in tuple(self.sessions):
            session.writer.transport.abort()


Check = Callable[[str, str], Awaitable[bool]]
"""Says whether a user may enter with a password or, behind `Bearer `, an access token."""


class Session:
    """One connection."""

    def __init__(
        self, mailbox: Mailbox, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, check: Check,
        secure: SSLContext | None,
    ) -> None:  # fmt: skip
        self.writer = writer
        self.news = asyncio.Event()
        self._mailbox = mailbox
        self._reader = reader
        self._check = check
        self._secure = secure
        self._shown = 0

    def leave(self, *, hangs_up: bool) -> None:
        """Say BYE and close."""
        self._say("* BYE Server shutting down.")
        if hangs_up:
            self.writer.close()

    async def serve(self) -> None:
        """Answer until the client goes."""
        self._mailbox.sessions.add(self)
        try:
            self._say("* OK simulated mail house")
            while line := await self._line():
                if not self._mailbox.moods.silent:
                    await self._answer(line)
                await self.writer.drain()
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            self._mailbox.sessions.discard(self)
            self.writer.close()

    async def _line(self) -> str:
        return (await self._reader.readline()).decode("utf-8", "replace").rstrip("\r\n")

    async def _answer(self, line: str) -> None:
        tag, _, rest = line.partition(" ")
        word, _, told = rest.partition(" ")
        if word.upper() == "UID":
            word, _, told = told.partition(" ")
            word = f"UID {word}"
        verbs: dict[str, Callable[[str, str], Awaitable[None]]] = {
            "CAPABILITY": self._capability,
            "STARTTLS": self._starttls,
            "LOGIN": self._login,
            "AUTHENTICATE": self._authenticate,
            "SELECT": self._select,
            "UID SEARCH": self._search,
            "UID FETCH": self._fetch,
            "IDLE": self._idle,
            "LOGOUT": self._logout,
        }
        await verbs.get(word.upper(), self._fine)(tag, told)

    async def _fine(self, tag: str, told: str) -> None:
        """NOOP, ID and whatever else changes nothing here."""
        self._say(f"{tag} OK done")

    async def _capability(self, tag: str, told: str) -> None:
        offers = [*(["IDLE"] if self._mailbox.moods.idle else []), *(["STARTTLS"] if self._secure else [])]
        self._say(f"* CAPABILITY IMAP4rev1 ID AUTH=XOAUTH2 {' '.join(offers)}".rstrip())
        self._say(f"{tag} OK done")

    async def _starttls(self, tag: str, told: str) -> None:
        if self._secure is None:
            self._say(f"{tag} BAD no TLS here")
            return
        self._say(f"{tag} OK go ahead")
        await self.writer.start_tls(self._secure)
        self._secure = None

    async def _login(self, tag: str, told: str) -> None:
        user, _, secret = told.partition(" ")
        good = await self._check(user.strip('"'), secret.strip('"'))
        self._say(f"{tag} OK welcome" if good else f"{tag} NO [AUTHENTICATIONFAILED] Authentication failed.")

    async def _authenticate(self, tag: str, told: str) -> None:
        _, _, coded = told.partition(" ")
        words = base64.b64decode(coded).decode().split("\1")
        user, bearer = words[0].removeprefix("user="), words[1].removeprefix("auth=")
        if await self._check(user, bearer):
            self._say(f"{tag} OK welcome")
            return
        refusal = b'{"status":"400","schemes":"Bearer","scope":"https://mail.google.com/"}'
        self._say(f"+ {base64.b64encode(refusal).decode()}")
        await self._line()  # the client has to say an empty line first
        self._say(f"{tag} NO [AUTHENTICATIONFAILED] Invalid credentials")

    async def _select(self, tag: str, told: str) -> None:
        if told.strip('"').upper() != "INBOX":
            self._say(f"{tag} NO [NONEXISTENT] there is no such mailbox")
            return
        mails = self._mailbox.mails
        self._shown = len(mails)
        self._say("* FLAGS (\\Seen)")
        self._say(f"* {self._shown} EXISTS")
        self._say(f"* OK [UIDVALIDITY {self._mailbox.validity}] valid")
        self._say(f"* OK [UIDNEXT {mails[-1].uid + 1 if mails else 1}] next")
        self._say(f"{tag} OK [READ-WRITE] done")

    async def _search(self, tag: str, told: str) -> None:
        word, _, value = told.partition(" ")
        mails = self._mailbox.mails
        if word.upper() == "UID":
            low = int(value.partition(":")[0])
            found = [kept.uid for kept in mails if kept.uid >= low] or [kept.uid for kept in mails[-1:]]
        else:
            day, month, year = value.split("-")
            since = datetime(int(year), MONTHS.index(month) + 1, int(day), tzinfo=UTC)
            found = [kept.uid for kept in mails if kept.at >= since]
        self._say(f"* SEARCH {' '.join(map(str, found))}".rstrip())
        self._say(f"{tag} OK done")

    async def _fetch(self, tag: str, told: str) -> None:
        number, _, what = told.partition(" ")
        place, kept = next(
            ((place, kept) for place, kept in enumerate(self._mailbox.mails, 1) if str(kept.uid) == number), (0, None)
        )
        if kept is not None:
            self._say_bytes(f"* {place} FETCH (UID {kept.uid} ".encode() + _asked(kept, what) + b")")
        self._say(f"{tag} OK done")

    async def _idle(self, tag: str, told: str) -> None:
        if self._mailbox.moods.hangs_up_at_idle:
            self.writer.close()
            return
        self._say("+ idling")
        await self.writer.drain()
        waits = asyncio.ensure_future(self._line())
        try:
            while not waits.done():
                if len(self._mailbox.mails) != self._shown:
                    self._shown = len(self._mailbox.mails)
                    self._say(f"* {self._shown} EXISTS")
                news = asyncio.ensure_future(self.news.wait())
                await asyncio.wait({waits, news}, return_when=asyncio.FIRST_COMPLETED)
                news.cancel()
                self.news.clear()
        finally:
            waits.cancel()
            with suppress(asyncio.CancelledError, ConnectionError):
                await waits
        self._say(f"{tag} OK done")

    async def _logout(self, tag: str, told: str) -> None:
        self._say("* BYE see you")
        self._say(f"{tag} OK done")
        self.writer.close()

    def _say(self, line: str) -> None:
        self._say_bytes(line.encode())

    def _say_bytes(self, line: bytes) -> None:
        if not self.writer.is_closing():
            self.writer.write(line + b"\r\n")


def _asked(kept: Kept, what: str) -> bytes:
    """Return what a FETCH asked for."""
    part = _PART.search(what)
    if part is None:
        at = kept.at.astimezone(UTC)
        day = f"{at.day:02d}-{MONTHS[at.month - 1]}-{at.year} {at:%H:%M:%S} +0000"
        return f'RFC822.SIZE {len(kept.raw)} INTERNALDATE "{day}"'.encode()
    content = kept.raw.partition(b"\r\n\r\n")[0] + b"\r\n\r\n" if part[1] else kept.raw
    name = f"BODY[{part[1]}]"
    if part[2] is not None:
        content = content[int(part[2]) : int(part[2]) + int(part[3])]
        name += f"<{part[2]}>"
    return f"{name} {{{len(content)}}}\r\n".encode() + content
