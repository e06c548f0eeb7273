"""The store with a million messages: built once by the store's own commits, kept under `.artifacts` for later runs."""

import asyncio
import hashlib
import shutil
import time
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path

from accounts.permissions import Role
from accounts.teams import TEAMS, Team
from accounts.users import USERS, User
from bench import history
from bench.history import History
from bench.plan import Plan
from conversations.inboxes import INBOXES, Inbox
from conversations.model import CONVERSATIONS, MESSAGES, PROFILES
from hub.store.port import Collection, Document, Insert, Store
from hub.store.sqlite import SqliteStore
from hub.store.sqlite.table import Table
from server.collections import EVERYTHING
from server.engines import DATABASE

FOLDER = Path(__file__).resolve().parent.parent / ".artifacts" / "bench-store"
BATCH = 1024
FORM = 1
"""Grows when the history is told another way."""


def folder(plan: Plan) -> Path:
    """Return the data folder of the store, building it unless there is one of this schema and size."""
    place = FOLDER / f"{plan.messages}-{_schema()}"
    if not (place / DATABASE).exists():
        draft = place.with_suffix(".building")
        shutil.rmtree(draft, ignore_errors=True)
        draft.mkdir(parents=True)
        begun = time.perf_counter()
        asyncio.run(_build(draft, plan))
        draft.rename(place)
        print(f"built a store of {plan.messages} messages in {time.perf_counter() - begun:.0f} s")
    return place


def _schema() -> str:
    """Name the shape of the large tables: every statement that makes one, its indexes and triggers."""
    made = hashlib.sha256(f"{FORM}".encode())
    for collection in (MESSAGES, CONVERSATIONS, PROFILES):
        table = Table(collection)
        sides = [sql for side in table.sides.values() for *_, sql in table.side_sql(side)]
        for sql in (table.create_sql(), *(sql for _, sql in table.index_sql()), *sides):
            made.update(sql.encode())
    return made.hexdigest()[:12]


async def _build(place: Path, plan: Plan) -> None:
    store = SqliteStore(place / DATABASE)
    await store.open(EVERYTHING)
    try:
        at = datetime.now(UTC).replace(microsecond=0)
        inboxes = _inboxes(at)
        past = History(inboxes, messages=plan.messages, conversations=plan.conversations, ends=at)
        await _insert(store, INBOXES, inboxes)
        await _insert(store, TEAMS, _teams(at))
        await _insert(store, USERS, _users(at))
        await _insert(store, PROFILES, past.profiles())
        await _insert(store, MESSAGES, past.messages())
        await _insert(store, CONVERSATIONS, past.conversations())
    finally:
        await store.close()


async def _insert(store: Store, collection: Collection[Document], docs: Iterable[Document]) -> None:
    """Insert one document a commit, a thousand at a time: the store makes large transactions of them."""
    writing: asyncio.Future[list[None]] | None = None
    for batch in _batches(docs):
        if writing is not None:
            await writing
        writing = asyncio.gather(*(store.commit(Insert(collection, doc)) for doc in batch))
        await asyncio.sleep(0)
    if writing is not None:
        await writing


def _batches(docs: Iterable[Document]) -> Iterator[Sequence[Document]]:
    rest = iter(docs)
    while batch := list(islice(rest, BATCH)):
        yield batch


def _inboxes(at: datetime) -> tuple[Inbox, ...]:
    return tuple(
        Inbox(
            id=f"inbox-{number}", name=f"收件箱{number}", channel="console", team=f"team-{number}", created_at=at,
            bot="faq" if number % 2 else None, active=False,
        )
        for number in range(4)
    )  # fmt: skip


def _teams(at: datetime) -> list[Team]:
    return [
        Team(id=f"team-{number}", name=f"小组{number}", key=f"小组{number}", created_at=at)
        for number in range(history.TEAMS)
    ]


def _users(at: datetime) -> list[User]:
    return [
        User(
            id=f"agent-{number}", name=f"坐席{number}", email=f"agent{number}@example.cn", role=Role.AGENT,
            teams=(f"team-{number % history.TEAMS}", f"team-{(number + 1) % history.TEAMS}"), created_at=at,
        )
        for number in range(history.AGENTS)
    ]  # fmt: skip
