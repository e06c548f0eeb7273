"""The skills matrix: who can do what, and how well."""

from datetime import datetime

from msgspec import Struct

from accounts.permissions import Permission
from accounts.users import USERS, User
from hub.store.port import By
from routing.abilities import USUAL, Abilities, Skilled
from server.api.accounts.shown import act_of
from server.api.contract import Call, Routes
from server.api.cursor import Page, mark, place

routes = Routes("routing")
READ, MANAGE = Permission.ROUTING_READ, Permission.ROUTING_MANAGE


class SkilledShown(Struct, frozen=True, kw_only=True):
    """One colleague's row; without a version they are as everybody is at first."""

    user: str
    name: str
    teams: tuple[str, ...]
    active: bool
    capacity: int
    version: int | None
    abilities: Abilities
    changed_at: datetime | None = None


class MatrixShown(Struct, frozen=True, kw_only=True):
    """Colleagues, by name."""

    items: tuple[SkilledShown, ...]
    next: str | None = None


class SkillsPut(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What somebody can do, over the version that was read."""

    version: int | None
    abilities: Abilities


@routes.get("/routing/skills", permission=READ)
async def list_skills(call: Call, query: Page) -> MatrixShown:
    """List colleagues with what they can do."""
    after = place(query.after, tuple[str, str])
    users = await call.hub.store.find(USERS, order=(By("name"), By("id")), limit=query.limit + 1, after=after or None)
    page = users[: query.limit]
    rows = await call.hub.routing.designing.skilled([user.id for user in page])
    more = mark(page[-1].name, page[-1].id) if len(users) > query.limit else None
    return MatrixShown(items=tuple(_shown(user, rows.get(user.id)) for user in page), next=more)


@routes.put("/routing/skills/{user}", permission=MANAGE)
async def set_skills(call: Call, user: str, body: SkillsPut) -> SkilledShown:
    """Set what a colleague can do; they are given what waits for that at once."""
    row = await call.hub.routing.designing.set_skills(act_of(call), user, body.version, body.abilities)
    known = await call.hub.store.get(USERS, user)
    assert known is not None  # noqa: S101 - nobody is ever deleted, and the row was set for somebody
    return _shown(known, row)


def _shown(user: User, row: Skilled | None) -> SkilledShown:
    return SkilledShown(
        user=user.id, name=user.name, teams=user.teams, active=user.active, capacity=user.capacity,
        version=row.version if row else None, abilities=row.abilities if row else USUAL,
        changed_at=row.changed_at if row else None,
    )  # fmt: skip
