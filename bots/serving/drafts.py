"""The files somebody works on: kept whole, with their errors too; nothing is trained from a draft that has some."""

import asyncio
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from msgspec import Struct

from bots.actions.refusals import refused
from bots.nlu.entities import patterns
from bots.project.model import Fault, Project
from bots.project.reading import checked
from bots.serving.keeping import Chest
from bots.serving.rows import BOTS, DRAFTS, BotKind, BotRow, DraftRow
from bots.serving.zipping import bounded
from hub.errors import Conflict, Invalid, NotFound
from hub.store.port import Insert, Store, put

Commit = Any
"""`Store.commit`, or what writes the audit record too."""
Faults = tuple[Fault, ...]


class Looked(Struct, frozen=True, kw_only=True):
    """What is wrong with files, and the intents they have."""

    faults: Faults
    intents: tuple[str, ...]

    @property
    def errors(self) -> int:
        """Return how many of the faults stop a training."""
        return sum(fault.severity == "error" for fault in self.faults)

    @property
    def warnings(self) -> int:
        """Return how many do not."""
        return len(self.faults) - self.errors


class Draft(Struct, frozen=True, kw_only=True):
    """A draft with its texts."""

    row: DraftRow
    files: dict[str, str]


class Drafts:
    """Reads and writes drafts. One check runs at a time: it is work for a processor."""

    def __init__(self, store: Store, chest: Chest) -> None:
        self._store = store
        self._chest = chest
        self._checking = asyncio.Semaphore(1)

    async def create(self, bot: BotRow, files: Mapping[str, str], *, by: str, commit: Commit) -> BotRow:
        """Make a bot with its first draft; raises `Invalid` when the id is taken."""
        writes: list[Any] = [Insert(BOTS, bot)]
        if bot.kind is BotKind.ENGINE:
            writes.append(Insert(DRAFTS, await self._row(bot.id, files, await self.look(files), by, bot.made_at)))
        try:
            await commit(*writes)
        except Conflict as error:
            raise Invalid("There is a bot of this id", path="$.id") from error
        return bot

    async def row(self, bot: str) -> DraftRow | None:
        """Return the draft without its texts, or None."""
        return await self._store.get(DRAFTS, bot)

    async def get(self, bot: str) -> Draft:
        """Return the draft; raises `NotFound`."""
        row = await self._store.get(DRAFTS, bot)
        if row is None:
            raise NotFound("This bot has no files", bot=bot)
        return Draft(row=row, files=await self._chest.bring_files(row.files))

    async def save(
        self, bot: str, version: int, files: Mapping[str, str], *, by: str, at: datetime, commit: Commit
    ) -> tuple[DraftRow, Faults]:
        """Put the whole draft over version `version`; raises `Conflict` when somebody else did meanwhile."""
        bounded(files)
        read = await self._store.get(DRAFTS, bot)
        if read is None:
            raise NotFound("This bot has no files", bot=bot)
        if read.version != version:
            raise Conflict("The files were changed meanwhile", collection=DRAFTS.name, id=bot)
        looked = await self.look(files)
        write = put(DRAFTS, read, await self._row(bot, files, looked, by, at))
        await commit(write)
        return write.doc, looked.faults

    async def look(self, files: Mapping[str, str]) -> Looked:
        """Say what is wrong with files."""
        async with self._checking:
            return await asyncio.to_thread(looked_at, dict(files))

    async def _row(self, bot: str, files: Mapping[str, str], looked: Looked, by: str, at: datetime) -> DraftRow:
        hash = await self._chest.keep_files(files)
        return DraftRow(
            id=bot, files=hash, intents=looked.intents, errors=looked.errors, warnings=looked.warnings, changed_by=by,
            changed_at=at,
        )  # fmt: skip


def looked_at(files: dict[str, str]) -> Looked:
    """Say what is wrong with files; work for a processor, so not for the event loop."""
    project, faults = checked(files)
    more = (*refused(project), *patterns.faults(project)) if project is not None else ()
    return Looked(faults=(*faults, *more), intents=_intents(project))


def _intents(project: Project | None) -> tuple[str, ...]:
    """Return what an example can be given to: of a retrieval intent its halves, as the examples name them."""
    if project is None:
        return ()
    whole = {example.intent for example in project.nlu.examples}
    plain = {name for name, intent in project.intents.items() if not intent.retrieval}
    return tuple(sorted(whole | plain))
