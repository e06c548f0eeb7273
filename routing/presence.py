"""Who is there: what people choose, and what their connections say. A crash of any process shows as silence.

connect --> status = chosen, seen_until = now + LEASE, a timer
renew   --> seen_until moves on            (each process, for the people connected to it)
disconnect --> seen_until = now + GRACE, a timer; another process that still has them renews
timer   --> seen_until passed? status = away, unanswered offers go back; else ring again then
"""

from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime, timedelta

from msgspec import Struct, structs

from accounts.events import TeamsChanged
from accounts.users import USERS, User
from conversations.commits import settle
from hub.clock import Clock
from hub.errors import Conflict, NotFound
from hub.events import Events
from hub.ids import new_id
from hub.store.port import Insert, Store, Write, put
from hub.work.jobs import Job, Kind
from routing.abilities import MATRIX, USUAL, Abilities
from routing.model import DESKS, Desk, Presence
from routing.orphans import returned
from routing.places import taken
from routing.serving import effective, settled
from routing.sticking import Sticking
from routing.terms import TermsReader
from routing.wanted import wanted

LEASE = timedelta(seconds=45)
"""How long a connection counts without a sign of life from its process."""

RENEW = timedelta(seconds=15)
"""How often a process renews the people connected to it."""

GRACE = timedelta(seconds=15)
"""How long after the last socket closed somebody still counts as there: a reload, a tunnel."""


class Lapse(Struct, frozen=True, kw_only=True):
    """Look whether `agent` is still there; only the newest timer (`token`) of a desk counts."""

    agent: str
    token: str


LAPSE = Kind("routing.lapse", Lapse)
Decide = Callable[[Desk, datetime], Awaitable[Sequence[Write]]]


class Presences:
    """The writer of desks, but for their load."""

    def __init__(self, store: Store, events: Events, clock: Clock, terms: TermsReader, sticking: Sticking) -> None:
        self._store = store
        self._events = events
        self._clock = clock
        self._terms = terms
        self._sticking = sticking

    async def desk(self, agent: str) -> Desk | None:
        """Return the desk, or None for somebody who never was here."""
        return await self._store.get(DESKS, agent)

    async def connect(self, agent: str) -> Desk:
        """Count them as there."""

        async def decide(desk: Desk, at: datetime) -> Sequence[Write]:
            there = structs.replace(
                desk,
                status=effective(desk.chosen, connected=True),
                seen_until=at + LEASE,
                timer=new_id(),
                idle_since=desk.idle_since if desk.seen_until else at,
            )
            return await self._written(desk, there, at)

        return await self._act(agent, decide)

    async def renew(self, agents: Sequence[str]) -> None:
        """Give these people another lease; who is gone from the rows is left out."""
        at = self._clock.now()
        for desk in await self._store.get_many(DESKS, agents):
            longer = structs.replace(desk, seen_until=at + LEASE)
            if desk.seen_until is None:
                await self.connect(desk.id)
                continue
            try:
                await self._store.commit(put(DESKS, desk, longer))
            except Conflict:
                continue  # whoever changed it meanwhile, the next renewal comes well before the lease ends

    async def disconnect(self, agent: str) -> None:
        """Their last socket of this process closed: they have GRACE to come back."""

        async def decide(desk: Desk, at: datetime) -> Sequence[Write]:
            if desk.seen_until is None:
                return []
            soon = structs.replace(desk, seen_until=at + GRACE, timer=new_id())
            return [put(DESKS, desk, soon), self._timer(soon, at)]

        await self._act(agent, decide)

    async def choose(self, agent: str, status: Presence) -> Desk:
        """Set what they chose. Going away, or busy, sends unanswered offers back at once."""

        async def decide(desk: Desk, at: datetime) -> Sequence[Write]:
            return await self._chosen(desk, status, "", at)

        return await self._act(agent, decide)

    async def choosing(self, agent: str, status: Presence, *, by: str) -> tuple[Desk, Sequence[Write]]:
        """Return the desk as it is and the writes by which `by` sets its presence, for a commit of the caller's.

        Raises `NotFound` for nobody. No writes when it is so already.
        """
        desk = await self.seated(agent)
        if desk.chosen is status:
            return desk, []
        return desk, await self._chosen(desk, status, by, self._clock.now())

    async def _chosen(self, desk: Desk, status: Presence, by: str, at: datetime) -> Sequence[Write]:
        now = effective(status, connected=desk.seen_until is not None)
        idle_since = at if desk.status is not Presence.ONLINE else desk.idle_since
        chosen = structs.replace(desk, chosen=status, status=now, idle_since=idle_since, set_by=by)
        returned = [] if now is Presence.ONLINE else await self._returned(desk.id, at)
        return [*await self._written(desk, chosen, at), *returned]

    async def lapse(self, body: Lapse, job: Job, at: datetime) -> Sequence[Write]:
        """Ring: gone, or here for longer."""
        desk = await self._store.get(DESKS, body.agent)
        if desk is None or desk.timer != body.token or desk.seen_until is None:
            return []
        if desk.seen_until > at:
            return [self._timer(desk, at)]
        gone = structs.replace(desk, status=Presence.AWAY, seen_until=None, timer="")
        rules = await self._terms.rules()
        return [put(DESKS, desk, settled(gone, rules, held=desk.held, at=at)), *await self._returned(desk.id, at)]

    async def on_teams(self, event: TeamsChanged, at: datetime) -> Sequence[Write]:
        """Let the desk serve the queues its owner is in now."""
        desk = await self._store.get(DESKS, event.user)
        if desk is None:
            return []
        moved = structs.replace(desk, teams=event.teams)
        return await self.resettled(desk, moved, at)

    async def resettled(self, read: Desk, changed: Desk, at: datetime) -> list[Write]:
        """Return the writes by which a desk whose owner, or whose policy, has changed serves what it can serve now."""
        now = settled(changed, await self._terms.rules(), held=changed.held, at=at)
        return [put(DESKS, read, now), wanted(read.id, now.teams, at=at)]

    async def _returned(self, agent: str, at: datetime) -> Sequence[Write]:
        kept = await self._sticking.gone(agent, at)
        return [*await returned(self._store, self._events, agent, at=at), *kept]

    async def _written(self, read: Desk, changed: Desk, at: datetime) -> list[Write]:
        held, rules = await taken(self._store, read.id), await self._terms.rules()
        writes: list[Write] = [put(DESKS, read, settled(changed, rules, held=held, at=at))]
        if changed.timer and changed.timer != read.timer:
            writes.append(self._timer(changed, at))
        return [*writes, wanted(read.id, changed.teams, at=at)]

    def _timer(self, desk: Desk, at: datetime) -> Insert[Job]:
        body = Lapse(agent=desk.id, token=desk.timer)
        return LAPSE.job(body, lane=f"lapse:{desk.id}:{desk.timer}", seq=0, at=at, due=desk.seen_until)

    async def _act(self, agent: str, decide: Decide) -> Desk:
        async def again() -> tuple[Sequence[Write], None]:
            return await decide(await self.seated(agent), self._clock.now()), None

        await settle(self._store, again)
        return await self._store.get(DESKS, agent) or await self.seated(agent)

    async def seated(self, agent: str) -> Desk:
        """Return the desk as its owner's account has it, making it at first sight."""

        async def decide() -> tuple[Sequence[Write], Desk]:
            user = await self._store.get(USERS, agent)
            if user is None or not user.active:
                raise NotFound("No such colleague", user=agent)
            desk = await self._store.get(DESKS, agent)
            if desk is None:
                row = await self._store.get(MATRIX, agent)
                made = _made(user, row.abilities if row else USUAL, self._clock.now())
                return [Insert(DESKS, made)], made
            if (desk.name, desk.teams, desk.capacity) == (user.name, user.teams, user.capacity):
                return [], desk
            changed = structs.replace(desk, name=user.name, teams=user.teams, capacity=user.capacity)
            writes = await self.resettled(desk, changed, self._clock.now())
            return writes, writes[0].doc  # type: ignore[return-value]  # the first is the desk's own

        return await settle(self._store, decide)


def _made(user: User, abilities: Abilities, at: datetime) -> Desk:
    return Desk(
        id=user.id, name=user.name, teams=user.teams, capacity=user.capacity, abilities=abilities, idle_since=at,
        changed_at=at,
    )  # fmt: skip
