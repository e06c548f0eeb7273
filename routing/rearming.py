"""After a change of a queue's steps: who waits there comes to the steps it has now, page by page.

    a queue is described anew --> REARM --> for each who waits: the old timer goes, one of the new steps is set

A step that is past already rings at once, so a rescue of a crowded queue reaches those who have waited longest too.
"""

from collections.abc import Sequence
from datetime import datetime

from msgspec import Struct

from conversations.model import CONVERSATIONS, Conversation, State
from hub.store.port import By, Delete, Eq, Missing, Present, Store, Write
from hub.work.jobs import JOBS, Job, JobState, Kind
from routing.lines import line_of
from routing.overflow import OVERFLOW, next_step, timers
from routing.settings import ANYBODY
from routing.terms import TermsReader

PAGE = 50
MOST = 100
"""Timers of one conversation: there is one, or a few of times when it waited elsewhere."""


class Rearm(Struct, frozen=True, kw_only=True):
    """Set the timers of those who wait in this queue, after this place (`queued_at`, id)."""

    queue: str
    after: tuple[datetime, str] | None = None


REARM = Kind("routing.rearm", Rearm)


class Rearming:
    """The handler of REARM."""

    def __init__(self, store: Store, terms: TermsReader) -> None:
        self._store = store
        self._terms = terms

    async def rearm(self, body: Rearm, job: Job, at: datetime) -> Sequence[Write]:
        """Set the timers of one page; a conversation that moves meanwhile is read again with its page."""
        team = Missing("team") if body.queue == ANYBODY else Eq("team", body.queue)
        page = await self._store.find(
            CONVERSATIONS, Eq("state", State.WAITING), team, Present("queued_at"),
            order=(By("queued_at"), By("id")), limit=PAGE, after=body.after,
        )  # fmt: skip
        queue = (await self._terms.now()).queue(body.queue).queue
        writes: list[Write] = []
        for one in page:
            if not _timed(one):
                continue
            old = await self._store.find(
                JOBS, Eq("lane", timers(one.id)), Eq("state", JobState.READY), order=(By("seq"), By("id")), limit=MOST
            )
            writes.extend(Delete(JOBS, timer) for timer in old)
            step = next_step(one, queue, 0)
            if step is not None:
                writes.append(OVERFLOW.job(step[0], lane=timers(one.id), seq=0, at=at, due=max(at, step[1])))
        if len(page) == PAGE and page[-1].queued_at is not None:
            following = Rearm(queue=body.queue, after=(page[-1].queued_at, page[-1].id))
            writes.append(REARM.job(following, lane=job.lane, seq=0, at=at))
        return writes


def rearmed(queue: str, at: datetime) -> Write:
    """Make the job that sets the timers of everybody who waits in a queue."""
    return REARM.job(Rearm(queue=queue), lane=f"rearm:{queue}", seq=0, at=at)


def _timed(one: Conversation) -> bool:
    """Say whether it has its place, in a line for which steps count."""
    return one.wants.placed == one.queued_at and not one.wants.deferred and not line_of(one).needs.bulk
