"""What is remembered of a proof: for three seconds, never past its end, never over a change made here."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import TYPE_CHECKING, cast

import pytest
from msgspec import structs

from accounts.known import FRESH, KnownSessions, Memory
from accounts.permissions import Role
from accounts.sessions import IDLE, SESSIONS, Session
from accounts.tokens import NewToken
from accounts.users import USERS, UserPatch
from hub.store.port import Delete, put
from tests.accounts.conftest import House
from tests.accounts.house import PASSWORD, act_of, console, hire
from tests.clocks import START

if TYPE_CHECKING:
    from hub.store.port import Store


class Counted:
    """A store that counts its reads."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self.reads = 0

    def __getattr__(self, name: str) -> object:
        """Pass on, counting."""
        self.reads += name in ("get", "find")
        return getattr(self._store, name)


async def test_a_second_look_within_three_seconds_asks_nobody(house: House) -> None:
    await hire(house.accounts, "Ann")
    entered = await house.accounts.logins.enter("ann@example.com", PASSWORD, ip="1.1.1.1", agent="", at=START)
    counted = Counted(house.store)
    store = cast("Store", counted)
    house.accounts.sessions._store = store
    known = KnownSessions(store, house.accounts.sessions, Memory(store)).known
    assert await known(entered.token, START)
    assert counted.reads == 2
    for _ in range(10):
        assert await known(entered.token, START + FRESH - timedelta(milliseconds=1))
    assert counted.reads == 2
    assert await known(entered.token, START + FRESH)
    assert counted.reads == 4


async def test_a_remembered_session_ends_on_time(house: House) -> None:
    await hire(house.accounts, "Ann")
    entered = await house.accounts.logins.enter("ann@example.com", PASSWORD, ip="1.1.1.1", agent="", at=START)
    late = START + IDLE - timedelta(milliseconds=1)
    session = await house.accounts.sessions.find(entered.session.digest, late)
    assert session is not None
    assert await house.accounts.sessions.find(entered.session.digest, START + IDLE) is None
    assert await house.accounts.known_sessions.known(entered.token, START + IDLE) is None


async def test_a_role_change_shows_at_once(house: House) -> None:
    ann = await hire(house.accounts, "Ann")
    entered = await house.accounts.logins.enter(ann.email, PASSWORD, ip="1.1.1.1", agent="", at=START)
    await house.accounts.known_sessions.known(entered.token, START)
    await house.accounts.staff.change(console(), ann.id, UserPatch(role=Role.QUALITY))
    known = await house.accounts.known_sessions.known(entered.token, START)
    assert known is not None
    assert (known[0].role, known[0].sees_all) == (Role.QUALITY, True)


async def test_what_was_read_before_a_revocation_is_not_remembered_after_it(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The revocation lands between the read of the row and the moment it would be kept."""
    ann = await hire(house.accounts, "Ann")
    entered = await house.accounts.logins.enter(ann.email, PASSWORD, ip="1.1.1.1", agent="", at=START)
    find, ending = house.accounts.sessions.find, True

    async def slow(digest: str, at: object) -> Session | None:
        nonlocal ending
        found = await find(digest, START)
        if ending and found is not None:
            ending = False
            await house.store.commit(Delete(SESSIONS, found))
        return found

    monkeypatch.setattr(house.accounts.sessions, "find", slow)
    await house.accounts.known_sessions.known(entered.token, START)
    assert await house.accounts.known_sessions.known(entered.token, START) is None


async def test_somebody_shut_out_is_nobody_whatever_else_is_stored(house: House) -> None:
    """Should a session ever be left behind (a restored backup), the user's own row still decides."""
    ann = await hire(house.accounts, "Ann")
    entered = await house.accounts.logins.enter(ann.email, PASSWORD, ip="1.1.1.1", agent="", at=START)
    issued = await house.accounts.tokens.issue(act_of(ann), NewToken(name="t"))
    await house.store.commit(put(USERS, ann, structs.replace(ann, active=False)))
    assert await house.accounts.known_sessions.known(entered.token, START) is None
    assert await house.accounts.known_tokens.known(issued.secret, START) is None


async def test_nonsense_is_nobody(house: House) -> None:
    for secret in ("", "x", "yz_", "é", "\x00", "a" * 100_000):
        assert await house.accounts.known_sessions.known(secret, START) is None
        assert await house.accounts.known_tokens.known(secret, START) is None


async def test_a_session_and_its_revocation_race(house: House) -> None:
    """A sign of life at the same instant does not save a session that is ended."""
    ann = await hire(house.accounts, "Ann")
    for number in range(10):
        at = START + timedelta(minutes=10 * number)
        entered = await house.accounts.logins.enter(ann.email, PASSWORD, ip="1.1.1.1", agent="", at=at)
        later = at + timedelta(minutes=6)
        await asyncio.gather(
            house.accounts.known_sessions.known(entered.token, later),
            house.accounts.sessions.revoke(ann.id, entered.session.id),
        )
        assert await house.accounts.known_sessions.known(entered.token, later) is None
