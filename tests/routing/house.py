"""A house of one process for routing's tests: real store, real engine, a clock that the test moves."""

from __future__ import annotations

from contextlib import asynccontextmanager
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from accounts.actor import CONSOLE, Act
from accounts.audit import AUDIT, AUDIT_HEADS
from accounts.permissions import Role
from accounts.teams import TEAMS, Team
from accounts.users import USERS, User
from conversations.change import Change
from conversations.commits import settle
from conversations.inboxes import INBOXES
from conversations.model import CONVERSATIONS, DRAFTS, MESSAGES, PROFILES, Conversation, Priority, State
from conversations.wants import Needed, Wants
from hub.events import Events
from hub.model import Address
from hub.store.port import By, Eq, Insert
from hub.work.engine import Engine
from hub.work.jobs import JOBS
from hub.work.local import LocalDispatch
from routing.abilities import Abilities
from routing.model import DECISIONS, DESKS
from routing.settings import QUEUES, QueuePromise, QueueTerms
from routing.wiring import COLLECTIONS, Routing
from tests.clocks import FakeClock

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Mapping, Sequence
    from datetime import datetime

    from conversations.limits import Limits
    from hub.store.port import Collection, Document, Store, Write
    from hub.work.jobs import Handler, Job
    from routing.model import Decision, Desk
    from routing.ruleset import RoutingRule
    from tests.stores import Engine as StoreEngine

ALL: tuple[Collection[Document], ...] = (
    *COLLECTIONS, JOBS, CONVERSATIONS, MESSAGES, PROFILES, DRAFTS, INBOXES, USERS, TEAMS, AUDIT, AUDIT_HEADS,
)  # fmt: skip


def enlist(engine: Engine, events: Events) -> None:
    """Give the engine every subscription."""
    for kind, hear in events.hearers:

        async def handle(body: object, job: Job, at: datetime, hear: Callable[..., object] = hear) -> Sequence[Write]:
            return await hear(body, at)  # type: ignore[misc, no-any-return]

        handler: Handler[object] = handle  # type: ignore[type-var]
        engine.register(kind, handler)


class House:
    """What a test holds in its hands."""

    def __init__(self, store: Store, clock: FakeClock, limits: Limits | None = None) -> None:
        self.store = store
        self.clock = clock
        self.events = Events()
        self.routing = Routing(store, self.events, clock, limits=limits)
        self.engine = Engine(store, LocalDispatch(), clock, alone=True)
        self.routing.register(self.engine)
        enlist(self.engine, self.events)

    async def team(self, id: str, *, auto_accept: bool = False, offer_seconds: int = 30) -> None:
        """Make a team."""
        team = Team(
            id=id, name=id, key=id, auto_accept=auto_accept, offer_seconds=offer_seconds, created_at=self.clock.now()
        )
        await self.store.commit(Insert(TEAMS, team))

    @property
    def act(self) -> Act:
        """An administrative act of now."""
        return Act(actor=CONSOLE, at=self.clock.now())

    async def queue(self, id: str, queue: QueuePromise, **terms: Any) -> None:
        """Describe a queue, or describe it anew, and let that take effect."""
        known = await self.store.get(QUEUES, id)
        version = known.version if known else None
        await self.routing.designing.set_queue(self.act, id, version, QueueTerms(queue=queue, **terms))
        await self.engine.settle()

    async def publish(self, *rules: RoutingRule) -> None:
        """Put rules in force."""
        await self.routing.designing.publish(self.act, rules, "")

    async def agent(
        self, id: str, *teams: str, capacity: int = 2, online: bool = True, skills: Mapping[str, int] | None = None,
        **abilities: Any,
    ) -> None:  # fmt: skip
        """Make an agent of these teams and connect them; each is a second less idle than the one before."""
        await self.clock.advance(1)
        user = User(
            id=id, name=id, email=f"{id}@x.example", role=Role.AGENT, teams=teams, capacity=capacity,
            created_at=self.clock.now(),
        )  # fmt: skip
        await self.store.commit(Insert(USERS, user))
        if skills or abilities:
            able = Abilities(skills=skills or {}, **abilities)
            await self.routing.designing.set_skills(self.act, id, None, able)
        if online:
            await self.routing.presences.connect(id)
            await self.engine.settle()

    async def customer(
        self, id: str, team: str | None, *, skills: Mapping[str, int] | None = None, channel: str = "webchat",
        priority: Priority = Priority.NORMAL, later: float = 1, **more: Any,
    ) -> Conversation:  # fmt: skip
        """Let a conversation join the queue of `team`, a second after whatever came before."""
        await self.clock.advance(later)
        at = self.clock.now()
        wants = Wants(asked=Needed(skills=skills or {}, **more.pop("asked", {})))
        conversation = Conversation(
            id=id, inbox="web", address=Address(channel=channel, user=id), profile=more.pop("profile", id),
            state=State.WAITING, team=team, last_at=at, queued_at=at, waiting_since=at, opened_at=at, changed_at=at,
            priority=priority, wants=wants, **more,
        )  # fmt: skip
        await self.store.commit(*Change(None, conversation).writes(self.events, at))
        return conversation

    async def change(self, id: str, move: Callable[[Conversation], Conversation]) -> None:
        """Make a move of the conversations room, then let everything that follows happen."""

        async def decide() -> tuple[Sequence[Write], None]:
            read = await self.conversation(id)
            return Change(read, move(read)).writes(self.events, self.clock.now()), None

        await settle(self.store, decide)
        await self.engine.settle()

    async def pass_time(self, seconds: float) -> None:
        """Let time pass and everything due happen."""
        await self.clock.advance(timedelta(seconds=seconds))
        await self.engine.settle()

    async def conversation(self, id: str) -> Conversation:
        """Return the row."""
        found = await self.store.get(CONVERSATIONS, id)
        assert found is not None
        return found

    async def desk(self, id: str) -> Desk:
        """Return the row."""
        found = await self.store.get(DESKS, id)
        assert found is not None
        return found

    async def decisions(self, id: str) -> list[Decision]:
        """Return why it went where it went, oldest first."""
        return await self.store.find(DECISIONS, Eq("conversation", id), order=(By("id"),), limit=100)


@asynccontextmanager
async def house(engine: StoreEngine, limits: Limits | None = None) -> AsyncIterator[House]:
    """Open a house over one of the two store engines; with `limits` customers are told things."""
    store = engine.make()
    await store.open(ALL)
    try:
        yield House(store, FakeClock(), limits)
    finally:
        await store.close()
