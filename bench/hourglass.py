"""A process that keeps deadlines and does nothing else: `python -m bench.hourglass FOLDER`, until it is killed."""

import asyncio
import sys
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from msgspec import Struct

from accounts.audit import AUDIT, AUDIT_HEADS, Audit
from accounts.teams import TEAMS
from accounts.users import USERS
from conversations.inboxes import INBOXES
from conversations.model import CONVERSATIONS, MESSAGES, PROFILES
from desk.wiring import COLLECTIONS, Desk
from hub.clock import SystemClock
from hub.events import Events
from hub.store.port import Collection, Document, Write
from hub.store.sqlite import SqliteStore
from hub.work.engine import Engine
from hub.work.jobs import JOBS, Job
from hub.work.local import LocalDispatch

STORED: tuple[Collection[Document], ...] = (
    *COLLECTIONS, JOBS, CONVERSATIONS, MESSAGES, PROFILES, USERS, TEAMS, INBOXES, AUDIT, AUDIT_HEADS,
)  # fmt: skip
DATABASE = "timers.db"
READY = b"ready\n"


async def keep(folder: Path) -> None:
    """Keep the deadlines in this folder; says when it has begun."""
    store, events, clock = SqliteStore(folder / DATABASE), Events(), SystemClock()
    await store.open(STORED)
    desk = Desk(store, events, clock, Audit(store), address="http://localhost")
    engine = Engine(store, LocalDispatch(), clock, alone=True)
    desk.register(engine)
    for kind, hear in events.hearers:
        engine.register(kind, _hearing(hear))
    sys.stdout.buffer.write(READY)
    sys.stdout.buffer.flush()
    await engine.run()


def _hearing(
    hear: Callable[[Any, datetime], Awaitable[Sequence[Write]]],
) -> Callable[[Struct, Job, datetime], Awaitable[Sequence[Write]]]:
    async def handle(event: Struct, job: Job, at: datetime) -> Sequence[Write]:
        return await hear(event, at)

    return handle


if __name__ == "__main__":
    asyncio.run(keep(Path(sys.argv[1])))
