"""What a job is: one thing that must happen exactly once after any crash. Pure: rows and kinds, no I/O.

ready --handler returns its writes--> done      (the writes and the job's end are ONE commit)
  |  ^--TryLater, fault: due moves, attempts grow
  +--attempts used up, Refused, ChannelBroken--> dead   (kept with its reason; `replay` makes it ready again)
"""

from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Generic, TypeVar

import msgspec
from msgspec import Struct

from hub.ids import new_id
from hub.store.port import Collection, Document, Eq, Index, Insert, Present, Write


class JobState(StrEnum):
    """Whether there is anything left to do."""

    READY = "ready"
    DONE = "done"
    DEAD = "dead"


class Rank(StrEnum):
    """Who goes first when there is more than can be done: bulk never starves conversation."""

    TALK = "talk"
    BULK = "bulk"


class Lease(Struct, frozen=True, kw_only=True):
    """Who is at it, until when. `fence` grows with every lease; a late worker's fence is old and its write loses."""

    owner: str
    until: datetime
    fence: int


class Job(Document, frozen=True, kw_only=True):
    """One row of work.

    Only the head of a `lane` (lowest `seq`, then id) is worked on. `key`, when set, is unique in its lane while the
    row is kept: the same inbound cannot be accepted twice. `body` is JSON of the kind's own Struct, emptied when
    the job is done. `reason` is a code, never words of a body. A done row is forgotten at `forget_at`.
    """

    kind: str
    lane: str
    seq: int
    due: datetime
    body: str
    state: JobState = JobState.READY
    rank: Rank = Rank.TALK
    key: str | None = None
    attempts: int = 0
    lease: Lease | None = None
    reason: str | None = None
    made_at: datetime
    ended_at: datetime | None = None
    forget_at: datetime | None = None

    @property
    def cut(self) -> bool:
        """Whether an earlier attempt of an external kind was cut in the middle: nobody knows how far it came."""
        return self.lease is not None


JOBS = Collection(
    "jobs",
    Job,
    Index(("lane", "seq", "id"), where=(Eq("state", "ready"),)),
    Index(("due", "id"), where=(Eq("state", "ready"),)),
    Index(("lane", "key"), unique=True, where=(Present("key"),)),
    Index(("ended_at", "id"), where=(Eq("state", "dead"),)),
    Index(("forget_at", "id"), where=(Eq("state", "done"),)),
    shard="lane",
)

B = TypeVar("B", bound=Struct)
Record = Callable[[datetime], Awaitable[Sequence[Write]]]
"""Takes the time; returns the writes that record what happened outside. Asked again on `Conflict`."""

Handler = Callable[[B, Job, datetime], Awaitable[Sequence[Write] | Record]]
"""Takes the decoded body, the row and the time; returns the writes that make it happen.

The engine commits these writes together with the job's end, so a handler's effect on the store happens exactly once.
On `Conflict` the handler runs again on fresh reads. A handler of an `external` kind talks to a provider before it
returns; the engine leases the row durably first, so that an attempt cut in the middle is known as such afterwards:
the row is handed over as it was found, and `job.cut` tells it. Such a handler returns a `Record` instead of writes,
so that a conflict repeats the record and not the talk.
"""

_encode = msgspec.json.Encoder().encode


class Kind(Generic[B]):
    """A declared kind of work: its name, the type of its body, and how patient it is."""

    def __init__(
        self,
        name: str,
        body: type[B],
        *,
        external: bool = False,
        attempts: int = 12,
        first_wait: timedelta = timedelta(seconds=1),
        longest_wait: timedelta = timedelta(minutes=10),
        rank: Rank = Rank.TALK,
        keep: timedelta = timedelta(0),
    ) -> None:
        self.name = name
        self.body = body
        self.external = external
        self.attempts = attempts
        self.first_wait = first_wait
        self.longest_wait = longest_wait
        self.rank = rank
        self.keep = keep
        """How long a done row, and with it its key, is kept; zero deletes it in the commit that ends it."""

    def job(
        self,
        body: B,
        *,
        lane: str,
        seq: int,
        at: datetime,
        due: datetime | None = None,
        key: str | None = None,
        id: str = "",
    ) -> Insert[Job]:
        """Make the write that puts one job of this kind into `lane`."""
        text = _encode(body).decode()
        return Insert(
            JOBS,
            Job(
                id=id or new_id(),
                kind=self.name,
                lane=lane,
                seq=seq,
                due=due or at,
                body=text,
                rank=self.rank,
                key=key,
                made_at=at,
            ),
        )
