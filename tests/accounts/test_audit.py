"""The chain: every act is in it, nothing of it can be changed unseen, and no two writers fork it."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING

import pytest
from msgspec import structs

from accounts.actor import Act
from accounts.audit import AUDIT, AUDIT_HEADS, CHAIN, Audit, Change, Deed, Entry, Record, digest
from accounts.changes import changed
from accounts.permissions import Role
from accounts.recording import recording
from accounts.services import Accounts
from accounts.teams import TEAMS, NewTeam, Team, TeamPatch
from accounts.tokens import NewToken
from accounts.users import UserPatch
from accounts.verify import verify
from hub.errors import Conflict
from hub.store.port import By, Delete, Insert, Store, put
from tests.accounts.house import PASSWORD, accounts_in, act_of, console, hire
from tests.clocks import START

if TYPE_CHECKING:
    from pathlib import Path

    from tests.accounts.conftest import House

ENTRY = Entry(action="test.done", target="t", changes=(Change(field="f", before=None, after="x"),))


async def write_acts(store: Store, count: int) -> list[Record]:
    """A chain of so many acts."""
    audit = Audit(store)
    for number in range(count):
        await audit.commit(console(), structs.replace(ENTRY, target=f"t{number}"))
    return await store.find(AUDIT, order=(By("seq"),), limit=count)


async def test_an_untouched_chain_is_good(house: House) -> None:
    assert (await verify(house.store)).good
    records = await write_acts(house.store, 7)
    verdict = await verify(house.store)
    assert (verdict.good, verdict.count, verdict.hash) == (True, 7, records[-1].hash)


FIELDS: dict[str, object] = {
    "at": START.replace(year=2027), "user": "other", "name": "other", "action": "other", "target": "other",
    "changes": (Change(field="f", before=None, after="y"),), "ip": "9.9.9.9", "request": "other",
    "previous": "f" * 64, "hash": "f" * 64,
}  # fmt: skip


def test_every_field_is_tried() -> None:
    assert set(FIELDS) == set(Record.__struct_fields__) - {"id", "version", "seq"}


@pytest.mark.parametrize("field", FIELDS)
@pytest.mark.parametrize("place", [0, 3, 6])
async def test_a_changed_field_is_found(house: House, field: str, place: int) -> None:
    records = await write_acts(house.store, 7)
    victim = records[place]
    await house.store.commit(put(AUDIT, victim, structs.replace(victim, **{field: FIELDS[field]})))
    verdict = await verify(house.store)
    assert (verdict.good, verdict.first_bad) == (False, place + 1)


@pytest.mark.parametrize("place", [0, 3, 6])
async def test_a_deleted_record_is_found(house: House, place: int) -> None:
    records = await write_acts(house.store, 7)
    await house.store.commit(Delete(AUDIT, records[place]))
    verdict = await verify(house.store)
    assert (verdict.good, verdict.first_bad) == (False, place + 1)


@pytest.mark.parametrize("place", [0, 5])
async def test_swapped_records_are_found(house: House, place: int) -> None:
    records = await write_acts(house.store, 7)
    one, two = records[place], records[place + 1]
    parked = structs.replace(one, seq=99)
    await house.store.commit(put(AUDIT, one, parked))
    await house.store.commit(put(AUDIT, two, structs.replace(two, seq=one.seq)))
    parked = structs.replace(parked, version=1)
    await house.store.commit(put(AUDIT, parked, structs.replace(parked, seq=two.seq)))
    verdict = await verify(house.store)
    assert (verdict.good, verdict.first_bad) == (False, place + 1)


async def test_a_changed_record_with_its_hash_made_anew_breaks_the_next_link(house: House) -> None:
    records = await write_acts(house.store, 7)
    forged = structs.replace(records[3], target="other")
    forged = structs.replace(forged, hash=digest(forged))
    await house.store.commit(put(AUDIT, records[3], forged))
    assert (await verify(house.store)).first_bad == 5


async def test_an_added_record_is_found(house: House) -> None:
    records = await write_acts(house.store, 7)
    forged = structs.replace(records[6], id="forged", seq=8, previous=records[6].hash)
    await house.store.commit(Insert(AUDIT, structs.replace(forged, hash=digest(forged))))
    verdict = await verify(house.store)
    assert (verdict.good, verdict.first_bad) == (False, 8)


async def test_an_end_cut_off_with_its_head_is_found_by_a_witness(house: House) -> None:
    records = await write_acts(house.store, 7)
    head = await house.store.get(AUDIT_HEADS, CHAIN)
    assert head is not None
    cut = put(AUDIT_HEADS, head, structs.replace(head, seq=5, hash=records[4].hash))
    await house.store.commit(Delete(AUDIT, records[6]), Delete(AUDIT, records[5]), cut)
    assert (await verify(house.store)).good
    assert (await verify(house.store, witness=(7, records[6].hash))).first_bad == 6
    assert (await verify(house.store, witness=(4, "f" * 64))).first_bad == 4
    assert (await verify(house.store, witness=(4, records[3].hash))).good


async def test_fifty_writers_of_two_processes_make_one_chain(house: House) -> None:
    """Two `Audit` on one store share no lock: only the head keeps them in line."""
    audits = [Audit(house.store), Audit(house.store)]
    await asyncio.gather(*(audits[number % 2].commit(console(), ENTRY) for number in range(50)))
    verdict = await verify(house.store)
    assert (verdict.good, verdict.count) == (True, 50)


async def test_the_act_and_its_record_are_one_commit(house: House) -> None:
    """When the act loses, the record does not stay; when the record cannot be written, the act does not happen."""
    team = await house.accounts.teams.create(console(), NewTeam(name="Water"))
    stale = put(TEAMS, structs.replace(team, version=5), team)
    with pytest.raises(Conflict):
        await house.accounts.audit.commit(console(), ENTRY, stale)
    assert [record.action for record in await house.accounts.audit.page(limit=10)] == ["team.created"]


async def test_what_another_floor_writes_is_recorded_with_it(house: House) -> None:
    """Made, changed, removed: the record says what, and nothing of it happens without the record."""
    audit, act = house.accounts.audit, console()
    team = Team(id="t", name="Gas", key="gas", created_at=START)
    await recording(audit, act, "thing.made")(Insert(TEAMS, team))
    renamed = put(TEAMS, team, structs.replace(team, name="Air"))
    await recording(audit, act, "thing.changed", team)(renamed)
    with pytest.raises(Conflict):
        await recording(audit, act, "thing.changed", team)(renamed)
    await recording(audit, act, "thing.removed")(Delete(TEAMS, renamed.doc))
    told = [(record.action, record.target, dict((c.field, (c.before, c.after)) for c in record.changes)) for record in
            reversed(await audit.page(limit=10))]  # fmt: skip
    assert [line[:2] for line in told] == [("thing.made", "t"), ("thing.changed", "t"), ("thing.removed", "t")]
    assert told[0][2]["name"] == (None, "Gas")
    assert told[1][2] == {"name": ("Gas", "Air")}
    assert told[2][2]["name"] == ("Air", None)
    assert (await verify(house.store)).good


async def test_an_act_is_decided_again_when_another_came_between(house: House) -> None:
    other = Audit(house.store)
    seen: list[int] = []

    async def decide() -> Deed[int]:
        seen.append(len(await house.accounts.audit.page(limit=10)))
        if len(seen) == 1:
            await other.commit(console(), ENTRY)
        return Deed(result=len(seen), entry=ENTRY)

    assert await house.accounts.audit.perform(console(), decide) == 2
    assert seen == [0, 1]
    assert (await verify(house.store)).good


async def test_every_administrative_act_is_recorded_with_who_when_where(tmp_path: Path) -> None:
    async with accounts_in(tmp_path) as (accounts, _):
        boss = await hire(accounts, "Boss", Role.ADMINISTRATOR)
        ann = await hire(accounts, "Ann")
        act = act_of(boss)
        for done in _acts(act, ann.id):
            await done(accounts)
        records = await accounts.audit.page(limit=50)
        told = [(record.action, record.user, record.name, record.ip, record.request) for record in records]
        mine = [line for line in reversed(told) if line[1] == boss.id]
        assert [line[0] for line in mine] == ["user.changed", "team.created", "token.issued", "user.changed"]
        assert {line[1:] for line in mine} == {(boss.id, "Boss", act.ip, act.request)}
        assert all(record.at == START for record in records)


def _acts(act: Act, user: str) -> list[Callable[[Accounts], Awaitable[object]]]:
    return [
        lambda accounts: accounts.staff.change(act, user, UserPatch(role=Role.LEAD)),
        lambda accounts: accounts.teams.create(act, NewTeam(name="Water")),
        lambda accounts: accounts.tokens.issue(act, NewToken(name="t")),
        lambda accounts: accounts.staff.change(act, user, UserPatch(active=False)),
    ]


async def test_no_secret_is_in_the_record(house: House) -> None:
    ann = await hire(house.accounts, "Ann")
    await house.accounts.staff.change(console(), ann.id, UserPatch(password="another one entirely"))
    issued = await house.accounts.tokens.issue(act_of(ann), NewToken(name="t"))
    entered = await house.accounts.logins.enter(ann.email, "another one entirely", ip="1.1.1.1", agent="", at=START)
    await house.accounts.logins.change_password(act_of(ann), "another one entirely", "yet another one", agent="")
    text = repr(await house.accounts.audit.page(limit=50))
    for secret in (PASSWORD, "another one entirely", "yet another one", issued.secret, entered.token, "$argon2"):
        assert secret not in text
    newest = (await house.accounts.audit.page(limit=1))[0]
    assert (newest.action, newest.changes) == ("password.changed", (Change(field="password", after="***"),))


async def test_lists_by_user_target_and_action(house: House) -> None:
    boss = await hire(house.accounts, "Boss", Role.ADMINISTRATOR)
    team = await house.accounts.teams.create(act_of(boss), NewTeam(name="Water"))
    await house.accounts.teams.change(act_of(boss), team.id, TeamPatch(auto_accept=True))
    page = house.accounts.audit.page
    assert [record.action for record in await page(limit=9, user=boss.id)] == ["team.changed", "team.created"]
    assert [record.action for record in await page(limit=9, target=boss.id)] == ["user.created"]
    assert [record.seq for record in await page(limit=9, action="team.changed")] == [3]
    newest = await page(limit=1)
    assert [record.seq for record in await page(limit=9, before=newest[0].seq)] == [2, 1]


def test_changes_hide_what_is_secret_and_cut_what_is_long() -> None:
    before = Team(id="t", name="a", key="a", created_at=START)
    after = structs.replace(before, name="n" * 900, key="b", version=3)
    told = {change.field: change for change in changed(before, after, secret={"key"})}
    assert set(told) == {"name", "key"}
    assert (told["key"].before, told["key"].after) == ("***", "***")
    assert len(told["name"].after or "") == 500
