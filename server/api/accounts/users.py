"""The colleagues."""

from msgspec import Struct

from accounts.permissions import Permission
from accounts.users import NewUser, UserPatch
from server.api.accounts.shown import UserShown, act_of, show
from server.api.contract import Call, Routes
from server.api.cursor import Cursor, Limit, mark, place

routes = Routes("users")


class UsersAsked(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A page of colleagues, of one team or of all."""

    limit: Limit = 50
    after: Cursor | None = None
    team: str = ""


class UsersShown(Struct, frozen=True, kw_only=True):
    """Colleagues by name."""

    items: tuple[UserShown, ...]
    next: str | None = None


@routes.get("/users", permission=Permission.USERS_READ)
async def list_users(call: Call, query: UsersAsked) -> UsersShown:
    """List colleagues by name, the shut-out ones included."""
    staff, after = call.hub.accounts.staff, place(query.after, tuple[str, str])
    users = await staff.page(limit=query.limit + 1, after=after, team=query.team)
    shown = users[: query.limit]
    last = await staff.last_log_ins([user.id for user in shown])
    return UsersShown(
        items=tuple(show(user, last.get(user.id)) for user in shown),
        next=mark(shown[-1].name, shown[-1].id) if len(users) > query.limit else None,
    )


@routes.post("/users", permission=Permission.USERS_MANAGE, status=201)
async def create_user(call: Call, body: NewUser) -> UserShown:
    """Add a colleague with a first password."""
    return show(await call.hub.accounts.staff.create(act_of(call), body))


@routes.patch("/users/{id}", permission=Permission.USERS_MANAGE)
async def change_user(call: Call, id: str, body: UserPatch) -> UserShown:
    """Change a colleague, shut them out, set a new password, or end their sessions."""
    staff = call.hub.accounts.staff
    user = await staff.change(act_of(call), id, body)
    return show(user, (await staff.last_log_ins([id])).get(id))
