"""Dead letters: what was given up, why, and trying it again."""

from datetime import datetime

from msgspec import Struct

from accounts.audit import Entry
from accounts.permissions import Permission
from hub.errors import NotFound
from hub.store.port import Write
from hub.work.jobs import JOBS, Job, JobState
from hub.work.letters import dead
from hub.work.moves import revived
from server.api.accounts.shown import act_of
from server.api.contract import Call, Routes
from server.api.cursor import Page, mark, place

routes = Routes("operations")
MANAGE = Permission.OPERATIONS_MANAGE


class DeadShown(Struct, frozen=True, kw_only=True):
    """A job that was given up; what it carries is not shown."""

    id: str
    kind: str
    lane: str
    at: datetime
    made_at: datetime
    attempts: int
    reason: str


class DeadsShown(Struct, frozen=True, kw_only=True):
    """Dead letters, newest first."""

    items: tuple[DeadShown, ...]
    next: str | None = None


@routes.get("/jobs/dead", permission=MANAGE)
async def list_dead_jobs(call: Call, query: Page) -> DeadsShown:
    """List dead letters, newest first."""
    after = place(query.after, tuple[datetime, str])
    found = await dead(call.hub.store, limit=query.limit + 1, after=after)
    items = found[: query.limit]
    more = len(found) > query.limit
    return DeadsShown(items=tuple(map(_show, items)), next=mark(items[-1].ended_at, items[-1].id) if more else None)


@routes.post("/jobs/{id}/replay", permission=MANAGE)
async def replay_job(call: Call, id: str) -> DeadShown:
    """Try a dead letter again: same id, same key, attempts from the start."""
    row = await call.hub.store.get(JOBS, id)
    if row is None or row.state is JobState.DONE:
        raise NotFound("No such job", job=id)
    write: Write = revived(row, call.at)
    await call.hub.accounts.audit.commit(act_of(call), Entry(action="job.replayed", target=id), write)
    return _show(row)


def _show(job: Job) -> DeadShown:
    return DeadShown(
        id=job.id, kind=job.kind, lane=job.lane, at=job.ended_at or job.made_at, made_at=job.made_at,
        attempts=job.attempts, reason=job.reason or "",
    )  # fmt: skip
