"""Whom and what a supervisor answers for: a lead their own teams, an administrator every team."""

from accounts.permissions import GRANTS, Permission
from accounts.teams import TEAMS, Team
from accounts.users import USERS, User
from hub.errors import NotFound
from hub.store.port import By, Has
from routing.model import DESKS, Desk
from server.api.contract import Call

SUPERVISE = Permission.CONVERSATIONS_SUPERVISE
MOST_TEAMS = 200
MOST_DESKS = 500
"""Colleagues that are shown; a bigger house is looked at team by team."""


async def teams_of(call: Call) -> list[Team]:
    """Return the teams this supervisor answers for, by name."""
    if call.actor.sees_all:
        return await call.hub.store.find(TEAMS, order=(By("name"), By("id")), limit=MOST_TEAMS)
    found = await call.hub.store.get_many(TEAMS, call.actor.teams[:MOST_TEAMS])
    return sorted(found, key=lambda team: (team.name, team.id))


async def desks_of(call: Call) -> list[Desk]:
    """Return the desks of all active colleagues of these teams who answer customers, by name."""
    store = call.hub.store
    desks: dict[str, Desk] = {}
    if call.actor.sees_all:
        desks.update((desk.id, desk) for desk in await store.find(DESKS, order=(By("id"),), limit=MOST_DESKS))
    else:
        for team in call.actor.teams:
            found = await store.find(DESKS, Has("teams", (team,)), order=(By("id"),), limit=MOST_DESKS)
            desks.update((desk.id, desk) for desk in found)
    users = {user.id: user for user in await store.get_many(USERS, sorted(desks)[:MOST_DESKS])}
    answering = [desk for id, desk in desks.items() if id in users and answers(users[id])]
    return sorted(answering, key=lambda desk: (desk.name, desk.id))


async def subordinate(call: Call, id: str) -> User:
    """Return a colleague this supervisor answers for; raises `NotFound` for everybody else."""
    user = await call.hub.store.get(USERS, id)
    if user is None or not answers(user) or not (call.actor.sees_all or set(user.teams) & set(call.actor.teams)):
        raise NotFound("No such colleague in your teams", user=id)
    return user


def must_lead(call: Call, team: str | None) -> None:
    """Return quietly when this supervisor answers for that queue, as all do for nobody's; raises `NotFound`."""
    if team is not None and not call.actor.sees_all and team not in call.actor.teams:
        raise NotFound("No such team among yours", team=team)


def answers(user: User) -> bool:
    """Say whether this is somebody who answers customers."""
    return user.active and Permission.CONVERSATIONS_REPLY in GRANTS[user.role]
