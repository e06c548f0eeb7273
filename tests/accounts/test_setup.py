"""The set-up link: once, for thirty minutes, while there is nobody."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import msgspec
import pytest

from accounts.permissions import Role
from accounts.setup import GOOD_FOR, SETUP_LINKS, THE_ONE
from accounts.users import User
from hub.errors import Forbidden, Invalid
from tests.accounts.conftest import House
from tests.accounts.house import PASSWORD, hire
from tests.clocks import START


async def finish(house: House, token: str, **more: object) -> User:
    facts = {"name": "Boss", "email": "boss@example.com", "password": PASSWORD, "at": START, **more}
    return await house.accounts.setup.finish(token, **facts)  # type: ignore[arg-type]  # as given


async def test_the_link_makes_the_first_administrator(house: House) -> None:
    token = await house.accounts.setup.begin(START)
    assert token is not None
    user = await finish(house, token)
    assert user.role is Role.ADMINISTRATOR
    await house.accounts.logins.enter(user.email, PASSWORD, ip="1.1.1.1", agent="", at=START)
    (record,) = await house.accounts.audit.page(limit=5)
    assert (record.action, record.name, record.target) == ("user.created", "console", user.id)


async def test_it_is_good_once_and_not_when_there_is_somebody(house: House) -> None:
    token = await house.accounts.setup.begin(START)
    assert token is not None
    await finish(house, token)
    with pytest.raises(Forbidden):
        await finish(house, token, email="other@example.com")
    assert await house.accounts.setup.begin(START) is None


async def test_a_link_from_before_the_first_user_is_dead_after(house: House) -> None:
    token = await house.accounts.setup.begin(START)
    assert token is not None
    await hire(house.accounts, "Ann")
    with pytest.raises(Forbidden):
        await finish(house, token)


@pytest.mark.parametrize("late", [GOOD_FOR, GOOD_FOR * 2])
async def test_it_ends(house: House, late: timedelta) -> None:
    token = await house.accounts.setup.begin(START)
    assert token is not None
    with pytest.raises(Forbidden):
        await finish(house, token, at=START + late)
    await finish(house, token, at=START + GOOD_FOR - timedelta(seconds=1))


async def test_a_new_link_ends_the_old_one(house: House) -> None:
    old, new = await house.accounts.setup.begin(START), await house.accounts.setup.begin(START)
    assert old is not None
    assert new is not None
    with pytest.raises(Forbidden):
        await finish(house, old)
    await finish(house, new)


async def test_the_token_is_stored_nowhere_and_guesses_fail_alike(house: House) -> None:
    with pytest.raises(Forbidden) as before:
        await finish(house, "x")
    token = await house.accounts.setup.begin(START)
    link = await house.store.get(SETUP_LINKS, THE_ONE)
    assert token is not None
    assert link is not None
    assert token not in msgspec.json.encode(link).decode()
    assert link.digest not in repr(link)
    for wrong in ("", link.digest, token[:-1], token + "x"):
        with pytest.raises(Forbidden) as refused:
            await finish(house, wrong)
        assert str(refused.value) == str(before.value)


async def test_a_weak_password_leaves_the_link_good(house: House) -> None:
    token = await house.accounts.setup.begin(START)
    assert token is not None
    with pytest.raises(Invalid):
        await finish(house, token, password="12345678")
    await finish(house, token)


async def test_fifty_who_follow_it_at_once_make_one(house: House) -> None:
    token = await house.accounts.setup.begin(START)
    assert token is not None
    answers = await asyncio.gather(
        *(finish(house, token, email=f"boss{number}@example.com") for number in range(50)), return_exceptions=True
    )
    assert sum(isinstance(answer, User) for answer in answers) == 1
    assert sum(isinstance(answer, Forbidden) for answer in answers) == 49
    assert len(await house.accounts.staff.page(limit=10)) == 1
