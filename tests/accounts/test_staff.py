"""Colleagues: made, changed, shut out; and the last administrator stays."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest

from accounts.actor import Act, Actor
from accounts.credentials import CREDENTIALS
from accounts.events import TeamsChanged, UserDeactivated
from accounts.permissions import GRANTS, Role
from accounts.tokens import NewToken
from accounts.users import USERS, NewUser, Preferences, UserPatch
from hub.errors import Conflict, Forbidden, Invalid, NotFound, WrongMove
from hub.events import Events
from hub.store.port import By, Eq
from hub.work.jobs import JOBS
from tests.accounts.house import PASSWORD, accounts_in, act_of, console, hire
from tests.clocks import START

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime
    from pathlib import Path

    from hub.store.port import Write
    from tests.accounts.conftest import House


async def test_a_new_colleague_is_as_described(house: House) -> None:
    user = await hire(house.accounts, "Ann", Role.LEAD, email="  ＡＮＮ@Example.COM ", capacity=7)
    assert (user.email, user.capacity, user.role, user.active) == ("ann@example.com", 7, Role.LEAD, True)
    assert await house.accounts.staff.get(user.id) == user
    assert await house.accounts.staff.by_email("Ann@EXAMPLE.com") == user


async def test_the_password_is_in_no_user_and_no_repr(house: House) -> None:
    user = await hire(house.accounts, "Ann")
    row = await house.store.get(CREDENTIALS, user.id)
    assert row is not None
    assert row.hash.startswith("$argon2id$")
    assert row.hash not in repr(row)
    assert PASSWORD not in repr(NewUser(name="a", email="a@b", role=Role.AGENT, password=PASSWORD))
    assert "hash" not in {field for field in USERS.type.__struct_fields__}


@pytest.mark.parametrize(
    "email", ["", "x", "@", "a@", "@b", "a b@c", "a@b c", "a@b@c", "<a@b>", "a@b\u202e", "a@\x00b"]
)
async def test_an_address_must_be_one(house: House, email: str) -> None:
    with pytest.raises(Invalid) as refused:
        await hire(house.accounts, "Ann", email=email)
    assert refused.value.path == "$.email"


@pytest.mark.parametrize("name", ["", "  ", "\u202e", "a\nb", "a\x00", "n" * 101])
async def test_a_name_is_visible(house: House, name: str) -> None:
    with pytest.raises(Invalid) as refused:
        await hire(house.accounts, name, email="a@example.com")
    assert refused.value.path == "$.name"


async def test_an_address_is_taken_once_however_it_is_written(house: House) -> None:
    await hire(house.accounts, "Ann")
    with pytest.raises(Invalid) as refused:
        await hire(house.accounts, "Other", email="ＡNN@example.com")
    assert refused.value.path == "$.email"
    bob = await hire(house.accounts, "Bob")
    with pytest.raises(Invalid):
        await house.accounts.staff.change(console(), bob.id, UserPatch(email="ann@EXAMPLE.com"))


async def test_fifty_of_one_address_at_once_are_one(house: House) -> None:
    answers = await asyncio.gather(*(hire(house.accounts, "Ann") for _ in range(50)), return_exceptions=True)
    assert sum(not isinstance(answer, BaseException) for answer in answers) == 1
    assert len(await house.accounts.staff.page(limit=100)) == 1


async def test_an_unknown_team_or_user_is_refused(house: House) -> None:
    with pytest.raises(Invalid) as refused:
        await hire(house.accounts, "Ann", teams=("nowhere",))
    assert refused.value.path == "$.teams"
    with pytest.raises(NotFound):
        await house.accounts.staff.change(console(), "nobody", UserPatch(name="x"))


async def test_only_who_may_manage_manages(house: House) -> None:
    for role in set(Role) - {Role.ADMINISTRATOR}:
        act = Act(actor=Actor(user="u", name="n", role=role, permissions=GRANTS[role]), at=START)
        with pytest.raises(Forbidden):
            await house.accounts.staff.create(
                act, NewUser(name="a", email="a@b.c", role=Role.ADMINISTRATOR, password=PASSWORD)
            )
    assert not await house.accounts.staff.any()


async def test_an_old_version_is_a_conflict_and_changes_nothing(house: House) -> None:
    user = await hire(house.accounts, "Ann")
    changed = await house.accounts.staff.change(console(), user.id, UserPatch(name="Anna", version=0))
    assert changed.version == 1
    assert changed == await house.accounts.staff.get(user.id)
    with pytest.raises(Conflict):
        await house.accounts.staff.change(console(), user.id, UserPatch(name="Annette", version=0))
    assert (await house.accounts.staff.get(user.id)).name == "Anna"


async def test_a_patch_that_changes_nothing_leaves_no_trace(house: House) -> None:
    user = await hire(house.accounts, "Ann")
    assert await house.accounts.staff.change(console(), user.id, UserPatch(name="Ann", capacity=5)) == user
    assert len(await house.accounts.audit.page(limit=10)) == 1


async def test_preferences_are_ones_own_business(house: House) -> None:
    user = await hire(house.accounts, "Ann")
    wanted = Preferences(language="zh", theme="dark", enter_sends=False)
    assert (await house.accounts.staff.prefer(user.id, wanted)).preferences == wanted
    assert len(await house.accounts.audit.page(limit=10)) == 1


async def test_pages_by_name(house: House) -> None:
    for name in ("Cid", "Ann", "Bob"):
        await hire(house.accounts, name)
    first = await house.accounts.staff.page(limit=2)
    assert [user.name for user in first] == ["Ann", "Bob"]
    rest = await house.accounts.staff.page(limit=2, after=(first[-1].name, first[-1].id))
    assert [user.name for user in rest] == ["Cid"]


@pytest.mark.parametrize("patch", [UserPatch(role=Role.AGENT), UserPatch(active=False)])
async def test_the_last_administrator_stays(house: House, patch: UserPatch) -> None:
    boss = await hire(house.accounts, "Boss", Role.ADMINISTRATOR)
    gone = await hire(house.accounts, "Gone", Role.ADMINISTRATOR)
    await house.accounts.staff.change(console(), gone.id, UserPatch(active=False))
    with pytest.raises(WrongMove) as refused:
        await house.accounts.staff.change(act_of(boss), boss.id, patch)
    assert refused.value.hint
    assert await house.accounts.staff.get(boss.id) == boss


@pytest.mark.parametrize("patch", [UserPatch(role=Role.LEAD), UserPatch(active=False)])
async def test_fifty_administrators_who_all_leave_at_once_leave_one(house: House, patch: UserPatch) -> None:
    crowd = [await hire(house.accounts, f"Boss{number}", Role.ADMINISTRATOR) for number in range(50)]
    answers = await asyncio.gather(
        *(house.accounts.staff.change(act_of(boss), boss.id, patch) for boss in crowd), return_exceptions=True
    )
    assert sum(isinstance(answer, WrongMove) for answer in answers) == 1
    assert sum(isinstance(answer, BaseException) for answer in answers) == 1
    users = await house.accounts.staff.page(limit=100)
    assert sum(user.active and user.role is Role.ADMINISTRATOR for user in users) == 1


async def test_shutting_out_ends_sessions_and_tokens_and_says_so(tmp_path: Path) -> None:
    heard: list[str] = []

    async def hear(event: UserDeactivated, at: datetime) -> Sequence[Write]:
        heard.append(event.user)
        return ()

    events = Events()
    events.subscribe(UserDeactivated, "test", hear)
    async with accounts_in(tmp_path, events) as (accounts, store):
        user = await hire(accounts, "Ann")
        entered = await accounts.logins.enter(user.email, PASSWORD, ip="1.1.1.1", agent="", at=START)
        issued = await accounts.tokens.issue(act_of(user, session=entered.session.id), NewToken(name="t"))
        assert await accounts.known_sessions.known(entered.token, START)
        assert await accounts.known_tokens.known(issued.secret, START)
        await accounts.staff.change(console(), user.id, UserPatch(active=False))
        assert await accounts.known_sessions.known(entered.token, START) is None
        assert await accounts.known_tokens.known(issued.secret, START) is None
        assert await accounts.sessions.all_of(user.id) == []
        assert await accounts.tokens.all_of(user.id) == []
        (job,) = await store.find(JOBS, Eq("state", "ready"), order=(By("due"), By("id")))
        assert (job.kind, job.lane) == ("UserDeactivated>test", f"user:{user.id}>UserDeactivated>test")
        await accounts.staff.change(console(), user.id, UserPatch(active=True))
        assert await accounts.known_sessions.known(entered.token, START) is None


async def test_a_new_password_from_above_ends_the_sessions(house: House) -> None:
    user = await hire(house.accounts, "Ann")
    entered = await house.accounts.logins.enter(user.email, PASSWORD, ip="1.1.1.1", agent="", at=START)
    await house.accounts.staff.change(console(), user.id, UserPatch(password="another one entirely"))
    assert await house.accounts.known_sessions.known(entered.token, START) is None
    again = await house.accounts.logins.enter(user.email, "another one entirely", ip="1.1.1.1", agent="", at=START)
    assert await house.accounts.known_sessions.known(again.token, START)


async def test_team_changes_are_told(tmp_path: Path) -> None:
    async def hear(event: TeamsChanged, at: datetime) -> Sequence[Write]:
        return ()

    events = Events()
    events.subscribe(TeamsChanged, "test", hear)
    async with accounts_in(tmp_path, events) as (accounts, store):
        from accounts.teams import NewTeam

        user = await hire(accounts, "Ann")
        team = await accounts.teams.create(console(), NewTeam(name="Water", members=(user.id,)))
        await accounts.staff.change(console(), user.id, UserPatch(teams=()))
        bodies = [job.body for job in await store.find(JOBS, Eq("state", "ready"), order=(By("due"), By("id")))]
        assert any(team.id in body for body in bodies)
        assert len(bodies) == 2
