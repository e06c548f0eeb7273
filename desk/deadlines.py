"""Deadlines as people see them: the clocks of one conversation and what was done about them; trying a policy out."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from msgspec import Struct

from conversations.commits import settle
from conversations.standing import Standing
from desk.calendars import add
from desk.keeping import Keeping
from desk.policies import Kind
from desk.rows import DEADLINES, ESCALATIONS, STAFF_NOTICES, Deadline, Escalation, StaffNotice
from desk.sla import Clock, Clocks, acted, follow
from desk.terms import Applied
from hub.clock import Clock as Time
from hub.errors import NotFound
from hub.store.port import By, Eq, Store, Write

SHOWN = 100


class History(Struct, frozen=True, kw_only=True):
    """All that is known of the deadlines of one conversation; steps and notices are newest first."""

    deadline: Deadline | None
    escalations: tuple[Escalation, ...] = ()
    notices: tuple[StaffNotice, ...] = ()


class Deadlines:
    """Reads them, and lets a person say that they see to one."""

    def __init__(self, store: Store, clock: Time, keeping: Keeping) -> None:
        self._store = store
        self._clock = clock
        self._keeping = keeping

    async def of(self, conversation: str) -> History:
        """Return what is known of a conversation's deadlines."""
        order, mine = (By("id", descending=True),), Eq("conversation", conversation)
        return History(
            deadline=await self._store.get(DEADLINES, conversation),
            escalations=tuple(await self._store.find(ESCALATIONS, mine, order=order, limit=SHOWN)),
            notices=tuple(await self._store.find(STAFF_NOTICES, mine, order=order, limit=SHOWN)),
        )

    async def see_to(self, conversation: str, user: str) -> Deadline:
        """Note that this person sees to what is warned of or overdue: nobody is reminded of it any more.

        Raises `NotFound` when nothing is promised there.
        """

        async def decide() -> tuple[Sequence[Write], None]:
            read, at = await self._must(conversation), self._clock.now()
            return await self._keeping.acted(conversation, acted(read.clocks, user, at), at), None

        await settle(self._store, decide)
        return await self._must(conversation)

    async def _must(self, conversation: str) -> Deadline:
        found = await self._store.get(DEADLINES, conversation)
        if found is None:
            raise NotFound("Nothing is promised in this conversation", conversation=conversation)
        return found


def tried(applied: Applied, *, at: datetime) -> tuple[Clock, ...]:
    """Return the clocks that a first message at `at` would start, and the one of a second message after an answer."""
    first = Standing(
        version=0, at=at, live=True, bot=False, held=False, waiting_since=at, first_reply_at=None, opened_at=at
    )
    terms, hours = applied.policy.terms, applied.hours
    clocks = follow(Clocks(), terms, applied.stamp, hours, first).on
    later = [target for target in terms.targets if target.kind is Kind.NEXT]
    return (*clocks, *(_next(target.seconds, target.warn_percent, applied, at) for target in later))


def _next(seconds: int, percent: int, applied: Applied, at: datetime) -> Clock:
    due_at = add(applied.hours, at, timedelta(seconds=seconds))
    warn_at = add(applied.hours, at, timedelta(milliseconds=seconds * percent * 10)) if percent else None
    return Clock(
        kind=Kind.NEXT,
        began_at=at,
        allowed=seconds * 1000,
        warn_percent=percent,
        since=at,
        due_at=due_at,
        warn_at=warn_at,
    )
