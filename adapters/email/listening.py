"""Stays in one mailbox and hands over what comes, each mail once and in its order.

    connect -> log in -> select -> go on from the mark -> take what is newer -> IDLE (or poll) -> take what is newer ...
    on any doubt: close and raise; the hub calls again, later each time (server/listening.py)

The mark is moved only after the hub has the mail: a crash in between brings it again, and the hub knows it by its
identity. When the folder's numbers begin anew (UIDVALIDITY, RFC 3501 2.3.1.1), what came in the last days is looked at
once more.
"""

import hashlib
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import structlog
from msgspec import Struct

from adapters.contract import Accept
from adapters.email.account import Account
from adapters.email.arriving import Arriving
from adapters.email.imap import Folder, Imap
from adapters.email.logins import Logins
from adapters.setup import Setup
from hub.model import Inbound

log = structlog.get_logger(__name__)
IDLE = 8 * 60.0
"""Seconds of one IDLE. RFC 2177 allows 29 minutes; Gmail and home routers give up earlier."""
POLL = 20.0
"""Seconds between two looks where the server has no IDLE."""
OVERLAP = timedelta(days=2)
"""How far before the last mail a resync looks: SINCE counts whole days, in the server's own zone."""


class Mark(Struct, frozen=True, kw_only=True):
    """Where we are in a folder: its validity, the last number taken, and when that mail came."""

    validity: str
    last: int
    at: datetime

    def __str__(self) -> str:
        """Write it as it is kept."""
        return f"{self.validity} {self.last} {self.at.isoformat()}"


class Listening:
    """One mailbox. `state` is `connecting` or `connected`, for the health page."""

    def __init__(self, setup: Setup, account: Account, logins: Logins, arriving: Arriving) -> None:
        self._setup = setup
        self._account = account
        self._logins = logins
        self._arriving = arriving
        self.state = ""

    async def visit(self, accept: Accept) -> None:
        """Live through one connection, until it is lost or cancelled.

        Raises `TryLater` on any doubt about the connection, `ChannelBroken` when an administrator has to act.
        """
        imap = Imap(self._account, self._logins)
        self.state = "connecting"
        try:
            await imap.connect()
            await imap.log_in()
            folder = await imap.select()
            mark = await self._resume(imap, folder, accept)
            self.state = "connected"
            while True:
                mark = await self._take_all(imap, mark, await imap.newer(mark.last), accept)
                await self._wait(imap)
        finally:
            self.state = ""
            await imap.close()

    async def _wait(self, imap: Imap) -> None:
        if imap.idles:
            await imap.idle(IDLE)
        else:
            await self._setup.clock.sleep(POLL)
            await imap.noop()

    async def _resume(self, imap: Imap, folder: Folder, accept: Accept) -> Mark:
        """Return the mark to go on from, having looked again at what may have been missed."""
        known = _read(await self._setup.lent_marks.get(self._name))
        if known and known.validity == folder.validity and not 0 < folder.next <= known.last:
            return known
        now = self._setup.clock.now()
        last = folder.next - 1 if folder.next else max(await imap.newer(0), default=0)
        begin = Mark(validity=folder.validity, last=last, at=known.at if known else now)
        if known:
            log.info("mailbox_numbers_anew", inbox=self._setup.inbox)
            begin = await self._look_again(imap, begin, known.at - OVERLAP, accept)
        elif self._account.history_days:
            begin = await self._look_again(imap, begin, now - timedelta(days=self._account.history_days), accept)
        await self._setup.lent_marks.set(self._name, str(begin))
        return begin

    async def _look_again(self, imap: Imap, begin: Mark, day: datetime, accept: Accept) -> Mark:
        """Take what came since a day; only when all is taken does the new mark count."""
        at = begin.at
        for uid in await imap.since(day):
            made, came = await self._fetch(imap, uid)
            await accept(made)
            at = max(at, came or at)
        return Mark(validity=begin.validity, last=begin.last, at=at)

    async def _take_all(self, imap: Imap, mark: Mark, uids: Sequence[int], accept: Accept) -> Mark:
        for uid in uids:
            made, came = await self._fetch(imap, uid)
            if made:
                await accept(made)
            mark = Mark(validity=mark.validity, last=uid, at=came or mark.at)
            await self._setup.lent_marks.set(self._name, str(mark))
        return mark

    async def _fetch(self, imap: Imap, uid: int) -> tuple[list[Inbound], datetime | None]:
        """Fetch and read one mail: its size first, so that nothing is fetched that is too large to keep."""
        card = await imap.card(uid)
        if card is None:
            return [], None
        if card.size > self._account.largest:
            return await self._arriving.too_large(await imap.head(uid), card.size, card.at), card.at
        raw = await imap.whole(uid, card.size)
        return (await self._arriving.take(raw, at=card.at) if raw else []), card.at

    @property
    def _name(self) -> str:
        """Name the mark after the mailbox: another one has a beginning of its own."""
        server = self._account.imap
        told = f"{server.host if server else ''}\0{server.user if server else ''}\0{self._account.folder}"
        return f"imap:{hashlib.sha256(told.encode()).hexdigest()[:16]}"


def _read(kept: str) -> Mark | None:
    """Read a mark; one that cannot be read is none."""
    try:
        validity, last, at = kept.split(" ")
        return Mark(validity=validity, last=int(last), at=datetime.fromisoformat(at).astimezone(UTC))
    except ValueError:
        return None
