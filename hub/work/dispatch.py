"""The dispatch port: who is told that a lane has work. Hints only; the rows in the store are the truth.

A hint may be lost (the sweeper finds the row), doubled (the second look finds nothing) or stale (the head's `due`
and version decide). So no call here ever fails a commit or a job.
"""

from collections.abc import Callable
from typing import Protocol

from msgspec import Struct

from hub.work.jobs import Rank


class Hint(Struct, frozen=True):
    """The head of `lane` may be worked on now."""

    lane: str
    rank: Rank = Rank.TALK


Wake = Callable[[Hint], None]
Room = Callable[[], int]


class Dispatch(Protocol):
    """What both engines offer: in this process (`local`), or over Redis Streams (`streams`)."""

    def attach(self, wake: Wake, room: Room) -> None:
        """Give every hint meant for this process to `wake`, and ask `room` how many more lanes it can take."""
        ...

    def hint(self, hint: Hint) -> None:
        """Tell one worker, in any process. Returns at once and never raises."""
        ...

    def done(self, lane: str) -> None:
        """Say that what was hinted of `lane` so far has been looked at."""
        ...

    async def turn(self, name: str, seconds: float) -> bool:
        """Say whether this process does the chore `name` now; it is offered to one process per `seconds`."""
        ...

    async def run(self) -> None:
        """Pass hints on until cancelled."""
        ...

    async def close(self) -> None:
        """Say what is left to say and let go of sockets."""
        ...
