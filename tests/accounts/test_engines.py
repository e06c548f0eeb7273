"""The same room over both engines: what needs the store's promises (unique keys, versions, all or nothing) most."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest

from accounts.login import Entered
from accounts.permissions import Role
from accounts.services import COLLECTIONS, build
from accounts.teams import NewTeam
from accounts.users import UserPatch
from accounts.verify import verify
from hub.errors import Invalid, TooMany, Unauthenticated, WrongMove
from hub.events import Events
from hub.work.jobs import JOBS
from tests.accounts.house import CHEAP, KEYS, PASSWORD, act_of, console, hire
from tests.clocks import START

if TYPE_CHECKING:
    from tests.stores import Engine


async def test_a_day_of_the_room(engine: Engine) -> None:
    """Hired, logged in, promoted, raced, shut out, throttled; two processes, one store, one good chain."""
    store = engine.make()
    await store.open([*COLLECTIONS, JOBS])
    try:
        here, there = (build(store, Events(), KEYS, cost=CHEAP) for _ in range(2))
        bosses = [await hire(here, f"Boss{number}", Role.ADMINISTRATOR) for number in range(6)]
        with pytest.raises(Invalid) as taken:
            await hire(there, "Boss0")
        assert taken.value.path == "$.email"
        team = await here.teams.create(act_of(bosses[0]), NewTeam(name="Water", members=(bosses[1].id,)))
        assert [user.id for user in await there.teams.members(team.id)] == [bosses[1].id]

        entered = await here.logins.enter("BOSS0@example.com", PASSWORD, ip="1.1.1.1", agent="", at=START)
        assert await there.known_sessions.known(entered.token, START)

        answers = await asyncio.gather(
            *(
                (here, there)[number % 2].staff.change(act_of(boss), boss.id, UserPatch(active=False))
                for number, boss in enumerate(bosses)
            ),
            return_exceptions=True,
        )
        assert sum(isinstance(answer, WrongMove) for answer in answers) == 1
        assert sum(user.active for user in await here.staff.page(limit=20)) == 1

        guesses = await asyncio.gather(
            *(
                (here, there)[number % 2].logins.enter("x@example.com", "?", ip="2.2.2.2", agent="", at=START)
                for number in range(12)
            ),
            return_exceptions=True,
        )
        assert sum(isinstance(guess, Unauthenticated) for guess in guesses) == 5
        assert sum(isinstance(guess, TooMany) for guess in guesses) == 7
        assert not [guess for guess in guesses if isinstance(guess, Entered)]
        verdict = await verify(store)
        assert (verdict.good, verdict.count) == (True, 12)
        assert len(await here.audit.page(limit=5, before=8)) == 5
        assert [record.seq for record in await there.audit.page(limit=20, target=team.id)] == [7]
        assert await here.sweep(START.replace(year=2027)) >= 2
        await here.staff.change(console(), bosses[0].id, UserPatch(active=True, role=Role.AGENT))
    finally:
        await store.close()
