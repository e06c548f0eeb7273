"""The teams, and every administrative act on them."""

from collections.abc import Awaitable, Callable, Iterable
from datetime import datetime

from msgspec import UNSET, UnsetType, structs

from accounts.actor import Act
from accounts.audit import Audit, Change, Deed, Entry
from accounts.changes import changed
from accounts.events import TeamDeleted, TeamsChanged
from accounts.permissions import Permission
from accounts.teams import TEAMS, NewTeam, Team, TeamPatch
from accounts.users import USERS, User, clean_name, folded
from hub.errors import Conflict, Invalid, NotFound
from hub.events import Events
from hub.ids import new_id
from hub.store.port import By, Delete, Has, Insert, Store, Write, put

MOST_MEMBERS = 1000


class Teams:
    """The only writer of teams. Membership stands in the users, and moves in the same commit."""

    def __init__(self, store: Store, audit: Audit, events: Events) -> None:
        self._store = store
        self._audit = audit
        self._events = events

    async def get(self, id: str) -> Team:
        """Return a team; raises `NotFound`."""
        team = await self._store.get(TEAMS, id)
        if team is None:
            raise NotFound("No such team", team=id)
        return team

    async def page(self, *, limit: int, after: tuple[str, str] | None = None) -> list[Team]:
        """Return teams by name; `after` is the name and id of the last one seen."""
        return await self._store.find(TEAMS, order=(By("name"), By("id")), limit=limit, after=after)

    async def members(self, id: str) -> list[User]:
        """Return the team's people by name, the shut-out ones included."""
        order = (By("name"), By("id"))
        return await self._store.find(USERS, Has("teams", (id,)), order=order, limit=MOST_MEMBERS)

    async def create(self, act: Act, new: NewTeam) -> Team:
        """Add a team; raises `Invalid` for a taken name or an unknown member."""
        name = clean_name(new.name)
        team = Team(
            id=new_id(), name=name, key=folded(name), offer_seconds=new.offer_seconds,
            auto_accept=new.auto_accept, created_at=act.at,
        )  # fmt: skip

        async def decide() -> Deed[Team]:
            moved = await self._moved(team.id, new.members, act.at)
            told = (*changed(None, team), *_membership((), new.members))
            entry = Entry(action="team.created", target=team.id, changes=told)
            return Deed(result=team, writes=(Insert(TEAMS, team), *moved), entry=entry)

        return await self._unless_taken(act, decide)

    async def change(self, act: Act, id: str, patch: TeamPatch) -> Team:
        """Change a team and who is in it; raises like `create`, and `Conflict` when `patch.version` is old."""

        async def decide() -> Deed[Team]:
            team = await self.get(id)
            if patch.version is not UNSET and patch.version != team.version:
                raise Conflict("The team was changed meanwhile", collection=TEAMS.name, id=id)
            after = _patched(team, patch)
            told, moved = changed(team, after), ()  # type: tuple[Change, ...], tuple[Write, ...]
            if not isinstance(patch.members, UnsetType):
                before = [user.id for user in await self.members(id)]
                told += _membership(before, patch.members)
                moved = await self._moved(id, patch.members, act.at)
            if not told:
                return Deed(result=team)
            kept = structs.replace(after, version=team.version + 1)
            entry = Entry(action="team.changed", target=id, changes=told)
            return Deed(result=kept, writes=(put(TEAMS, team, after), *moved), entry=entry)

        return await self._unless_taken(act, decide)

    async def delete(self, act: Act, id: str) -> None:
        """Remove a team; its people stay, without it, and what waits in its queue hears `TeamDeleted`."""

        async def decide() -> Deed[None]:
            team = await self.get(id)
            moved = await self._moved(id, (), act.at)
            news = self._events.jobs(TeamDeleted(team=id), lane=f"team:{id}", seq=team.version, at=act.at)
            entry = Entry(action="team.deleted", target=id, changes=changed(team, None))
            return Deed(result=None, writes=(Delete(TEAMS, team), *moved, *news), entry=entry)

        act.actor.must(Permission.TEAMS_MANAGE)
        await self._audit.perform(act, decide)

    async def _moved(self, team: str, wanted: Iterable[str], at: datetime) -> tuple[Write, ...]:
        """Return the writes that make exactly the wanted people members."""
        now = {user.id: user for user in await self.members(team)}
        joining = [id for id in dict.fromkeys(wanted) if id not in now]
        found = await self._store.get_many(USERS, joining)
        unknown = set(joining) - {user.id for user in found}
        if unknown:
            raise Invalid("No such user", path="$.members", user=min(unknown))
        leaving = [user for id, user in now.items() if id not in set(wanted)]
        writes = [self._with(user, (*user.teams, team), at) for user in found]
        writes += [self._with(user, tuple(own for own in user.teams if own != team), at) for user in leaving]
        return tuple(write for several in writes for write in several)

    def _with(self, user: User, teams: tuple[str, ...], at: datetime) -> tuple[Write, ...]:
        write = put(USERS, user, structs.replace(user, teams=teams))
        news = TeamsChanged(user=user.id, teams=teams)
        return (write, *self._events.jobs(news, lane=f"user:{user.id}", seq=write.doc.version, at=at))

    async def _unless_taken(self, act: Act, decide: Callable[[], Awaitable[Deed[Team]]]) -> Team:
        act.actor.must(Permission.TEAMS_MANAGE)
        try:
            return await self._audit.perform(act, decide)
        except Conflict as lost:
            if lost.index == ("key",):
                raise Invalid("There is a team with this name", path="$.name") from lost
            raise


def _patched(team: Team, patch: TeamPatch) -> Team:
    plain = {name: getattr(patch, name) for name in ("offer_seconds", "auto_accept")}
    given = {name: value for name, value in plain.items() if value is not UNSET}
    if not isinstance(patch.name, UnsetType):
        given["name"] = clean_name(patch.name)
        given["key"] = folded(given["name"])
    return structs.replace(team, **given)


def _membership(before: Iterable[str], after: Iterable[str]) -> tuple[Change, ...]:
    old, new = sorted(set(before)), sorted(set(after))
    return () if old == new else (Change(field="members", before=" ".join(old), after=" ".join(new)),)
