"""One assignment with its state written: an agent becomes free, the router gives them what waits, and it is durable.

due --> the desk is counted, heads of lines read, a board ticks, conversation + desk + record in one commit --> done

Two hundred agents of twenty teams, a backlog that lasts the whole run, of which a third needs a skill that nobody has;
the agents become free at a steady rate whether the last step is done or not. Beside it the floor: the same rows written
at the same rate by nobody who decides.
"""

import asyncio
import random
import tempfile
import time
from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path

import uvloop
from msgspec import Struct

from accounts.permissions import Role
from accounts.services import COLLECTIONS as ACCOUNTS
from accounts.teams import TEAMS, Team
from accounts.users import USERS, User
from bench.figure import Figure, middle, percentile
from bench.plan import Plan
from conversations.inboxes import INBOXES
from conversations.model import CONVERSATIONS, DRAFTS, MESSAGES, PROFILES, Conversation, Priority, State
from conversations.moves import close, give_to
from conversations.wants import Needed, Wants
from hub.clock import SystemClock
from hub.errors import Conflict
from hub.events import Events
from hub.model import Address
from hub.store.port import Eq, Insert, Store, Write, put
from hub.store.sqlite import SqliteStore
from hub.work.jobs import JOBS
from routing.abilities import Abilities
from routing.decisions import decided
from routing.model import DESKS, Desk, Outcome, Presence
from routing.serving import settled
from routing.wanted import MATCH, Match
from routing.wiring import COLLECTIONS, Routing

AGENTS, TEAMS_OF, SKILLS, CAPACITY = 200, 20, 4, 2
ALL = (*COLLECTIONS, *ACCOUNTS, JOBS, CONVERSATIONS, MESSAGES, PROFILES, DRAFTS, INBOXES)


class Run(Struct, frozen=True, kw_only=True):
    """One run, in milliseconds from when each was due; `given` counts assignments, `again` steps that lost a race."""

    took: Sequence[float]
    given: int
    again: int = 0


def measure(plan: Plan) -> list[Figure]:
    """Measure."""
    rate = 50 if plan.quick else 500
    floors, runs = list[Run](), list[Run]()
    for round in range(plan.rounds):
        floors.append(uvloop.run(_run(rate, plan.seconds, round, deciding=False)))
        runs.append(uvloop.run(_run(rate, plan.seconds, round, deciding=True)))
    facts = {
        "p50": middle([percentile(one.took, 0.5) for one in runs]),
        "floor p50": middle([percentile(one.took, 0.5) for one in floors]),
        "per second": rate,
        "given": middle([one.given for one in runs]),
        "lost races": middle([one.again for one in runs]),
    }
    value, floor = (middle([percentile(one.took, 0.99) for one in several]) for several in (runs, floors))
    return [
        Figure(name="assignment written, p99", unit="ms", value=value, goal=10, floor=floor,
               floor_name="the same rows, undecided", facts=facts)
    ]  # fmt: skip


class House:
    """The store with everybody in it, and the router."""

    def __init__(self, store: Store, seed: int) -> None:
        self.store = store
        self.clock = SystemClock()
        self.routing = Routing(store, Events(), self.clock)
        self.random = random.Random(seed)
        self.again = 0
        self._lanes: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)

    async def furnish(self, waiting: int) -> None:
        """Make teams, agents who are full, and the backlog."""
        at = self.clock.now()
        teams = [Team(id=f"t{n}", name=f"t{n}", key=f"t{n}", auto_accept=True, created_at=at) for n in range(TEAMS_OF)]
        await self.store.commit(*(Insert(TEAMS, team) for team in teams))
        rules = await self.routing.terms.rules()
        for n in range(AGENTS):
            await self.store.commit(*self._agent(n, at), *self._held(n, at))
        for desk in await self.store.get_many(DESKS, [f"a{n}" for n in range(AGENTS)]):
            await self.store.commit(put(DESKS, desk, settled(desk, rules, held={"chat": CAPACITY}, at=at)))
        rows = [self._customer(n, at - timedelta(seconds=waiting - n)) for n in range(waiting)]
        for start in range(0, waiting, 200):
            await self.store.commit(*(Insert(CONVERSATIONS, row) for row in rows[start : start + 200]))
        await self._place(rows)
        await self.store.commit(await self.routing.terms.turned())  # as the job that tells of new lines does

    async def free(self, agent: int) -> bool:
        """Let an agent end one of theirs."""
        held = await self.store.find(CONVERSATIONS, Eq("state", State.AGENT), Eq("agent", f"a{agent}"), limit=1)
        if held:
            at = self.clock.now()
            await self.store.commit(put(CONVERSATIONS, held[0], close(held[0], at=at)))
        return bool(held)

    async def assign(self, agent: int) -> bool:
        """Give the agent what waits, in the lane of their team; says whether there was anything."""
        job = MATCH.job(Match(agent=f"a{agent}"), lane="", seq=0, at=self.clock.now()).doc
        async with self._lanes[f"t{agent % TEAMS_OF}"]:
            while True:
                writes = await self.routing.match(Match(agent=f"a{agent}"), job, self.clock.now())
                try:
                    await self.store.commit(*writes)
                except Conflict:
                    self.again += 1
                    continue
                return any(write.collection is CONVERSATIONS for write in writes)

    async def write(self, agent: int, n: int) -> bool:
        """Write what an assignment writes, without deciding anything."""
        row, desk = await asyncio.gather(self.store.get(CONVERSATIONS, f"c{n}"), self.store.get(DESKS, f"a{agent}"))
        if row is None or desk is None:
            return False
        at = self.clock.now()
        record = decided(row, Outcome.ASSIGNED, at=at, agent=desk.id)
        await self.store.commit(put(CONVERSATIONS, row, give_to(row, desk.id, at=at)), put(DESKS, desk, desk), record)
        return True

    def _agent(self, n: int, at: datetime) -> list[Write]:
        teams = (f"t{n % TEAMS_OF}",)
        user = User(
            id=f"a{n}", name=f"a{n}", email=f"a{n}@x.example", role=Role.AGENT, teams=teams, capacity=CAPACITY,
            created_at=at,
        )  # fmt: skip
        able = Abilities(skills={f"s{k}": 1 for k in range(n % SKILLS + 1)})
        desk = Desk(
            id=user.id, name=user.name, teams=teams, capacity=CAPACITY, abilities=able, idle_since=at, changed_at=at,
            chosen=Presence.ONLINE, status=Presence.ONLINE,
        )  # fmt: skip
        return [Insert(USERS, user), Insert(DESKS, desk)]

    def _held(self, n: int, at: datetime) -> list[Write]:
        team = f"t{n % TEAMS_OF}"
        return [Insert(CONVERSATIONS, _conversation(f"h{n}-{k}", team, at, agent=f"a{n}")) for k in range(CAPACITY)]

    def _customer(self, n: int, at: datetime) -> Conversation:
        skill = "nobody" if n % 3 == 0 else f"s{self.random.randrange(SKILLS)}"
        priority = self.random.choice(list(Priority))
        return _conversation(f"c{n}", f"t{n % TEAMS_OF}", at, skill=skill, priority=priority)

    async def _place(self, rows: Sequence[Conversation]) -> None:
        job = MATCH.job(Match(), lane="", seq=0, at=self.clock.now()).doc
        last = {row.team: row for row in rows}
        while last:
            for team, row in list(last.items()):
                await self.store.commit(*await self.routing.match(Match(conversation=row.id), job, self.clock.now()))
                placed = await self.store.get(CONVERSATIONS, row.id)
                unplaced = await self.store.find(
                    CONVERSATIONS, Eq("state", State.WAITING), Eq("team", team or ""), Eq("lane", ""), limit=1
                )
                if unplaced:
                    last[team] = unplaced[0]
                elif placed is not None and placed.lane:
                    del last[team]


def _conversation(id: str, team: str, at: datetime, *, agent: str | None = None, skill: str = "",
                  priority: Priority = Priority.NORMAL) -> Conversation:  # fmt: skip
    return Conversation(
        id=id, inbox="i", address=Address(channel="webchat", user=id), profile=id, team=team, agent=agent,
        state=State.AGENT if agent else State.WAITING, queued_at=None if agent else at, waiting_since=at, last_at=at,
        opened_at=at, changed_at=at, priority=priority, wants=Wants(asked=Needed(skills={skill: 1} if skill else {})),
    )  # fmt: skip


async def _run(rate: int, seconds: float, seed: int, *, deciding: bool) -> Run:
    """Let agents become free at the rate, each when it is due whether the last is done or not."""
    count = int(rate * seconds)
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        store = SqliteStore(Path(folder) / "hub.db")
        await store.open(ALL)
        try:
            house = House(store, seed)
            await house.furnish(3 * count + 500)
            took, given = list[float](), 0
            began = time.perf_counter() + 0.5

            async def one(n: int) -> None:
                nonlocal given
                agent = n % AGENTS
                if deciding and not await house.free(agent):
                    return
                due = max(began + n / rate, time.perf_counter()) if deciding else time.perf_counter()
                done = await (house.assign(agent) if deciding else house.write(agent, n))
                took.append((time.perf_counter() - due) * 1000)
                given += done

            async with asyncio.TaskGroup() as group:
                for n in range(count):
                    await asyncio.sleep(max(began + n / rate - time.perf_counter(), 0))
                    group.create_task(one(n))
        finally:
            await store.close()
    return Run(took=took, given=given, again=house.again)
