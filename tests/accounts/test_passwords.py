"""Passwords: what is good enough, what a computation costs, and that nobody waits for it in the loop."""

from __future__ import annotations

import asyncio
import threading
import time

import pytest

from accounts.passwords import COMMON, Cost, Passwords, check
from hub.errors import Invalid, Overloaded
from tests.accounts.house import CHEAP, PASSWORD


@pytest.mark.parametrize(
    "password",
    [
        "", "short", "seven77", "12345678", "123456789", "a123456789", "A123456789", "woaini1314", "5201314520",
        "qq123456", "password", "Password1", "PASSWORD123!", "password2024", "qwertyuiop", "1qaz2wsx", "11111111",
        "aaaaaaaa", "abababab", "abcdefgh", "87654321", "ａｂｃｄｅｆｇｈ", "admin@123", "kefu123456", "ann.lee2024",
        "my-ann.lee-word", "liulingyi123", "x" * 257,
    ],
)  # fmt: skip
def test_weak_passwords_are_refused_with_a_reason_and_without_an_echo(password: str) -> None:
    with pytest.raises(Invalid) as refused:
        check(password, email="ann.lee@example.com", name="Liu Lingyi")
    assert refused.value.path == "$.password"
    assert refused.value.hint
    if password:
        assert password not in str(refused.value)


@pytest.mark.parametrize(
    "password", [PASSWORD, "驿站里的马很多呀", "tr0ub4dor&3x", "x" * 60 + "yz.", "🐎🐎🚉 горы 水", "9 wild geese fly"]
)
def test_good_passwords_are_taken(password: str) -> None:
    check(password, email="ann@example.com", name="Li")


def test_the_list_is_long_enough() -> None:
    """ASVS 5.0, 6.2.4: at least the top 3,000 that fit the rules."""
    assert len(COMMON) >= 3000
    assert all(len(word) >= 8 and word == word.lower() for word in COMMON)


async def test_a_hash_proves_its_password_and_no_other() -> None:
    passwords = Passwords(CHEAP)
    stored = await passwords.hash(PASSWORD)
    assert stored.startswith("$argon2id$")
    assert PASSWORD not in stored
    assert await passwords.verify(stored, PASSWORD)
    assert not await passwords.verify(stored, PASSWORD + "x")
    assert not await passwords.verify("not a hash", PASSWORD)
    assert await passwords.hash(PASSWORD) != stored


async def test_width_does_not_matter() -> None:
    passwords = Passwords(CHEAP)
    assert await passwords.verify(await passwords.hash("ｐａｓｓ　ｗｏｒｄ é"), "pass word e\u0301")


def test_the_default_cost_is_owasps() -> None:
    assert Cost() == Cost(memory_kib=19456, passes=2, lanes=1)


async def test_a_stored_hash_names_its_cost_and_is_dated_by_another() -> None:
    old, new = Passwords(CHEAP), Passwords(Cost(memory_kib=16, passes=1))
    stored = await old.hash(PASSWORD)
    assert not old.is_dated(stored)
    assert new.is_dated(stored)
    assert await new.verify(stored, PASSWORD)


async def test_nothing_stored_costs_the_same_and_says_no() -> None:
    passwords = Passwords(CHEAP)
    stored = await passwords.hash(PASSWORD)
    before = passwords.computed
    assert not await passwords.verify(None, PASSWORD)
    assert passwords.computed == before + 1
    assert await passwords.verify(stored, PASSWORD)
    assert passwords.computed == before + 2
    assert not await passwords.verify(None, "nobody")


async def test_the_work_is_done_outside_the_loop(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[threading.Thread] = []
    work = Passwords._work

    def noted(self: Passwords, password: str, against: str | None) -> str:
        seen.append(threading.current_thread())
        return work(self, password, against)

    monkeypatch.setattr(Passwords, "_work", noted)
    await Passwords(CHEAP).hash(PASSWORD)
    assert threading.main_thread() not in seen
    assert len(seen) == 1


async def test_the_loop_goes_on_while_one_of_full_cost_is_computed() -> None:
    passwords = Passwords()
    task, longest, last = asyncio.create_task(passwords.hash(PASSWORD)), 0.0, time.perf_counter()
    while not task.done():
        await asyncio.sleep(0)
        longest, last = max(longest, time.perf_counter() - last), time.perf_counter()
    alone = time.perf_counter()
    passwords._work(PASSWORD, None)
    cost = time.perf_counter() - alone
    assert await task
    assert longest < max(cost, 0.05)


async def test_a_flood_is_refused_at_once() -> None:
    passwords = Passwords(CHEAP, threads=1, waiting=4)
    answers = await asyncio.gather(*(passwords.hash(PASSWORD) for _ in range(20)), return_exceptions=True)
    assert sum(isinstance(answer, Overloaded) for answer in answers) == 15
    assert await passwords.hash(PASSWORD)
