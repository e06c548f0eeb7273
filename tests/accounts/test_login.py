"""The door: same answer and same work for everybody who is refused, new tokens for everybody who is not."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest

from accounts.credentials import CREDENTIALS
from accounts.login import Entered
from accounts.passwords import Cost, Passwords
from accounts.permissions import Role
from accounts.sessions import LONGEST, MOST, SESSIONS, digest_of
from accounts.users import UserPatch
from hub.errors import Conflict, Forbidden, HubError, Invalid, NotFound, TooMany, Unauthenticated
from tests.accounts.conftest import House
from tests.accounts.house import PASSWORD, act_of, console, hire
from tests.clocks import START

IP = "10.0.0.9"


async def enter(house: House, email: str = "ann@example.com", password: str = PASSWORD, **more: object) -> Entered:
    facts = {"ip": IP, "agent": "Mozilla/5.0 (Windows NT 10.0) Firefox/140.0", "at": START, **more}
    return await house.accounts.logins.enter(email, password, **facts)  # type: ignore[arg-type]  # as given


async def test_the_right_password_begins_a_session(house: House) -> None:
    user = await hire(house.accounts, "Ann", Role.LEAD)
    entered = await enter(house, " ＡNN@example.com ")
    known = await house.accounts.known_sessions.known(entered.token, START)
    assert known is not None
    actor, csrf = known
    assert (actor.user, actor.role, actor.session, actor.token) == (user.id, Role.LEAD, entered.session.id, None)
    assert csrf == house.accounts.sessions.csrf(entered.session)
    assert entered.session.agent == "Firefox, Windows"
    assert (await house.accounts.staff.last_log_ins([user.id]))[user.id] == START


async def test_the_token_is_256_bits_and_stored_nowhere(house: House) -> None:
    await hire(house.accounts, "Ann")
    entered = await enter(house)
    assert len(entered.token) == 43
    assert entered.token not in repr(entered)
    stored = await house.store.get(SESSIONS, entered.session.id)
    assert stored is not None
    assert stored.digest == digest_of(entered.token)
    assert stored.digest not in repr(stored)
    assert await house.accounts.known_sessions.known(stored.digest, START) is None


async def test_everybody_who_is_refused_hears_the_same_and_costs_the_same(house: House) -> None:
    """Unknown, wrong password, shut out (with the right one too), nonsense: one answer, one computation."""
    await hire(house.accounts, "Ann")
    gone = await hire(house.accounts, "Gone")
    await house.accounts.staff.change(console(), gone.id, UserPatch(active=False))
    cases = [
        ("ann@example.com", "wrong password!"),
        ("nobody@example.com", "wrong password!"),
        ("nobody@example.com", PASSWORD),
        ("gone@example.com", PASSWORD),
        ("gone@example.com", "wrong password!"),
        ("not an address", PASSWORD),
        ("", ""),
        ("' OR 1=1 --", "x"),
        ('{"$ne": 1}', '{"$ne": 1}'),
    ]
    answers: set[str] = set()
    for number, (email, password) in enumerate(cases):
        before = house.accounts.passwords.computed
        with pytest.raises(Unauthenticated) as refused:
            await enter(house, email, password, ip=f"10.0.1.{number}")
        assert house.accounts.passwords.computed == before + 1, email
        answers.add(f"{refused.value.code} {refused.value}")
    assert len(answers) == 1


async def test_the_throttle_answers_alike_for_whoever_exists_or_not(house: House) -> None:
    await hire(house.accounts, "Ann")
    told: list[list[str]] = []
    for email in ("ann@example.com", "nobody@example.com"):
        heard = []
        for _ in range(8):
            with pytest.raises(HubError) as refused:
                await enter(house, email, "wrong password!", ip=f"10.0.2.{len(told)}")
            heard.append(str(refused.value))
        told.append(heard)
        with pytest.raises(TooMany):
            await enter(house, email, PASSWORD, ip=f"10.0.2.{len(told) - 1}")
    assert told[0] == told[1]


async def test_a_log_in_ends_the_session_of_the_cookie_that_came_along(house: House) -> None:
    await hire(house.accounts, "Ann")
    planted = await enter(house)
    entered = await enter(house, old=planted.token)
    assert entered.token != planted.token
    assert await house.accounts.known_sessions.known(planted.token, START) is None
    assert await house.accounts.known_sessions.known(entered.token, START)


async def test_a_hash_of_another_cost_is_made_anew_at_log_in(house: House) -> None:
    user = await hire(house.accounts, "Ann")
    row = await house.store.get(CREDENTIALS, user.id)
    house.accounts.logins._passwords = Passwords(Cost(memory_kib=16, passes=1))
    await enter(house)
    now = await house.store.get(CREDENTIALS, user.id)
    assert row is not None
    assert now is not None
    assert "m=8," in row.hash
    assert "m=16," in now.hash
    await enter(house)


async def test_twenty_sessions_and_the_oldest_goes(house: House) -> None:
    await hire(house.accounts, "Ann")
    entered = [await enter(house, at=START + timedelta(seconds=number)) for number in range(MOST + 3)]
    at = START + timedelta(minutes=1)
    alive = [await house.accounts.known_sessions.known(one.token, at) is not None for one in entered]
    assert alive == [False] * 3 + [True] * MOST


async def test_many_log_ins_of_one_person_at_once_all_come_in(house: House) -> None:
    await hire(house.accounts, "Ann")
    entered = await asyncio.gather(*(enter(house, ip=f"10.0.3.{number}") for number in range(10)))
    assert len({one.token for one in entered}) == 10
    for one in entered:
        assert await house.accounts.known_sessions.known(one.token, START)


async def test_a_log_in_and_a_shutting_out_at_once_leave_nobody_inside(house: House) -> None:
    for number in range(10):
        user = await hire(house.accounts, f"Ann{number}")
        answers = await asyncio.gather(
            *(enter(house, user.email, ip=f"10.0.{number}.{place}") for place in range(3)),
            house.accounts.staff.change(console(), user.id, UserPatch(active=False)),
            return_exceptions=True,
        )
        assert not isinstance(answers[-1], BaseException)
        assert await house.accounts.sessions.all_of(user.id) == []
        assert all(isinstance(one, Entered | Unauthenticated) for one in answers[:-1])


async def test_a_password_change_ends_every_session_and_goes_on_under_a_new_one(house: House) -> None:
    user = await hire(house.accounts, "Ann")
    one, two = await enter(house), await enter(house)
    act = act_of(user, session=one.session.id)
    fresh = await house.accounts.logins.change_password(act, PASSWORD, "another one entirely", agent="")
    known = house.accounts.known_sessions.known
    assert [await known(token, START) is not None for token in (one.token, two.token, fresh.token)] == [
        False, False, True,
    ]  # fmt: skip
    with pytest.raises(Unauthenticated):
        await enter(house)
    await enter(house, password="another one entirely")


async def test_a_wrong_old_or_weak_new_password_changes_nothing(house: House) -> None:
    user = await hire(house.accounts, "Ann")
    change = house.accounts.logins.change_password
    for old, new, path in (("wrong", "another one entirely", "$.old"), (PASSWORD, "12345678", "$.new")):
        with pytest.raises(Invalid) as refused:
            await change(act_of(user), old, new, agent="")
        assert refused.value.path == path
    await enter(house)


async def test_the_old_password_cannot_be_guessed_there_either(house: House) -> None:
    user = await hire(house.accounts, "Ann")
    for _ in range(5):
        with pytest.raises(Invalid):
            await house.accounts.logins.change_password(act_of(user), "wrong", "another one entirely", agent="")
    with pytest.raises(TooMany):
        await house.accounts.logins.change_password(act_of(user), PASSWORD, "another one entirely", agent="")


async def test_two_password_changes_at_once_are_one(house: House) -> None:
    user = await hire(house.accounts, "Ann")
    wanted = [f"another one entirely {number}" for number in range(4)]
    answers = await asyncio.gather(
        *(house.accounts.logins.change_password(act_of(user), PASSWORD, new, agent="") for new in wanted),
        return_exceptions=True,
    )
    won = [new for new, answer in zip(wanted, answers, strict=True) if isinstance(answer, Entered)]
    assert len(won) == 1
    assert all(isinstance(answer, Entered | Conflict | Invalid) for answer in answers)
    await enter(house, password=won[0])


async def test_csrf_belongs_to_one_session(house: House) -> None:
    await hire(house.accounts, "Ann")
    sessions, one, two = house.accounts.sessions, (await enter(house)).session, (await enter(house)).session
    sessions.check_csrf(one, sessions.csrf(one))
    for wrong in ("", "x", "é", sessions.csrf(two), sessions.csrf(one)[:-1], sessions.csrf(one).upper() + "0"):
        with pytest.raises(Forbidden):
            sessions.check_csrf(one, wrong)


async def test_one_ends_ones_own_sessions_and_nobody_elses(house: House) -> None:
    ann, bob = await hire(house.accounts, "Ann"), await hire(house.accounts, "Bob")
    entered = await enter(house)
    with pytest.raises(NotFound):
        await house.accounts.sessions.revoke(bob.id, entered.session.id)
    assert await house.accounts.known_sessions.known(entered.token, START)
    await house.accounts.sessions.revoke(ann.id, entered.session.id)
    assert await house.accounts.known_sessions.known(entered.token, START) is None
    await house.accounts.logins.leave(ann.id, entered.session.id)


async def test_a_session_in_use_lives_seven_days_and_no_longer(house: House) -> None:
    """Used every ten hours, so it never falls asleep; remembered the second before its end, and over at it."""
    await hire(house.accounts, "Ann")
    entered, known = await enter(house), house.accounts.known_sessions.known
    for hours in range(0, 168, 10):
        assert await known(entered.token, START + timedelta(hours=hours))
    assert await known(entered.token, START + LONGEST - timedelta(seconds=1))
    assert await known(entered.token, START + LONGEST) is None


async def test_what_is_over_is_swept(house: House) -> None:
    await hire(house.accounts, "Ann")
    await enter(house)
    assert await house.accounts.sweep(START + timedelta(hours=11)) == 0
    assert await house.accounts.sweep(START + LONGEST) == 2
