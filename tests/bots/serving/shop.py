"""A place to make bots in tests: a real store, blobs and engine; the training is the real process."""

from __future__ import annotations

from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from bots.serving.drafts import Drafts
from bots.serving.keeping import Chest
from bots.serving.library import smallest
from bots.serving.misses import Misses
from bots.serving.rows import ROWS, BotRow, VersionRow
from bots.serving.training import MODULE, Trainings
from bots.serving.versions import Versions
from hub.blobs import Blobs
from hub.clock import SystemClock
from hub.store.sqlite import SqliteStore
from hub.work.engine import Engine
from hub.work.jobs import JOBS
from hub.work.local import LocalDispatch
from server.shelf import BlobShelf
from tests.stores import open_store

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Mapping
    from pathlib import Path

AT = datetime(2026, 11, 1, 9, tzinfo=UTC)


class Shop:
    """Everything a bot is made with."""

    def __init__(self, store: SqliteStore, folder: Path, module: str) -> None:
        self.store = store
        self.chest = Chest(BlobShelf(Blobs(folder / "blobs")))
        self.drafts = Drafts(store, self.chest)
        self.versions = Versions(store)
        self.misses = Misses(store)
        self.clock = SystemClock()
        self.engine = Engine(store, LocalDispatch(), self.clock, alone=True)
        self.trainings = Trainings(store, self.chest, self.clock, module=module)
        self.trainings.attach(self.engine)

    async def bot(self, id: str = "small", files: Mapping[str, str] | None = None) -> BotRow:
        """Make a bot of these files."""
        row = BotRow(id=id, name="Small", made_at=AT)
        return await self.drafts.create(row, files or smallest("zh"), by="u", commit=self.store.commit)

    async def train(self, id: str = "small") -> VersionRow:
        """Begin a training and work until it has ended."""
        row = await self.begin(id)
        await self.engine.settle()
        return await self.versions.get(id, row.number)

    async def begin(self, id: str = "small") -> VersionRow:
        """Begin a training; nobody works on it yet."""
        bot = await self.versions.bot(id)
        return await self.versions.train(bot, by="u", at=AT, commit=self.store.commit)


@asynccontextmanager
async def open_shop(folder: Path, *, module: str = MODULE) -> AsyncIterator[Shop]:
    """Open it in a folder; the same folder opens the same bots again."""
    async with open_store(folder, (JOBS, *ROWS)) as store:
        yield Shop(store, folder, module)
