"""A house of one process for the desk's tests: real store, real engine, a clock that the test moves."""

from __future__ import annotations

from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import msgspec
from msgspec import structs

from accounts.actor import CONSOLE, Act
from accounts.audit import AUDIT, AUDIT_HEADS, Audit
from accounts.permissions import Role
from accounts.teams import TEAMS, Team
from accounts.users import USERS, User
from conversations.change import Change
from conversations.commits import settle
from conversations.deliveries import Deliveries
from conversations.inboxes import INBOXES, Inbox
from conversations.model import (
    CONVERSATIONS,
    MESSAGES,
    PROFILES,
    Author,
    AuthorKind,
    Conversation,
    Direction,
    State,
)
from conversations.moves import give_to
from desk.notices import StaffLedger
from desk.policies import PolicyTerms
from desk.rows import DEADLINES, ESCALATIONS, STAFF_NOTICES, Deadline, Escalation, StaffNotice
from desk.wiring import COLLECTIONS, Desk
from hub.events import Events
from hub.model import Address, Text
from hub.outbox import DELIVER, Delivery, Outbox
from hub.store.port import By, Eq, Insert, Write
from hub.work.engine import Engine
from hub.work.jobs import JOBS
from hub.work.local import LocalDispatch
from tests.clocks import FakeClock

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Sequence

    from desk.policies import Policy
    from hub.outbox import Senders
    from hub.store.port import Collection, Document, Store
    from hub.work.jobs import Job
    from tests.stores import Engine as StoreEngine

ALL: tuple[Collection[Document], ...] = (
    *COLLECTIONS, JOBS, CONVERSATIONS, MESSAGES, PROFILES, USERS, TEAMS, INBOXES, AUDIT, AUDIT_HEADS,
)  # fmt: skip
MONDAY = datetime(2026, 11, 23, 9, tzinfo=UTC)
QUICK = {"kind": "first_response", "seconds": 600}


class House:
    """What a test holds in its hands. Without `post`, deliveries are collected in `sent` instead of leaving."""

    def __init__(self, store: Store, clock: FakeClock, post: Senders | None = None, *, alone: bool = False) -> None:
        self.store = store
        self.clock = clock
        self.sent: list[Delivery] = []
        self.events = Events()
        self.desk = Desk(store, self.events, clock, Audit(store), address="https://hub.example", alone=alone)
        self.engine = Engine(store, LocalDispatch(), clock, alone=True)
        self.desk.register(self.engine)
        if post is None:
            self.engine.register(DELIVER, self._deliver)
        else:
            Outbox(post, StaffLedger(store, Deliveries(store)), clock).attach(self.engine)
        enlist(self.engine, self.events)

    async def _deliver(self, body: Delivery, job: Job, at: datetime) -> Sequence[Write]:
        self.sent.append(body)
        return ()

    @property
    def act(self) -> Act:
        """The operator, now."""
        return Act(actor=CONSOLE, at=self.clock.now())

    async def policy(self, *targets: dict[str, Any], **given: Any) -> Policy:
        """Promise something; in force when this returns."""
        raw = {"name": "p", "targets": targets or (QUICK,), **given}
        terms = msgspec.json.decode(msgspec.json.encode(raw), type=PolicyTerms)
        made = await self.desk.promises.create_policy(self.act, terms)
        await self.engine.settle()
        return made

    async def amend(self, policy: Policy, **given: Any) -> Policy:
        """Promise something else under the same name."""
        raw = {**msgspec.to_builtins(policy.terms), **given}
        terms = msgspec.convert(msgspec.json.decode(msgspec.json.encode(raw)), PolicyTerms)
        made = await self.desk.promises.change_policy(self.act, policy.id, policy.version, terms)
        await self.engine.settle()
        return made

    async def staff(self, id: str, role: Role = Role.AGENT, *teams: str, **given: Any) -> None:
        """Employ somebody."""
        user = User(
            id=id,
            name=id.title(),
            email=f"{id}@x.example",
            role=role,
            teams=teams,
            created_at=self.clock.now(),
            **given,
        )
        await self.store.commit(Insert(USERS, user))

    async def team(self, id: str) -> None:
        """Make a team."""
        await self.store.commit(Insert(TEAMS, Team(id=id, name=id, key=id, created_at=self.clock.now())))

    async def inbox(self, id: str, channel: str) -> None:
        """Make an inbox."""
        await self.store.commit(Insert(INBOXES, Inbox(id=id, name=id, channel=channel, created_at=self.clock.now())))

    async def customer(self, id: str = "c1", team: str | None = "water", **given: Any) -> None:
        """Let a customer write for the first time."""
        at = self.clock.now()
        begun = Conversation(
            id=id, inbox="web", address=Address(channel="webchat", user=id), profile=id, name="张三",
            state=State.WAITING, team=team, last_at=at, opened_at=at, changed_at=at, queued_at=at, **given,
        )  # fmt: skip
        change = Change(None, begun)
        change.add(CUSTOMER, (Text(body="没水了"),), direction=Direction.IN, at=at)
        await self.store.commit(*change.writes(self.events, at))
        await self.engine.settle()

    async def asks(self, id: str = "c1") -> None:
        """Let the customer write again."""
        await self._said(id, CUSTOMER, Direction.IN)

    async def answers(self, id: str = "c1", by: str = "anna", *, settle: bool = True) -> None:
        """Let a colleague answer."""
        await self._said(id, Author(kind=AuthorKind.AGENT, id=by), Direction.OUT, settle=settle)

    async def _said(self, id: str, author: Author, direction: Direction, *, settle: bool = True) -> None:
        def step(change: Change, at: datetime) -> None:
            if author.kind is AuthorKind.AGENT and change.now.state is not State.AGENT:
                change.now = give_to(change.now, author.id, at=at)
            change.add(author, (Text(body="..."),), direction=direction, at=at)

        await self.change(id, step, settled=settle)

    async def change(self, id: str, step: Callable[[Change, datetime], None], *, settled: bool = True) -> None:
        """Commit one step of a conversation; with `settled`, let what follows happen too."""

        async def decide() -> tuple[Sequence[Write], None]:
            change = Change(await self.conversation(id))
            step(change, self.clock.now())
            return change.writes(self.events, self.clock.now()), None

        await settle(self.store, decide)
        if settled:
            await self.engine.settle()

    async def becomes(self, id: str = "c1", **fields: Any) -> None:
        """Let fields of a conversation be others, and what follows happen."""

        def step(change: Change, at: datetime) -> None:
            change.now = structs.replace(change.now, **fields)

        await self.change(id, step)

    async def pass_time(self, **time: float) -> None:
        """Let time pass and everything due happen."""
        await self.clock.advance(timedelta(**time))
        await self.engine.settle()

    async def conversation(self, id: str = "c1") -> Conversation:
        """The row."""
        found = await self.store.get(CONVERSATIONS, id)
        assert found is not None
        return found

    async def deadline(self, id: str = "c1") -> Deadline:
        """The row."""
        found = await self.store.get(DEADLINES, id)
        assert found is not None
        return found

    async def escalations(self, id: str = "c1") -> list[Escalation]:
        """The steps taken, oldest first."""
        return await self.store.find(ESCALATIONS, Eq("conversation", id), order=(By("id"),), limit=100)

    async def notices(self, id: str = "c1") -> list[StaffNotice]:
        """What left the house for colleagues, oldest first."""
        return await self.store.find(STAFF_NOTICES, Eq("conversation", id), order=(By("id"),), limit=100)

    async def timers(self) -> list[Job]:
        """The timers that are armed."""
        jobs = await self.store.find(JOBS, Eq("state", "ready"), order=(By("due"), By("id")), limit=1000)
        return [job for job in jobs if job.kind == "desk.ring"]


CUSTOMER = Author(kind=AuthorKind.CUSTOMER, id="c1", name="张三")


def enlist(engine: Engine, events: Events) -> None:
    """Give the engine every subscription."""
    for kind, hear in events.hearers:

        async def handle(body: Any, job: Job, at: datetime, hear: Callable[..., Any] = hear) -> Sequence[Write]:
            writes: Sequence[Write] = await hear(body, at)
            return writes

        engine.register(kind, handle)


@asynccontextmanager
async def house(engine: StoreEngine) -> AsyncIterator[House]:
    """Open a house over one of the two store engines, on a Monday morning."""
    store = engine.make()
    await store.open(ALL)
    try:
        yield House(store, FakeClock(MONDAY))
    finally:
        await store.close()
