"""The throttle as a table: which failure waits, how long, and what it forgets."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta

import pytest

from accounts.attempts import ACCOUNT, ADDRESS, ATTEMPTS, Attempts, Throttle, account_name, address_name, one_more, wait
from hub.errors import TooMany
from hub.store.port import By
from tests.accounts.conftest import House
from tests.clocks import START

SECOND = timedelta(seconds=1)
ME, IP = "ann@example.com", "10.1.2.3"


async def _pause(throttle: Throttle, at: datetime) -> timedelta:
    """Try once: nothing when the attempt was charged, else how long to wait."""
    try:
        await throttle.charge(ME, IP, at)
    except TooMany as error:
        return error.after or timedelta.max
    return timedelta(0)


@pytest.mark.parametrize(
    ("failures", "seconds"),
    [(1, 0), (4, 0), (5, 30), (6, 60), (7, 120), (8, 240), (9, 480), (10, 960), (11, 1920), (12, 3600), (99, 3600)],
)
def test_how_long_an_account_waits(failures: int, seconds: int) -> None:
    assert wait(failures, ACCOUNT) == timedelta(seconds=seconds)


@pytest.mark.parametrize(("failures", "seconds"), [(49, 0), (50, 30), (51, 60), (60, 3600), (10_000, 3600)])
def test_how_long_an_address_waits(failures: int, seconds: int) -> None:
    assert wait(failures, ADDRESS) == timedelta(seconds=seconds)


async def test_the_lock_out_as_it_happens(house: House) -> None:
    """Charged as soon as it is allowed again, for a day of guessing."""
    throttle, at, waits = Throttle(house.store), START, []
    for _ in range(10):
        await throttle.charge(ME, IP, at)
        pause = await _pause(throttle, at)
        if pause:
            waits.append(pause)
            assert await _pause(throttle, at + pause - SECOND) == SECOND
            at += pause
    minutes = [wait.total_seconds() / 60 for wait in waits]
    assert minutes[:6] == [0.5, 1, 2, 4, 8, 16]
    assert minutes == sorted(minutes)


async def test_a_day_of_patient_guessing_gets_few_guesses(house: House) -> None:
    throttle, at, guesses = Throttle(house.store), START, 0
    while at < START + timedelta(days=1):
        pause = await _pause(throttle, at)
        guesses += not pause
        at += pause
    assert guesses <= 60


async def test_a_refused_attempt_does_not_count(house: House) -> None:
    throttle = Throttle(house.store)
    for _ in range(5):
        await throttle.charge(ME, IP, START)
    for _ in range(20):
        with pytest.raises(TooMany) as refused:
            await throttle.charge(ME, IP, START)
        assert refused.value.after == timedelta(seconds=30)
    await throttle.charge(ME, IP, START + timedelta(seconds=30))


async def test_other_accounts_and_other_addresses_are_free(house: House) -> None:
    throttle = Throttle(house.store)
    for _ in range(5):
        await throttle.charge(ME, IP, START)
    await throttle.charge("bob@example.com", IP, START)
    await throttle.charge(ME, "10.9.9.9", START)
    with pytest.raises(TooMany):
        await throttle.charge(ME, IP, START)


async def test_one_password_tried_at_many_accounts_is_stopped_at_the_address(house: House) -> None:
    throttle = Throttle(house.store)
    for number in range(50):
        await throttle.charge(f"user{number}@example.com", IP, START)
    with pytest.raises(TooMany):
        await throttle.charge("fresh@example.com", IP, START)


async def test_a_right_password_forgives_the_account_and_its_own_share_of_the_address(house: House) -> None:
    throttle = Throttle(house.store)
    for _ in range(4):
        await throttle.charge(ME, IP, START)
    await throttle.forgive(ME, IP)
    assert await house.store.get(ATTEMPTS, account_name(ME, IP)) is None
    shared = await house.store.get(ATTEMPTS, address_name(IP))
    assert shared is not None
    assert shared.count == 3


async def test_an_office_behind_one_address_never_waits(house: House) -> None:
    """300 people come to work; one in ten mistypes once. Their own right passwords do not add up."""
    throttle, at = Throttle(house.store), START
    for day in range(3):
        for number in range(300):
            at = START + timedelta(days=day, seconds=number * 6)
            if number % 10 == 0:
                await throttle.charge(f"user{number}@example.com", IP, at)
            await throttle.charge(f"user{number}@example.com", IP, at)
            await throttle.forgive(f"user{number}@example.com", IP)


async def test_fifty_guesses_at_once_are_fifty(house: House) -> None:
    """Two processes: no lock between them but the rows."""
    processes = [Throttle(house.store), Throttle(house.store)]
    answers = await asyncio.gather(
        *(processes[number % 2].charge(ME, IP, START) for number in range(50)), return_exceptions=True
    )
    assert sum(answer is None for answer in answers) == 5
    assert sum(isinstance(answer, TooMany) for answer in answers) == 45


async def test_an_ipv6_customer_is_one_address(house: House) -> None:
    throttle = Throttle(house.store)
    for number in range(5):
        await throttle.charge(ME, f"2001:db8:1:2::{number}", START)
    with pytest.raises(TooMany):
        await throttle.charge(ME, "2001:db8:1:2:ffff::1", START)
    await throttle.charge(ME, "2001:db8:1:3::1", START)
    assert address_name("::ffff:10.1.2.3") == address_name("10.1.2.3")


def test_what_is_half_forgotten_stays_half_forgotten() -> None:
    """Failures a minute and a half apart: two of three are forgotten, none is forgotten late."""
    row, at = Attempts(id="a", count=10, until=START, since=START), START
    for number in range(1, 9):
        at += timedelta(seconds=90)
        row = one_more(row, ADDRESS, at)
        assert row.count == 10 + number - (at - START) // ADDRESS.leak
    assert one_more(row, ADDRESS, at + timedelta(hours=1)).count == 1


async def test_rows_name_nobody_and_are_swept(house: House) -> None:
    throttle = Throttle(house.store)
    await throttle.charge(ME, IP, START)
    rows = await house.store.find(ATTEMPTS, order=(By("since"), By("id")))
    assert len(rows) == 2
    assert ME not in repr(rows)
    assert IP not in repr(rows)
    assert await throttle.sweep(START + timedelta(hours=47)) == 0
    assert await throttle.sweep(START + timedelta(hours=49)) == 2
