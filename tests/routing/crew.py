"""A crew at random work: people appear, vanish, go busy, accept, decline, say nothing; customers come, and are served.

Everything goes through the doors of the rooms, over whatever store and however many routers there are. `served` checks
afterwards, from the decision records, that nothing was given twice and nobody got more than they may have.
"""

from __future__ import annotations

import asyncio
from collections import defaultdict
from contextlib import suppress
from typing import TYPE_CHECKING
from uuid import UUID

from msgspec import Struct

from accounts.permissions import Role
from accounts.teams import TEAMS, Team
from accounts.users import USERS, User
from conversations.change import Change
from conversations.commits import settle
from conversations.model import CONVERSATIONS, Conversation, State
from conversations.moves import close
from conversations.wants import Needed, Wants
from hub.errors import WrongMove
from hub.model import Address
from hub.store.port import By, Eq, Insert, Present
from hub.work.jobs import JOBS, JobState
from routing.abilities import MATRIX, Abilities, Skilled
from routing.model import DECISIONS, Decision, Outcome, Presence, Verdict
from routing.presence import RENEW

if TYPE_CHECKING:
    import random
    from collections.abc import Iterable, Sequence

    from hub.clock import Clock
    from hub.events import Events
    from hub.store.port import Store, Write
    from routing.wiring import Routing

SKILLS = ("水表", "燃气", "投诉")
TEAMS_OF = 5
PAGE = 1000
BEGINS = frozenset({Outcome.OFFERED, Outcome.ASSIGNED})
ENDS = frozenset({Outcome.DECLINED, Outcome.TIMED_OUT, Outcome.RETURNED})


class Size(Struct, frozen=True, kw_only=True):
    """How much happens. Presence may change so many times in a round.

    So many `arrivals` come in a round, as long as no more than a `crowd` is unserved: a store that is slower than the
    customers would have to be measured, and what is looked for here is who gets whom.
    """

    people: int
    customers: int
    capacity: int = 2
    arrivals: int = 40
    crowd: int = 400
    changes: int = 4


class Crew:
    """Everybody at once."""

    def __init__(
        self, store: Store, events: Events, routing: Routing, clock: Clock, chance: random.Random, size: Size
    ) -> None:
        self.closing: dict[str, float] = {}
        self._store = store
        self._events = events
        self._routing = routing
        self._clock = clock
        self._chance = chance
        self._size = size
        self._people = [f"a{number:03}" for number in range(size.people)]
        self._connected: set[str] = set()
        self._came = 0

    async def furnish(self) -> None:
        """Make teams (every second accepts by itself), people, and what they can do."""
        at = self._clock.now()
        for n in range(TEAMS_OF):
            team = Team(id=f"t{n}", name=f"t{n}", key=f"t{n}", auto_accept=bool(n % 2), offer_seconds=5, created_at=at)
            await self._store.commit(Insert(TEAMS, team))
        for n, id in enumerate(self._people):
            teams = tuple(sorted({f"t{n % TEAMS_OF}", f"t{(n * 3 + 1) % TEAMS_OF}"}))
            user = User(
                id=id, name=id, email=f"{id}@x.example", role=Role.AGENT, teams=teams, capacity=self._size.capacity,
                created_at=at,
            )  # fmt: skip
            able = Abilities(skills=dict.fromkeys(self._chance.sample(SKILLS, k=1 + n % 3), 1))
            row = Skilled(id=id, abilities=able, names=tuple(able.skills), changed_at=at)
            await self._store.commit(Insert(USERS, user), Insert(MATRIX, row))

    async def work(self, seconds: float) -> None:
        """Let customers come and be served until all are; fails when that takes longer than `seconds`."""
        staying = asyncio.create_task(self._stay())
        try:
            async with asyncio.timeout(seconds):
                await self._work()
        except TimeoutError:
            raise AssertionError(f"{self._came - len(self.closing)} of {self._came} are not served yet") from None
        finally:
            staying.cancel()
            with suppress(asyncio.CancelledError):
                await staying

    async def _stay(self) -> None:
        """Renew who is connected as the hub does, however long a round takes: else all lapse on a slow store."""
        while True:
            await asyncio.sleep(RENEW.total_seconds())
            await self._routing.presences.renew(sorted(self._connected))

    async def _work(self) -> None:
        while len(self.closing) < self._size.customers:
            await asyncio.gather(self._arrive(), self._move(), self._answer(), self._finish())
            await asyncio.sleep(0.02)

    async def _arrive(self) -> None:
        room = self._size.crowd - (self._came - len(self.closing))
        most = self._came + max(0, min(self._size.arrivals, room))
        some = range(self._came, min(self._size.customers, most))
        self._came = some.stop if some else self._came
        at = self._clock.now()
        for n in some:
            skills = {} if n % 3 else {self._chance.choice(SKILLS): 1}
            row = Conversation(
                id=f"c{n:05}", inbox="web", address=Address(channel="webchat", user=f"c{n}"), profile=f"c{n}",
                state=State.WAITING, team=f"t{n % TEAMS_OF}", last_at=at, queued_at=at, waiting_since=at, opened_at=at,
                changed_at=at, wants=Wants(asked=Needed(skills=skills)),
            )  # fmt: skip
            await self._store.commit(*Change(None, row).writes(self._events, at))

    async def _move(self) -> None:
        """Change the presence of some; when all customers came, only appear."""
        late = self._came == self._size.customers
        for id in self._chance.sample(self._people, k=min(len(self._people), self._size.changes)):
            act = (
                "appear"
                if late or id not in self._connected
                else self._chance.choice(("vanish", "busy", "away", "appear"))
            )
            presences = self._routing.presences
            match act:
                case "vanish":
                    self._connected.discard(id)
                    await presences.disconnect(id)
                case "busy" | "away":
                    await presences.choose(id, Presence(act))
                case _:
                    self._connected.add(id)
                    await presences.connect(id)
                    await presences.choose(id, Presence.ONLINE)

    async def _answer(self) -> None:
        """Say yes to most offers, no to some, and nothing to the rest."""
        offered = await self._store.find(
            CONVERSATIONS, Present("queued_at"), Eq("lane", "offered"), order=(By("queued_at"), By("id")), limit=200
        )
        for row in offered:
            agent, what = row.offered_to or "", self._chance.random()
            with suppress(WrongMove):
                if what < 0.7:
                    await self._routing.offers.accept(row.id, agent)
                elif what < 0.75 and len(row.declined_by) < 3:
                    await self._routing.offers.decline(row.id, agent)

    async def _finish(self) -> None:
        """Close most of what people have."""
        held = await self._store.find(
            CONVERSATIONS, Eq("state", State.AGENT), order=(By("last_at"), By("id")), limit=200
        )
        for row in held:
            if self._chance.random() < 0.6:
                self.closing[row.id] = self._clock.now().timestamp()
                await self._close(row.id)

    async def _close(self, id: str) -> None:
        async def decide() -> tuple[Sequence[Write], None]:
            read = await self._store.get(CONVERSATIONS, id)
            assert read is not None
            at = self._clock.now()
            return Change(read, close(read, at=at)).writes(self._events, at), None

        await settle(self._store, decide)


async def served(store: Store, crew: Crew, size: Size) -> dict[str, int]:
    """Return the figures of the run; any one broken promise fails."""
    assert await store.count(JOBS, Eq("state", JobState.DEAD), limit=10) == 0, "there are dead letters"
    records = [record for n in range(size.customers) for record in await _records(store, f"c{n:05}")]
    by_conversation = defaultdict[str, list[Decision]](list)
    for record in records:
        by_conversation[record.conversation].append(record)
    moves: list[tuple[float, int, str]] = []
    for id, mine in by_conversation.items():
        moves += _held(id, mine, crew.closing[id])
    _check_caps(moves, size.capacity)
    for record in records:
        _check_counted(record)
    outcomes = [record.outcome for record in records]
    return {
        "served": len(by_conversation),
        "given": sum(outcome in BEGINS for outcome in outcomes),
        "came_back": sum(outcome in ENDS for outcome in outcomes),
        "nobody": outcomes.count(Outcome.NOBODY),
    }


async def _records(store: Store, conversation: str) -> list[Decision]:
    return await store.find(DECISIONS, Eq("conversation", conversation), order=(By("id"),), limit=PAGE)


def _moment(record: Decision) -> float:
    """Return when a record was made, after its step had read: the time in its id."""
    return (UUID(record.id).int >> 80) / 1000


def _held(id: str, records: Iterable[Decision], closed: float) -> list[tuple[float, int, str]]:
    """Return when who got a place filled and freed by this conversation; it is never with two."""
    has: str | None = None
    moves: list[tuple[float, int, str]] = []
    for record in records:
        if record.outcome in BEGINS:
            assert has is None, f"{id} was with {has} and given to {record.agent}"
            has = record.agent or ""
            moves.append((_moment(record), 1, has))
        elif record.outcome is Outcome.ACCEPTED:
            assert record.agent == has, f"{id} was offered to {has} and accepted by {record.agent}"
        elif record.outcome in ENDS:
            assert record.agent == has, f"{id} was with {has} and came back from {record.agent}"
            moves.append((_moment(record), -1, has or ""))
            has = None
    assert has is not None, f"{id} was closed and is with nobody"
    return [*moves, (max(closed, moves[-1][0]), -1, has)]


def _check_caps(moves: list[tuple[float, int, str]], capacity: int) -> None:
    """Follow everybody's day: places freed at one moment are free at it."""
    loads = defaultdict[str, int](int)
    for at, change, agent in sorted(moves):
        loads[agent] += change
        assert loads[agent] <= capacity, f"{agent} had {loads[agent]} at {at}"


def _check_counted(record: Decision) -> None:
    chosen = [one for one in record.candidates if one.verdict is Verdict.CHOSEN]
    if record.outcome in BEGINS:
        assert len(chosen) == 1
        assert chosen[0].load < chosen[0].capacity, f"{record.id}: full when chosen"
