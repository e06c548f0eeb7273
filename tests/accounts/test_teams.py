"""Teams: a name of their own, and members that move in the same commit."""

from __future__ import annotations

import asyncio

import pytest

from accounts.actor import Act, Actor
from accounts.permissions import GRANTS, Role
from accounts.teams import NewTeam, TeamPatch
from hub.errors import Conflict, Forbidden, Invalid, NotFound
from tests.accounts.conftest import House
from tests.accounts.house import console, hire
from tests.clocks import START


async def test_members_stand_in_the_users(house: House) -> None:
    teams = house.accounts.teams
    ann, bob, cid = [await hire(house.accounts, name) for name in ("Ann", "Bob", "Cid")]
    team = await teams.create(console(), NewTeam(name="Water", members=(ann.id, bob.id, ann.id), offer_seconds=20))
    assert [user.name for user in await teams.members(team.id)] == ["Ann", "Bob"]
    await teams.change(console(), team.id, TeamPatch(members=(bob.id, cid.id)))
    assert [user.name for user in await teams.members(team.id)] == ["Bob", "Cid"]
    assert (await house.accounts.staff.get(ann.id)).teams == ()
    assert (await house.accounts.staff.get(cid.id)).teams == (team.id,)
    newest = (await house.accounts.audit.page(limit=1))[0]
    assert [change.field for change in newest.changes] == ["members"]


async def test_a_name_is_taken_once_without_regard_to_case_and_width(house: House) -> None:
    await house.accounts.teams.create(console(), NewTeam(name="Water"))
    other = await house.accounts.teams.create(console(), NewTeam(name="供水"))
    with pytest.raises(Invalid) as refused:
        await house.accounts.teams.create(console(), NewTeam(name=" ＷATER "))
    assert refused.value.path == "$.name"
    with pytest.raises(Invalid):
        await house.accounts.teams.change(console(), other.id, TeamPatch(name="water"))


async def test_unknown_members_and_teams(house: House) -> None:
    with pytest.raises(Invalid) as refused:
        await house.accounts.teams.create(console(), NewTeam(name="Water", members=("nobody",)))
    assert refused.value.path == "$.members"
    assert await house.accounts.teams.page(limit=10) == []
    with pytest.raises(NotFound):
        await house.accounts.teams.change(console(), "nowhere", TeamPatch(name="x"))
    with pytest.raises(NotFound):
        await house.accounts.teams.delete(console(), "nowhere")


async def test_a_deleted_team_leaves_its_people(house: House) -> None:
    ann = await hire(house.accounts, "Ann")
    team = await house.accounts.teams.create(console(), NewTeam(name="Water", members=(ann.id,)))
    await house.accounts.teams.delete(console(), team.id)
    assert (await house.accounts.staff.get(ann.id)).teams == ()
    with pytest.raises(NotFound):
        await house.accounts.teams.get(team.id)


async def test_versions(house: House) -> None:
    team = await house.accounts.teams.create(console(), NewTeam(name="Water"))
    changed = await house.accounts.teams.change(console(), team.id, TeamPatch(auto_accept=True, version=0))
    assert (changed.auto_accept, changed.version) == (True, 1)
    assert changed == await house.accounts.teams.get(team.id)
    with pytest.raises(Conflict):
        await house.accounts.teams.change(console(), team.id, TeamPatch(name="Gas", version=0))


async def test_a_member_joined_by_two_teams_at_once_is_in_both(house: House) -> None:
    ann = await hire(house.accounts, "Ann")
    names = [f"Team {number}" for number in range(20)]
    create = house.accounts.teams.create
    teams = await asyncio.gather(*(create(console(), NewTeam(name=name, members=(ann.id,))) for name in names))
    assert set((await house.accounts.staff.get(ann.id)).teams) == {team.id for team in teams}


@pytest.mark.parametrize("role", sorted(set(Role) - {Role.ADMINISTRATOR}))
async def test_only_who_may_manage_manages(house: House, role: Role) -> None:
    team = await house.accounts.teams.create(console(), NewTeam(name="Water"))
    act = Act(actor=Actor(user="u", name="n", role=role, permissions=GRANTS[role]), at=START)
    for attempt in (
        house.accounts.teams.create(act, NewTeam(name="Gas")),
        house.accounts.teams.change(act, team.id, TeamPatch(name="Gas")),
        house.accounts.teams.delete(act, team.id),
    ):
        with pytest.raises(Forbidden):
            await attempt
    assert await house.accounts.teams.page(limit=10) == [team]
