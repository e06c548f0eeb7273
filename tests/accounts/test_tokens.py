"""API tokens: a part of their owner's permissions, shown once, gone at once."""

from __future__ import annotations

import re
from datetime import timedelta, timezone

import msgspec
import pytest

from accounts.permissions import GRANTS, Permission, Role
from accounts.sessions import digest_of
from accounts.tokens import MOST, TOKENS, NewToken
from accounts.users import UserPatch
from hub.errors import Forbidden, Invalid, NotFound
from hub.store.port import Eq
from tests.accounts.conftest import House
from tests.accounts.house import act_of, console, hire
from tests.clocks import START

READ = (Permission.CONVERSATIONS_READ,)


async def test_a_token_is_its_owner_cut_down(house: House) -> None:
    ann = await hire(house.accounts, "Ann", Role.LEAD)
    issued = await house.accounts.tokens.issue(act_of(ann), NewToken(name="report", permissions=READ))
    actor = await house.accounts.known_tokens.known(issued.secret, START)
    assert actor is not None
    assert (actor.user, actor.permissions, actor.token, actor.session) == (
        ann.id,
        frozenset(READ),
        issued.token.id,
        None,
    )
    assert re.fullmatch(r"yz_[\w-]{43}", issued.secret)


async def test_without_a_choice_it_gets_all_its_owner_has(house: House) -> None:
    ann = await hire(house.accounts, "Ann")
    issued = await house.accounts.tokens.issue(act_of(ann), NewToken(name="all"))
    assert frozenset(issued.token.permissions) == GRANTS[Role.AGENT]


async def test_a_role_that_shrinks_shrinks_the_token(house: House) -> None:
    ann = await hire(house.accounts, "Ann", Role.LEAD)
    wanted = (Permission.CONVERSATIONS_TAKEOVER, *READ)
    issued = await house.accounts.tokens.issue(act_of(ann), NewToken(name="t", permissions=wanted))
    await house.accounts.staff.change(console(), ann.id, UserPatch(role=Role.MARKETER))
    actor = await house.accounts.known_tokens.known(issued.secret, START)
    assert actor is not None
    assert actor.permissions == frozenset()


async def test_nobody_gives_away_what_they_lack(house: House) -> None:
    ann = await hire(house.accounts, "Ann")
    for permission in set(Permission) - GRANTS[Role.AGENT]:
        with pytest.raises(Forbidden):
            await house.accounts.tokens.issue(act_of(ann), NewToken(name="t", permissions=(permission,)))
    assert await house.accounts.tokens.all_of(ann.id) == []


async def test_a_token_makes_no_tokens(house: House) -> None:
    ann = await hire(house.accounts, "Ann")
    act = act_of(ann)
    by_token = msgspec.structs.replace(act, actor=msgspec.structs.replace(act.actor, session=None, token="t"))
    with pytest.raises(Forbidden):
        await house.accounts.tokens.issue(by_token, NewToken(name="t"))


async def test_the_secret_is_stored_nowhere(house: House) -> None:
    ann = await hire(house.accounts, "Ann")
    issued = await house.accounts.tokens.issue(act_of(ann), NewToken(name="t"))
    (row,) = await house.store.find(TOKENS, Eq("user", ann.id))
    assert row.digest == digest_of(issued.secret)
    assert issued.secret not in repr(issued)
    assert issued.secret not in msgspec.json.encode(row).decode()
    for wrong in (row.digest, "yz_" + row.digest, issued.secret[3:], issued.secret + "x", "", "yz_"):
        assert await house.accounts.known_tokens.known(wrong, START) is None


async def test_it_ends_when_it_was_to_end(house: House) -> None:
    ann = await hire(house.accounts, "Ann")
    ends = (START + timedelta(days=1)).astimezone(timezone(timedelta(hours=8)))
    issued = await house.accounts.tokens.issue(act_of(ann), NewToken(name="t", expires_at=ends))
    known = house.accounts.known_tokens.known
    assert await known(issued.secret, START + timedelta(days=1) - timedelta(milliseconds=1))
    assert await known(issued.secret, START + timedelta(days=1)) is None
    with pytest.raises(Invalid):
        await house.accounts.tokens.issue(act_of(ann), NewToken(name="t", expires_at=START))
    with pytest.raises(msgspec.ValidationError):
        msgspec.json.decode(b'{"name":"t","expires_at":"2030-01-01T00:00:00"}', type=NewToken)


async def test_one_revokes_ones_own_and_nobody_elses(house: House) -> None:
    ann, bob = await hire(house.accounts, "Ann"), await hire(house.accounts, "Bob", Role.ADMINISTRATOR)
    issued = await house.accounts.tokens.issue(act_of(ann), NewToken(name="t"))
    with pytest.raises(NotFound):
        await house.accounts.tokens.revoke(act_of(bob), issued.token.id)
    assert await house.accounts.known_tokens.known(issued.secret, START)
    await house.accounts.tokens.revoke(act_of(ann), issued.token.id)
    assert await house.accounts.known_tokens.known(issued.secret, START) is None
    with pytest.raises(NotFound):
        await house.accounts.tokens.revoke(act_of(ann), issued.token.id)


async def test_use_is_noted_coarsely(house: House) -> None:
    ann = await hire(house.accounts, "Ann")
    issued = await house.accounts.tokens.issue(act_of(ann), NewToken(name="t"))
    for seconds, noted in ((0, 0), (100, 0), (290, 0), (301, 301), (400, 301)):
        await house.accounts.known_tokens.known(issued.secret, START + timedelta(seconds=seconds))
        (row,) = await house.accounts.tokens.all_of(ann.id)
        assert row.last_used_at == START + timedelta(seconds=noted)


async def test_there_is_an_end_to_them(house: House) -> None:
    ann = await hire(house.accounts, "Ann")
    for number in range(MOST):
        await house.accounts.tokens.issue(act_of(ann), NewToken(name=f"t{number}", permissions=READ))
    with pytest.raises(Invalid):
        await house.accounts.tokens.issue(act_of(ann), NewToken(name="one more", permissions=READ))
