"""The teams."""

from msgspec import Struct

from accounts.permissions import Permission
from accounts.teams import NewTeam, TeamPatch
from server.api.accounts.shown import TeamShown, act_of, show_team
from server.api.contract import Call, Routes
from server.api.cursor import Page, mark, place

routes = Routes("teams")


class TeamsShown(Struct, frozen=True, kw_only=True):
    """Teams by name."""

    items: tuple[TeamShown, ...]
    next: str | None = None


@routes.get("/teams", permission=Permission.TEAMS_READ)
async def list_teams(call: Call, query: Page) -> TeamsShown:
    """List teams by name, with their members."""
    teams = await call.hub.accounts.teams.page(limit=query.limit + 1, after=place(query.after, tuple[str, str]))
    shown = teams[: query.limit]
    return TeamsShown(
        items=tuple([await show_team(call, team) for team in shown]),
        next=mark(shown[-1].name, shown[-1].id) if len(teams) > query.limit else None,
    )


@routes.post("/teams", permission=Permission.TEAMS_MANAGE, status=201)
async def create_team(call: Call, body: NewTeam) -> TeamShown:
    """Add a team."""
    return await show_team(call, await call.hub.accounts.teams.create(act_of(call), body))


@routes.patch("/teams/{id}", permission=Permission.TEAMS_MANAGE)
async def change_team(call: Call, id: str, body: TeamPatch) -> TeamShown:
    """Change a team, or who is in it."""
    return await show_team(call, await call.hub.accounts.teams.change(act_of(call), id, body))


@routes.delete("/teams/{id}", permission=Permission.TEAMS_MANAGE)
async def delete_team(call: Call, id: str) -> None:
    """Remove a team; its people stay, and what waits in its queue is for everybody."""
    await call.hub.accounts.teams.delete(act_of(call), id)
