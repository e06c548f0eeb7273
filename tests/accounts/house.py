"""The accounts room over a real store, and the people who live in its tests."""

from __future__ import annotations

from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from accounts.actor import CONSOLE, Act, Actor
from accounts.passwords import Cost
from accounts.permissions import GRANTS, Role
from accounts.services import COLLECTIONS, Accounts, build
from accounts.users import NewUser, User
from hub.events import Events
from hub.keys import fresh, parse
from hub.work.jobs import JOBS
from tests.clocks import START, FakeClock
from tests.stores import open_store

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from hub.store.port import Store

CHEAP = Cost(memory_kib=8, passes=1)
"""A real argon2id computation that costs nothing: the cost itself has a test of its own."""
PASSWORD = "correct horse battery"
KEYS = parse(fresh("k1"))


@asynccontextmanager
async def accounts_in(folder: Path, events: Events | None = None) -> AsyncIterator[tuple[Accounts, Store]]:
    """The room over SQLite in a folder."""
    async with open_store(folder, [*COLLECTIONS, JOBS]) as store:
        yield build(store, events or Events(), KEYS, cost=CHEAP), store


def console(clock: FakeClock | None = None) -> Act:
    """An act of the operator."""
    return Act(actor=CONSOLE, at=clock.now() if clock else START, ip="127.0.0.1", request="r1")


def act_of(user: User, clock: FakeClock | None = None, session: str = "s") -> Act:
    """An act of a colleague in a browser."""
    actor = Actor(user=user.id, name=user.name, role=user.role, permissions=GRANTS[user.role], session=session)
    return Act(actor=actor, at=clock.now() if clock else START, ip="10.0.0.9", request="r2")


async def hire(accounts: Accounts, name: str, role: Role = Role.AGENT, **more: object) -> User:
    """A colleague called `name`, at name@example.com, with the usual password."""
    facts = {"name": name, "email": f"{name.lower()}@example.com", "role": role, "password": PASSWORD, **more}
    return await accounts.staff.create(console(), NewUser(**facts))  # type: ignore[arg-type]  # as given
