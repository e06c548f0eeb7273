"""The colleagues: who there are, and every administrative act on them."""

from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime

from msgspec import UNSET, UnsetType, structs

from accounts import passwords as rules
from accounts.actor import Act
from accounts.audit import HIDDEN, Audit, Change, Deed, Entry
from accounts.changes import changed
from accounts.credentials import CREDENTIALS, Credential, first_of
from accounts.events import TeamsChanged, UserDeactivated
from accounts.passwords import Passwords
from accounts.permissions import Permission, Role
from accounts.sessions import Sessions
from accounts.teams import TEAMS
from accounts.tokens import Tokens
from accounts.users import USERS, NewUser, Preferences, User, UserPatch, clean_name, folded, normal_email
from hub.errors import Conflict, Invalid, NotFound, WrongMove
from hub.events import Events
from hub.ids import new_id
from hub.store.port import By, Eq, Has, Insert, Store, Write, put

TRIES = 20


class Staff:
    """The only writer of users. Every change is one audited commit, sessions and tokens included."""

    def __init__(
        self, store: Store, audit: Audit, passwords: Passwords, sessions: Sessions, tokens: Tokens, events: Events
    ) -> None:
        self._store = store
        self._audit = audit
        self._passwords = passwords
        self._sessions = sessions
        self._tokens = tokens
        self._events = events

    async def get(self, id: str) -> User:
        """Return a user; raises `NotFound`."""
        user = await self._store.get(USERS, id)
        if user is None:
            raise NotFound("No such user", user=id)
        return user

    async def by_email(self, email: str) -> User | None:
        """Return the user of that address, however it is written."""
        found = await self._store.find(USERS, Eq("email", folded(email)), limit=1)
        return found[0] if found else None

    async def page(self, *, limit: int, after: tuple[str, str] | None = None, team: str = "") -> list[User]:
        """Return users by name, of one team or all; `after` is the name and id of the last one seen."""
        where = [Has("teams", (team,))] if team else []
        return await self._store.find(USERS, *where, order=(By("name"), By("id")), limit=limit, after=after)

    async def any(self) -> bool:
        """Whether there is any user yet."""
        return bool(await self._store.find(USERS, order=(By("name"), By("id")), limit=1))

    async def create(self, act: Act, new: NewUser, *, also: Sequence[Write] = (), first: bool = False) -> User:
        """Add a colleague; raises `Invalid` for a taken address, an unknown team or a weak password.

        `also` are writes that stand or fall with it (the set-up link that is used up). With `first` it raises
        `WrongMove` when there is anybody already.
        """
        user = User(
            id=new_id(), name=clean_name(new.name), email=normal_email(new.email), role=new.role,
            teams=tuple(dict.fromkeys(new.teams)), capacity=new.capacity, phone=new.phone, wechat=new.wechat,
            created_at=act.at,
        )  # fmt: skip
        rules.check(new.password, email=user.email, name=user.name)
        hash = await self._passwords.hash(new.password)

        async def decide() -> Deed[User]:
            if first and await self.any():
                raise WrongMove("There is a first administrator already")
            await self._must_exist(user.teams)
            writes = (Insert(USERS, user), Insert(CREDENTIALS, first_of(user, hash, act.at)), *also)
            entry = Entry(action="user.created", target=user.id, changes=changed(None, user))
            return Deed(result=user, writes=writes, entry=entry)

        return await self._unless_taken(act, decide)

    async def change(self, act: Act, id: str, patch: UserPatch) -> User:
        """Change a colleague. Shutting out ends their sessions and tokens; a new password ends their sessions.

        Raises `WrongMove` when it would leave no active administrator, `Conflict` when `patch.version` is old,
        `Invalid` for a taken address, an unknown team or a weak password.
        """
        hash = await self._new_hash(id, patch)

        async def decide() -> Deed[User]:
            user = await self.get(id)
            if patch.version is not UNSET and patch.version != user.version:
                raise Conflict("The user was changed meanwhile", collection=USERS.name, id=id)
            after = _patched(user, patch)
            await self._must_exist(tuple(set(after.teams) - set(user.teams)))
            await self._must_leave_administrator(user, after)
            told = (*changed(user, after), *_quiet(patch))
            if not told:
                return Deed(result=user)
            writes = await self._consequences(user, after, patch, hash, act.at)
            kept = structs.replace(after, version=user.version + 1)
            return Deed(result=kept, writes=writes, entry=Entry(action="user.changed", target=id, changes=told))

        return await self._unless_taken(act, decide)

    async def prefer(self, id: str, preferences: Preferences) -> User:
        """Keep a person's own preferences; no administrative act, so not in the record."""
        for _ in range(TRIES):
            user = await self.get(id)
            write = put(USERS, user, structs.replace(user, preferences=preferences))
            try:
                await self._store.commit(write)
            except Conflict:
                continue
            return write.doc
        raise Conflict("The user was changed meanwhile", collection=USERS.name, id=id)

    async def last_log_ins(self, ids: Sequence[str]) -> dict[str, datetime]:
        """Return when each of these users last logged in, of those who ever did."""
        rows = await self._store.get_many(CREDENTIALS, ids)
        return {row.id: row.last_login_at for row in rows if row.last_login_at is not None}

    async def _consequences(
        self, user: User, after: User, patch: UserPatch, hash: str | None, at: datetime
    ) -> tuple[Write, ...]:
        """Return all the writes of a change: the user, what they prove themselves with, and the news."""
        shut_out = user.active and not after.active
        writes: list[Write] = [put(USERS, user, after)]
        if shut_out or hash is not None:
            writes.append(await self._credential(user.id, hash, at))
        if shut_out or hash is not None or patch.revoke_sessions:
            writes += await self._sessions.endings(user.id)
        seq = user.version + 1
        if shut_out:
            writes += await self._tokens.endings(user.id)
            writes += self._events.jobs(UserDeactivated(user=user.id), lane=f"user:{user.id}", seq=seq, at=at)
        if set(user.teams) != set(after.teams):
            news = TeamsChanged(user=user.id, teams=after.teams)
            writes += self._events.jobs(news, lane=f"user:{user.id}", seq=seq, at=at)
        return tuple(writes)

    async def _credential(self, id: str, hash: str | None, at: datetime) -> Write:
        """Return a write over the credential: a log-in that is on its way loses against it and is decided again."""
        row = await self._store.get(CREDENTIALS, id)
        if row is None:
            return Insert(CREDENTIALS, Credential(id=id, hash=hash or "", changed_at=at))
        return put(CREDENTIALS, row, structs.replace(row, hash=hash, changed_at=at) if hash else row)

    async def _new_hash(self, id: str, patch: UserPatch) -> str | None:
        if isinstance(patch.password, UnsetType):
            return None
        user = await self.get(id)
        rules.check(patch.password, email=user.email, name=user.name)
        return await self._passwords.hash(patch.password)

    async def _must_exist(self, teams: tuple[str, ...]) -> None:
        known = {team.id for team in await self._store.get_many(TEAMS, teams)}
        unknown = [team for team in teams if team not in known]
        if unknown:
            raise Invalid("No such team", path="$.teams", team=unknown[0])

    async def _must_leave_administrator(self, before: User, after: User) -> None:
        if not _governs(before) or _governs(after):
            return
        where = (Eq("role", Role.ADMINISTRATOR.value), Eq("active", True))
        if await self._store.count(USERS, *where, limit=2) < 2:
            raise WrongMove(
                "The last active administrator cannot be shut out or lose the role",
                user=before.id,
                hint="Make somebody else an administrator first.",
            )

    async def _unless_taken(self, act: Act, decide: Callable[[], Awaitable[Deed[User]]]) -> User:
        act.actor.must(Permission.USERS_MANAGE)
        try:
            return await self._audit.perform(act, decide)
        except Conflict as lost:
            if lost.index == ("email",):
                raise Invalid("There is a user with this e-mail address", path="$.email") from lost
            raise


def _patched(user: User, patch: UserPatch) -> User:
    """Return the user with what the patch names; teams lose their doubles."""
    plain = {name: getattr(patch, name) for name in ("role", "active", "capacity", "phone", "wechat")}
    given = {name: value for name, value in plain.items() if value is not UNSET}
    if not isinstance(patch.name, UnsetType):
        given["name"] = clean_name(patch.name)
    if not isinstance(patch.email, UnsetType):
        given["email"] = normal_email(patch.email)
    if not isinstance(patch.teams, UnsetType):
        given["teams"] = tuple(dict.fromkeys(patch.teams))
    return structs.replace(user, **given)


def _quiet(patch: UserPatch) -> tuple[Change, ...]:
    """Return what a patch does that no field of the user shows."""
    password = () if isinstance(patch.password, UnsetType) else (Change(field="password", after=HIDDEN),)
    sessions = (Change(field="sessions", after="revoked"),) if patch.revoke_sessions else ()
    return (*password, *sessions)


def _governs(user: User) -> bool:
    return user.active and user.role is Role.ADMINISTRATOR
