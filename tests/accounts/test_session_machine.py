"""Any history of log-ins, uses, revocations, shut-outs and passing time, against a model of ten lines.

The model knows which tokens are good and why; after every step the hub must agree about every token there ever was,
in the process that acted and, within three seconds, in another one on the same store.
"""

from __future__ import annotations

import asyncio
import shutil
import tempfile
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar, cast

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule
from msgspec import structs

from accounts.known import FRESH
from accounts.permissions import GRANTS, Role
from accounts.services import build
from accounts.sessions import COARSE, IDLE, LONGEST
from accounts.users import User, UserPatch
from hub.errors import Invalid, Unauthenticated
from hub.events import Events
from tests.accounts.house import CHEAP, KEYS, PASSWORD, accounts_in, act_of, console, hire
from tests.clocks import FakeClock

if TYPE_CHECKING:
    from collections.abc import Coroutine
    from datetime import datetime

    from hub.store.port import Store, Watcher

T = TypeVar("T")
PEOPLE = ("Ann", "Bob")


class Deaf:
    """The store as another process has it: the same rows, and no word of what is committed here."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def __getattr__(self, name: str) -> object:
        """Everything else is the store's."""
        return getattr(self._store, name)

    def watch(self, watcher: Watcher) -> None:
        """Nobody ever calls it."""


@dataclass
class Held:
    """A token somebody holds, and when its session ends if nothing more happens."""

    user: str
    token: str
    session: str
    born: datetime
    noted: datetime
    ends: datetime
    alive: bool = True

    def good(self, at: datetime) -> bool:
        """Whether it should still open the door."""
        return self.alive and at < self.ends

    def touch(self, at: datetime) -> None:
        """It was used: every five minutes that prolongs it."""
        if at - self.noted >= COARSE:
            self.noted, self.ends = at, min(at + IDLE, self.born + LONGEST)


class Door(RuleBasedStateMachine):
    """Two people, any number of browsers, two processes."""

    def __init__(self) -> None:
        super().__init__()
        self.loop = asyncio.new_event_loop()
        self.folder = Path(tempfile.mkdtemp())
        self.stack = AsyncExitStack()
        self.clock = FakeClock()
        self.held: list[Held] = []
        self.passwords = dict.fromkeys(PEOPLE, PASSWORD)
        self.active = dict.fromkeys(PEOPLE, True)
        self.users: dict[str, User] = {}
        self.ips = 0
        self.run(self.begin())

    async def begin(self) -> None:
        self.here, store = await self.stack.enter_async_context(accounts_in(self.folder))
        self.there = build(cast("Store", Deaf(store)), Events(), KEYS, cost=CHEAP)
        for name in PEOPLE:
            self.users[name] = await hire(self.here, name)

    def run(self, work: Coroutine[object, object, T]) -> T:
        return self.loop.run_until_complete(work)

    def teardown(self) -> None:
        self.run(self.stack.aclose())
        self.loop.close()
        shutil.rmtree(self.folder)

    def end(self, name: str) -> None:
        for held in self.held:
            held.alive = held.alive and held.user != name

    def enter(self, name: str, password: str, old: str | None = None) -> None:
        self.ips += 1  # the throttle has a test of its own
        at, email = self.clock.now(), self.users[name].email
        logins = self.here.logins
        entered = self.run(
            logins.enter(email, password, ip=f"10.0.{self.ips >> 8}.{self.ips & 255}", agent="", at=at, old=old)
        )
        self.held.append(Held(name, entered.token, entered.session.id, at, at, at + IDLE))

    @rule(name=st.sampled_from(PEOPLE))
    def log_in(self, name: str) -> None:
        if len([held for held in self.held if held.user == name and held.alive]) >= 19:
            return
        try:
            self.enter(name, self.passwords[name])
        except Unauthenticated:
            assert not self.active[name]
        else:
            assert self.active[name]

    @rule(name=st.sampled_from(PEOPLE))
    def log_in_wrongly(self, name: str) -> None:
        before = len(self.held)
        try:
            self.enter(name, "wrong " + self.passwords[name])
        except Unauthenticated:
            assert len(self.held) == before
        else:
            raise AssertionError("a wrong password came in")

    @precondition(lambda self: self.held)
    @rule(data=st.data())
    def log_in_over(self, data: st.DataObject) -> None:
        """The browser that logs in again, or as somebody else, brings its old cookie along."""
        old = data.draw(st.sampled_from(self.held))
        name = data.draw(st.sampled_from([name for name in PEOPLE if self.active[name]] or [""]))
        if not name:
            return
        self.enter(name, self.passwords[name], old=old.token)
        old.alive = False

    @precondition(lambda self: self.held)
    @rule(data=st.data())
    def revoke(self, data: st.DataObject) -> None:
        held = data.draw(st.sampled_from(self.held))
        self.run(self.here.logins.leave(self.users[held.user].id, held.session))
        held.alive = False

    @rule(name=st.sampled_from(PEOPLE), active=st.booleans())
    def shut_out_or_let_back(self, name: str, active: bool) -> None:
        self.run(self.here.staff.change(console(self.clock), self.users[name].id, UserPatch(active=active)))
        self.active[name] = active
        if not active:
            self.end(name)

    @rule(name=st.sampled_from(PEOPLE))
    def revoke_all(self, name: str) -> None:
        self.run(self.here.staff.change(console(self.clock), self.users[name].id, UserPatch(revoke_sessions=True)))
        self.end(name)

    @precondition(lambda self: any(held.good(self.clock.now()) for held in self.held))
    @rule(data=st.data(), right=st.booleans())
    def change_password(self, data: st.DataObject, right: bool) -> None:
        at = self.clock.now()
        held = data.draw(st.sampled_from([held for held in self.held if held.good(at)]))
        act = act_of(self.users[held.user], self.clock, held.session)
        old, new = self.passwords[held.user], f"a quite new one {len(self.held)}"
        self.ips += 1
        act = structs.replace(act, ip=f"10.1.{self.ips >> 8}.{self.ips & 255}")
        try:
            fresh = self.run(self.here.logins.change_password(act, old if right else "wrong", new, agent=""))
        except Invalid:
            assert not right
            return
        assert right
        self.passwords[held.user] = new
        self.end(held.user)
        self.held.append(Held(held.user, fresh.token, fresh.session.id, at, at, at + IDLE))

    @rule(name=st.sampled_from(PEOPLE), role=st.sampled_from([Role.AGENT, Role.LEAD, Role.QUALITY]))
    def change_role(self, name: str, role: Role) -> None:
        self.users[name] = self.run(
            self.here.staff.change(console(self.clock), self.users[name].id, UserPatch(role=role))
        )

    @rule(minutes=st.sampled_from([1, 4, 30, 11 * 60, 12 * 60, 24 * 60]))
    def wait(self, minutes: int) -> None:
        self.run(self.clock.advance(timedelta(minutes=minutes)))

    @rule()
    def sweep(self) -> None:
        self.run(self.here.sweep(self.clock.now()))

    @invariant()
    def every_token_opens_or_not_as_it_should(self) -> None:
        at = self.clock.now()
        for held in self.held:
            known = self.run(self.here.known_sessions.known(held.token, at))
            assert (known is not None) == held.good(at), held
            if known is not None:
                held.touch(at)
                assert known[0].user == self.users[held.user].id
                assert known[0].permissions == GRANTS[self.users[held.user].role]

    @invariant()
    def another_process_agrees_within_three_seconds(self) -> None:
        self.run(self.clock.advance(FRESH))
        at = self.clock.now()
        for held in self.held:
            known = self.run(self.there.known_sessions.known(held.token, at))
            assert (known is not None) == held.good(at), held
            if known is not None:
                held.touch(at)


Door.TestCase.settings = settings(max_examples=25, stateful_step_count=25, deadline=None)
TestDoor = Door.TestCase
