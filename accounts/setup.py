"""The first administrator of a new installation: a one-time link, good for 30 minutes, while there is nobody yet."""

import hmac
import secrets
from datetime import datetime, timedelta

import structlog

from accounts.actor import CONSOLE, Act
from accounts.permissions import Role
from accounts.sessions import digest_of
from accounts.staff import Staff
from accounts.users import NewUser, User
from hub.errors import Conflict, Forbidden, WrongMove
from hub.store.port import Collection, Delete, Document, Insert, Store, put

GOOD_FOR = timedelta(minutes=30)
THE_ONE = "first"
_log = structlog.get_logger(__name__)


class SetupLink(Document, frozen=True, kw_only=True):
    """The link that is out. `digest` is the SHA-256 of its token, which is stored nowhere."""

    digest: str
    expires_at: datetime

    def __repr__(self) -> str:
        """Leave the digest out."""
        return "SetupLink()"


SETUP_LINKS = Collection("setup_links", SetupLink)


class Setup:
    """Makes the link and lets it be used once."""

    def __init__(self, store: Store, staff: Staff) -> None:
        self._store = store
        self._staff = staff

    async def begin(self, at: datetime) -> str | None:
        """Return the token of a new link, or None when there are users already; an earlier link ends.

        Raises `Conflict` when another process makes a link at the same instant: let that one be printed.
        """
        if await self._staff.any():
            return None
        token = secrets.token_urlsafe(32)
        link = SetupLink(id=THE_ONE, digest=digest_of(token), expires_at=at + GOOD_FOR)
        old = await self._store.get(SETUP_LINKS, THE_ONE)
        await self._store.commit(put(SETUP_LINKS, old, link) if old else Insert(SETUP_LINKS, link))
        return token

    async def finish(self, token: str, *, name: str, email: str, password: str, at: datetime, ip: str = "") -> User:
        """Make the first administrator and use the link up.

        Raises `Forbidden` for a link that is wrong, over or used, whatever is wrong with it; `Invalid` for the rest.
        """
        link = await self._store.get(SETUP_LINKS, THE_ONE)
        good = link is not None and hmac.compare_digest(link.digest, digest_of(token)) and at < link.expires_at
        if link is None or not good or await self._staff.any():
            raise _refused()
        new = NewUser(name=name, email=email, role=Role.ADMINISTRATOR, password=password)
        act = Act(actor=CONSOLE, at=at, ip=ip)
        try:
            return await self._staff.create(act, new, also=(Delete(SETUP_LINKS, link),), first=True)
        except (Conflict, WrongMove):
            raise _refused() from None


def _refused() -> Forbidden:
    return Forbidden("This set-up link is not good, or no longer", hint="Restart the hub: it prints a new link.")
