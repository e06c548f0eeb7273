"""The room as the floors above use it: every service of staff, put together once per process."""

from datetime import datetime

from msgspec import Struct

from accounts.attempts import ATTEMPTS, Throttle
from accounts.audit import AUDIT, AUDIT_HEADS, Audit
from accounts.credentials import CREDENTIALS
from accounts.crews import Teams
from accounts.known import KnownSessions, KnownTokens, Memory
from accounts.login import Logins
from accounts.passwords import Cost, Passwords
from accounts.sessions import SESSIONS, Sessions
from accounts.setup import SETUP_LINKS, Setup
from accounts.staff import Staff
from accounts.teams import TEAMS
from accounts.tokens import TOKENS, Tokens
from accounts.users import USERS
from hub.events import Events
from hub.keys import Keyring
from hub.store.port import Collection, Document, Store

COLLECTIONS: tuple[Collection[Document], ...] = (
    USERS, CREDENTIALS, TEAMS, SESSIONS, TOKENS, ATTEMPTS, SETUP_LINKS, AUDIT, AUDIT_HEADS,
)  # fmt: skip
"""Everything this room stores, for `Store.open`."""


class Accounts(Struct, frozen=True, kw_only=True):
    """The services. Made by `build`."""

    staff: Staff
    teams: Teams
    sessions: Sessions
    tokens: Tokens
    logins: Logins
    setup: Setup
    audit: Audit
    throttle: Throttle
    passwords: Passwords
    known_sessions: KnownSessions
    known_tokens: KnownTokens

    async def sweep(self, at: datetime) -> int:
        """Remove what is over (sessions, forgotten attempts); returns how many rows. For a loop, every few minutes."""
        return await self.sessions.sweep(at) + await self.throttle.sweep(at)


def build(store: Store, events: Events, keyring: Keyring, *, cost: Cost | None = None) -> Accounts:
    """Put the services together; `cost` is for tests."""
    audit, passwords = Audit(store), Passwords(cost)
    sessions, tokens, throttle = Sessions(store, keyring), Tokens(store, audit), Throttle(store)
    staff = Staff(store, audit, passwords, sessions, tokens, events)
    memory = Memory(store)
    return Accounts(
        staff=staff,
        teams=Teams(store, audit, events),
        sessions=sessions,
        tokens=tokens,
        logins=Logins(store, passwords, sessions, throttle, audit),
        setup=Setup(store, staff),
        audit=audit,
        throttle=throttle,
        passwords=passwords,
        known_sessions=KnownSessions(store, sessions, memory),
        known_tokens=KnownTokens(store, tokens, memory),
    )
