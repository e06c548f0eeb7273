"""Log-in sessions: opaque tokens in a cookie, rows on our side, so that every one of them can be ended at once."""

import hashlib
import hmac
import secrets
from contextlib import suppress
from datetime import datetime, timedelta

from msgspec import Struct, structs

from hub.errors import Conflict, Forbidden, NotFound, TryLater
from hub.ids import new_id
from hub.keys import Keyring
from hub.store.port import Between, By, Collection, Delete, Document, Eq, Index, Insert, Store, Write, put

IDLE = timedelta(hours=12)
LONGEST = timedelta(days=7)
COARSE = timedelta(minutes=5)
TRIES = 20
MOST = 20
"""How many one person may have; a log-in beyond it ends their oldest."""


class Session(Document, frozen=True, kw_only=True):
    """One browser that is logged in. `digest` is the SHA-256 of its token, which is stored nowhere.

    `seen_at` is coarse (5 minutes). It is over at `expires_at`: 12 hours after it was last seen, or 7 days old.
    """

    digest: str
    user: str
    created_at: datetime
    seen_at: datetime
    expires_at: datetime
    ip: str = ""
    agent: str = ""

    def __repr__(self) -> str:
        """Leave the digest out."""
        return f"Session({self.id}, user={self.user})"


SESSIONS = Collection(
    "sessions",
    Session,
    Index(("digest",), unique=True),
    Index(("user", "created_at", "id")),
    Index(("expires_at", "id")),
)


class Started(Struct, frozen=True, kw_only=True):
    """A session that begins with `writes`; the token goes into the cookie and nowhere else."""

    token: str
    session: Session
    writes: tuple[Write, ...]

    def __repr__(self) -> str:
        """Leave the token out."""
        return f"Started({self.session!r})"


class Sessions:
    """Begins, finds and ends sessions."""

    def __init__(self, store: Store, keyring: Keyring) -> None:
        self._store = store
        self._csrf = keyring.derive("csrf").newest.material

    async def start(self, user: str, *, ip: str, agent: str, at: datetime) -> Started:
        """Make a new session, not yet committed; when the user has too many, the oldest ones end with it."""
        token = secrets.token_urlsafe(32)
        session = Session(
            id=new_id(), digest=digest_of(token), user=user, created_at=at, seen_at=at,
            expires_at=at + IDLE, ip=ip, agent=summary(agent),
        )  # fmt: skip
        spare = (await self.all_of(user))[: -MOST + 1]
        ended = tuple(Delete(SESSIONS, old) for old in spare)
        return Started(token=token, session=session, writes=(Insert(SESSIONS, session), *ended))

    async def find(self, digest: str, at: datetime) -> Session | None:
        """Return the session that is not over, or None."""
        found = await self._store.find(SESSIONS, Eq("digest", digest), limit=1)
        return found[0] if found and at < found[0].expires_at else None

    async def all_of(self, user: str) -> list[Session]:
        """Return a user's sessions, oldest first; those that are over may still be among them."""
        order = (By("created_at"), By("id"))
        return await self._store.find(SESSIONS, Eq("user", user), order=order, limit=10 * MOST)

    async def revoke(self, user: str, id: str) -> None:
        """End one of the user's own sessions; raises `NotFound` for anybody else's, and for one that has ended."""
        for _ in range(TRIES):
            session = await self._store.get(SESSIONS, id)
            if session is None or session.user != user:
                raise NotFound("No such session", session=id)
            with suppress(Conflict):
                # A lost write is the session's own sign of life: read again.
                return await self._store.commit(Delete(SESSIONS, session))
        raise TryLater("The session could not be ended", session=id)

    async def endings(self, user: str) -> tuple[Write, ...]:
        """Return the writes that end every session of the user."""
        return tuple(Delete(SESSIONS, session) for session in await self.all_of(user))

    async def sweep(self, at: datetime, *, limit: int = 500) -> int:
        """Remove sessions that are over; returns how many."""
        order = (By("expires_at"), By("id"))
        old = await self._store.find(SESSIONS, Between("expires_at", high=at), order=order, limit=limit)
        with suppress(Conflict):
            await self._store.commit(*(Delete(SESSIONS, session) for session in old))
        return len(old)

    def csrf(self, session: Session) -> str:
        """Return the token every write of this session carries: an HMAC, so nothing more is stored."""
        return hmac.digest(self._csrf, session.digest.encode(), hashlib.sha256).hex()

    def check_csrf(self, session: Session, given: str) -> None:
        """Return quietly for the right token (compared in constant time); raises `Forbidden`."""
        if not hmac.compare_digest(self.csrf(session).encode(), given.encode()):
            raise Forbidden("The CSRF token is missing or old", hint="Send X-CSRF-Token as GET /session gives it.")


def seen(session: Session, at: datetime) -> Write | None:
    """Return the write that keeps a session alive, or None while the last one is fresh enough."""
    if at - session.seen_at < COARSE:
        return None
    ends = min(at + IDLE, session.created_at + LONGEST)
    return put(SESSIONS, session, structs.replace(session, seen_at=at, expires_at=ends))


def digest_of(token: str) -> str:
    """Return what is stored of a token. It has 256 random bits, so a plain hash is enough."""
    return hashlib.sha256(token.encode()).hexdigest()


_BROWSERS = (("Edg", "Edge"), ("OPR/", "Opera"), ("Firefox", "Firefox"), ("Chrom", "Chrome"), ("Safari", "Safari"))
_SYSTEMS = (
    ("Android", "Android"), ("iPhone", "iOS"), ("iPad", "iPadOS"), ("Windows", "Windows"),
    ("Mac OS", "macOS"), ("Linux", "Linux"),
)  # fmt: skip


def summary(agent: str) -> str:
    """Return "browser, system" of a user agent, for the list of one's sessions; never the header itself."""
    found = (next((name for mark, name in marks if mark in agent), "") for marks in (_BROWSERS, _SYSTEMS))
    return ", ".join(part for part in found if part) or "other"
