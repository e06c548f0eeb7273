"""Fetching what a bell announced: page after page from where we stood, stored before the cursor moves.

A crash between storing and moving the cursor repeats a page, and the hub knows each item's id. Items are kept for three
days (https://developer.work.weixin.qq.com/document/path/94670).
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

import msgspec
import structlog
from msgspec import Struct

from adapters.contract import Accept
from adapters.setup import Setup
from adapters.wechat_kf import items, meanings
from adapters.wechat_kf.people import NOBODY, People
from adapters.weixin.client import Client
from hub.errors import Refused, TryLater
from hub.model import Bell, Inbound, Said, Sender, Signal

log = structlog.get_logger(__name__)
LIMIT = 1000
PAGES = 500
"""After so many pages the rest waits for the next bell: no account has as much in three days, so it is a loop."""
BELL_LIFE = timedelta(minutes=9, seconds=30)
"""WeCom says ten minutes."""
MOVED = frozenset({"enter", "session"})
CURSOR = "cursor"
PULLED = "pulled"
VOICES = {"amr": 0, "silk": 1}


class Page(Struct, frozen=True, kw_only=True):
    """One answer. A page may be empty and not be the last."""

    next_cursor: str = ""
    has_more: int = 0
    msg_list: list[msgspec.Raw] = []


class Pulled(Struct, frozen=True, kw_only=True):
    """Who wrote, and whose session moved."""

    wrote: dict[str, None] = {}
    moved: dict[str, None] = {}

    def count(self, inbounds: Sequence[Inbound]) -> None:
        """Take a page's people in, in their order."""
        for one in inbounds:
            if isinstance(one, Said):
                self.wrote[one.sender.user] = None
            elif isinstance(one, Signal) and one.name in MOVED:
                self.moved[one.sender.user] = None


class Puller:
    """Pulls for one account."""

    def __init__(self, setup: Setup, client: Client, people: People) -> None:
        self._setup = setup
        self._client = client
        self._people = people
        self._account = setup.text("open_kfid")

    async def pull(self, bell: Bell, accept: Accept) -> Pulled:
        """Fetch all there is, and return whom it was about. Raises what the calls mean; what was accepted is kept."""
        marks, pulled = self._setup.lent_marks, Pulled()
        cursor = await marks.get(CURSOR)
        token = bell.token if self._now() - bell.sent_at < BELL_LIFE else ""
        for _ in range(PAGES):
            page = await self._page(cursor, token)
            inbounds = await self._read(page.msg_list)
            await accept(inbounds)
            pulled.count(inbounds)
            stuck = page.next_cursor in ("", cursor)
            if not stuck:
                cursor = page.next_cursor
                await marks.set(CURSOR, cursor)
            if not page.has_more:
                break
            if stuck:
                raise TryLater("WeCom says that there is more, and not from where", after=timedelta(seconds=30))
        await marks.set(PULLED, str(int(self._now().timestamp())))
        return pulled

    async def quiet_for(self, at: datetime) -> float:
        """Return how many seconds ago somebody last pulled; infinite when nobody did."""
        told = await self._setup.lent_marks.get(PULLED)
        return at.timestamp() - int(told) if told.isdecimal() else float("inf")

    async def look(self) -> None:
        """Make a call as `pull` does, and keep nothing of it: for the test of the connection."""
        await self._ask(await self._setup.lent_marks.get(CURSOR), "", 1)

    async def _page(self, cursor: str, token: str) -> Page:
        """Ask for a page: without the bell's token when that is over, from the beginning when the cursor is no good."""
        try:
            return await self._ask(cursor, token, LIMIT)
        except Refused as refused:
            code = refused.facts.get("code")
            if token and code == meanings.BAD_BELL:
                return await self._page(cursor, "")
            if not cursor or code in meanings.TABLE:
                raise
            log.warning("wechat_kf.cursor_lost", inbox=self._setup.inbox, code=code)
            return await self._ask("", token, LIMIT)

    async def _ask(self, cursor: str, token: str, limit: int) -> Page:
        payload = {
            "open_kfid": self._account,
            "limit": limit,
            "voice_format": VOICES.get(self._setup.text("voice_format"), 0),
            **({"cursor": cursor} if cursor else {}),
            **({"token": token} if token else {}),
        }
        return await self._client.ask("/cgi-bin/kf/sync_msg", payload, shape=Page)

    async def _read(self, raws: Sequence[msgspec.Raw]) -> list[Inbound]:
        who = await self._people.meet(items.customer(bytes(raw)) for raw in raws)
        found = [self._one(bytes(raw), who.get(items.customer(bytes(raw)), NOBODY)) for raw in raws]
        return [one for one in found if one is not None]

    def _one(self, raw: bytes, who: Sender) -> Inbound | None:
        """Read one item; one that is broken keeps none of the others."""
        try:
            return items.read(raw, inbox=self._setup.inbox, account=self._account, who=who)
        except ValueError:
            log.warning("wechat_kf.item_unreadable", inbox=self._setup.inbox, size=len(raw))
            return None

    def _now(self) -> datetime:
        return self._setup.clock.now()
