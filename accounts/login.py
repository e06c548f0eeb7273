"""The log-in: charge the attempt, look at the password, begin a session; and a person's own password change.

Every refused log-in costs the same work and gets the same answer, whoever exists and whoever is shut out.
"""

from contextlib import suppress
from datetime import datetime, timedelta

import structlog
from msgspec import Struct, structs

from accounts import passwords as rules
from accounts.actor import Act
from accounts.attempts import Throttle
from accounts.audit import HIDDEN, Audit, Change, Deed, Entry
from accounts.credentials import CREDENTIALS, Credential
from accounts.passwords import Passwords
from accounts.sessions import SESSIONS, Session, Sessions, Started, digest_of
from accounts.users import USERS, User, folded
from hub.errors import Conflict, Invalid, NotFound, TryLater, Unauthenticated
from hub.store.port import Delete, Eq, Store, Write, put

TRIES = 20
_log = structlog.get_logger(__name__)


class Entered(Struct, frozen=True, kw_only=True):
    """Somebody who came in. `token` goes into the cookie and nowhere else."""

    user: User
    session: Session
    token: str

    def __repr__(self) -> str:
        """Leave the token out."""
        return f"Entered({self.user.id}, {self.session!r})"


class Logins:
    """Lets people in, out, and change their own password."""

    def __init__(
        self, store: Store, passwords: Passwords, sessions: Sessions, throttle: Throttle, audit: Audit
    ) -> None:
        self._store = store
        self._passwords = passwords
        self._sessions = sessions
        self._throttle = throttle
        self._audit = audit

    async def enter(
        self, email: str, password: str, *, ip: str, agent: str, at: datetime, old: str | None = None
    ) -> Entered:
        """Begin a session with a new token; the session of the cookie that came along (`old`) ends.

        Raises `Unauthenticated`, always the same, or `TooMany` with the time to wait.
        """
        account = folded(email)
        await self._throttle.charge(account, ip, at)
        user, row = await self._find(account)
        good = await self._passwords.verify(row.hash if row else None, password)
        if not good or user is None or row is None or not user.active:
            _log.info("login_refused", ip=ip)
            raise _refused()
        entered = await self._begun(user, row, password, ip=ip, agent=agent, at=at, old=old)
        await self._throttle.forgive(account, ip)
        _log.info("login", user=user.id, ip=ip)
        return entered

    async def leave(self, user: str, session: str) -> None:
        """End the session; one that has ended already is as good."""
        with suppress(NotFound):
            await self._sessions.revoke(user, session)

    async def change_password(self, act: Act, old: str, new: str, *, agent: str) -> Entered:
        """Set one's own password; every session ends, and the one that asked goes on under a new token.

        Raises `Invalid` for a wrong old or a weak new password, `TooMany` after several wrong ones.
        """
        user, row = await self._own(act)
        await self._throttle.charge(user.email, act.ip, act.at)
        if not await self._passwords.verify(row.hash, old):
            raise Invalid("That is not your password", path="$.old")
        await self._throttle.forgive(user.email, act.ip)
        rules.check(new, email=user.email, name=user.name, path="$.new")
        hash = await self._passwords.hash(new)

        async def decide() -> Deed[Entered]:
            now, credential = await self._own(act)
            if credential.hash != row.hash:
                raise Conflict("The password was changed meanwhile", collection=CREDENTIALS.name, id=user.id)
            started = await self._sessions.start(user.id, ip=act.ip, agent=agent, at=act.at)
            changed = put(CREDENTIALS, credential, structs.replace(credential, hash=hash, changed_at=act.at))
            ended = await self._sessions.endings(user.id)
            told = Entry(action="password.changed", target=user.id, changes=(Change(field="password", after=HIDDEN),))
            result = Entered(user=now, session=started.session, token=started.token)
            return Deed(result=result, writes=(changed, *ended, started.writes[0]), entry=told)

        return await self._audit.perform(act, decide)

    async def _find(self, account: str) -> tuple[User | None, Credential | None]:
        found = await self._store.find(USERS, Eq("email", account), limit=1)
        return await self._pair(found[0].id) if found else (None, None)

    async def _pair(self, id: str) -> tuple[User | None, Credential | None]:
        """Read the credential before the user: shutting out writes both, so a session that is written over this
        credential belongs to somebody who was active after it was read."""
        row = await self._store.get(CREDENTIALS, id)
        return await self._store.get(USERS, id), row

    async def _own(self, act: Act) -> tuple[User, Credential]:
        user, row = await self._pair(act.actor.user)
        if user is None or row is None or not user.active:
            raise NotFound("You have no password", user=act.actor.user)
        return user, row

    async def _begun(
        self, user: User, row: Credential, password: str, *, ip: str, agent: str, at: datetime, old: str | None
    ) -> Entered:
        """Commit the session over the credential that was checked; what changed meanwhile is looked at again."""
        hash = await self._passwords.hash(password) if self._passwords.is_dated(row.hash) else row.hash
        checked = row.hash
        for _ in range(TRIES):
            started = await self._sessions.start(user.id, ip=ip, agent=agent, at=at)
            kept = put(CREDENTIALS, row, structs.replace(row, hash=hash, last_login_at=at))
            try:
                await self._store.commit(kept, *await self._with(started, old))
            except Conflict:
                now, again = await self._pair(user.id)
                if again is None or now is None or not now.active or again.hash not in (checked, hash):
                    raise _refused() from None
                row, user, hash = again, now, again.hash
            else:
                return Entered(user=user, session=started.session, token=started.token)
        raise TryLater("Too many log-ins of one person at once", after=timedelta(seconds=1))

    async def _with(self, started: Started, old: str | None) -> tuple[Write, ...]:
        """Return the writes of the new session and the end of the one it takes over from."""
        found = await self._store.find(SESSIONS, Eq("digest", digest_of(old)), limit=1) if old else []
        ending = {write.doc.id for write in started.writes if isinstance(write, Delete)}
        return (*started.writes, *(Delete(SESSIONS, row) for row in found if row.id not in ending))


def _refused() -> Unauthenticated:
    return Unauthenticated("Wrong e-mail address or password", hint="An administrator can set a new password.")
