"""Staff as the wire shows them, and what the accounts floor wants to know of a request."""

from datetime import datetime

from msgspec import Struct
from structlog.contextvars import get_contextvars

from accounts.actor import Act
from accounts.login import Entered
from accounts.permissions import GRANTS, Permission, Role
from accounts.sessions import LONGEST, Session
from accounts.teams import TEAMS, Team
from accounts.users import Preferences, User
from server.api.contract import Call
from server.doors import cookie_name


class UserShown(Struct, frozen=True, kw_only=True):
    """A colleague."""

    id: str
    version: int
    name: str
    email: str
    role: Role
    teams: tuple[str, ...]
    active: bool
    capacity: int
    phone: str = ""
    wechat: str = ""
    created_at: datetime
    last_login_at: datetime | None = None


class TeamShown(Struct, frozen=True, kw_only=True):
    """A team and who is in it (user ids)."""

    id: str
    version: int
    name: str
    members: tuple[str, ...]
    offer_seconds: int
    auto_accept: bool
    created_at: datetime


class TeamName(Struct, frozen=True, kw_only=True):
    """A team one is in."""

    id: str
    name: str


class Me(Struct, frozen=True, kw_only=True):
    """Who is logged in: `csrf` goes into X-CSRF-Token with every write."""

    user: UserShown
    csrf: str
    permissions: tuple[Permission, ...]
    teams: tuple[TeamName, ...]
    preferences: Preferences

    def __repr__(self) -> str:
        """Leave the CSRF value out."""
        return f"Me({self.user.id})"


def show(user: User, last_login_at: datetime | None = None) -> UserShown:
    """Show a colleague."""
    return UserShown(
        id=user.id, version=user.version, name=user.name, email=user.email, role=user.role, teams=user.teams,
        active=user.active, capacity=user.capacity, phone=user.phone, wechat=user.wechat, created_at=user.created_at,
        last_login_at=last_login_at,
    )  # fmt: skip


async def show_team(call: Call, team: Team) -> TeamShown:
    """Show a team with its members."""
    members = await call.hub.accounts.teams.members(team.id)
    return TeamShown(
        id=team.id, version=team.version, name=team.name, members=tuple(user.id for user in members),
        offer_seconds=team.offer_seconds, auto_accept=team.auto_accept, created_at=team.created_at,
    )  # fmt: skip


async def show_me(call: Call, user: User, session: Session | None) -> Me:
    """Show somebody to themselves; without a session it is a program, which has what its token was cut to."""
    teams = await call.hub.store.get_many(TEAMS, user.teams)
    last = await call.hub.accounts.staff.last_log_ins([user.id])
    return Me(
        user=show(user, last.get(user.id)),
        csrf=call.hub.accounts.sessions.csrf(session) if session else "",
        permissions=tuple(sorted(GRANTS[user.role] if session else call.actor.permissions)),
        teams=tuple(TeamName(id=team.id, name=team.name) for team in teams),
        preferences=user.preferences,
    )


async def let_in(call: Call, entered: Entered) -> Me:
    """Set the cookie of a new session and show who it is of."""
    call.answer.cookie(cookie_name(secure=call.hub.settings.secure), entered.token, LONGEST)
    return await show_me(call, entered.user, entered.session)


def act_of(call: Call) -> Act:
    """Return who acts, when and from where, for the audit record."""
    return Act(actor=call.actor, at=call.at, ip=call.ip, request=str(get_contextvars().get("request", "")))


def browser(call: Call) -> str:
    """Return the user agent as it was sent; only a summary of it is ever stored."""
    return call.request.headers.get("User-Agent", "")[:500]
