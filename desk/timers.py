"""The timer of a conversation's deadlines: one job row that is moved and never doubled.

A job's `due` is the truth: a row that was moved later rings later, whatever was remembered of it in memory.
"""

from collections.abc import Sequence
from datetime import datetime

from msgspec import Struct

from hub.ids import new_id
from hub.store.port import Delete, Store, Write
from hub.work.jobs import JOBS, JobState, Kind
from hub.work.moves import moved


class Ring(Struct, frozen=True, kw_only=True):
    """Look what has become due of this conversation."""

    conversation: str


RING: Kind[Ring] = Kind("desk.ring", Ring, attempts=1000)
"""Given up by no number of attempts: an outage of the store must not cost a deadline."""


async def rearmed(
    store: Store, timer: str, conversation: str, due: datetime | None, *, at: datetime, ringing: str = ""
) -> tuple[str, Sequence[Write]]:
    """Return the timer that rings at `due` (None: none does) and the writes that make it so.

    `timer` is the one known so far; `ringing` the one that rings now and ends by itself.
    """
    row = await store.get(JOBS, timer) if timer and timer != ringing else None
    if row is not None and row.state is not JobState.READY:
        row = None
    if due is None:
        return "", () if row is None else (Delete(JOBS, row),)
    if row is None:
        id = new_id()
        return id, (RING.job(Ring(conversation=conversation), lane=f"due:{id}", seq=0, at=at, due=due, id=id),)
    return row.id, () if row.due == due else (moved(row, due),)
