"""Dead letters: jobs that were given up, kept with their reason until a person replays them; and old done rows."""

from collections.abc import Sequence
from datetime import datetime

from hub.errors import Conflict, NotFound
from hub.store.port import Between, By, Delete, Eq, Store, Value, Write
from hub.work.jobs import JOBS, Job, JobState
from hub.work.moves import revived

BATCH = 200


async def dead(store: Store, *, limit: int = 50, after: Sequence[Value] | None = None) -> list[Job]:
    """Return dead letters, newest first; `after` is (ended_at, id) of the last one seen."""
    order = (By("ended_at", descending=True), By("id", descending=True))
    return await store.find(JOBS, Eq("state", JobState.DEAD), order=order, limit=limit, after=after)


async def replay(store: Store, job_id: str, *also: Write, at: datetime) -> Job:
    """Make a dead letter ready again, in one commit with `also` (the audit record).

    Raises `NotFound`, `WrongMove` when it is not dead, `Conflict` when somebody else replays it now.
    """
    row = await store.get(JOBS, job_id)
    if row is None:
        raise NotFound("No such job", job=job_id)
    write = revived(row, at)
    await store.commit(write, *also)
    return write.doc


async def purge(store: Store, *, at: datetime) -> int:
    """Forget done rows whose time has come, one batch; returns how many. Call again while it returns any."""
    rows = await store.find(
        JOBS,
        Eq("state", JobState.DONE),
        Between("forget_at", high=at),
        order=(By("forget_at"), By("id")),
        limit=BATCH,
    )
    if rows:
        try:
            await store.commit(*(Delete(JOBS, row) for row in rows))
        except Conflict:
            return 0
    return len(rows)
