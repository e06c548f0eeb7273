"""A version that was made elsewhere (the command line, a pipeline) comes in and answers, in one commit.

The files become the draft too, unless somebody changed the draft since the newest version: theirs is not thrown away.
"""

from collections.abc import Mapping
from datetime import datetime

from msgspec import structs

from bots.serving.drafts import Commit, Drafts
from bots.serving.keeping import Chest
from bots.serving.rows import BOTS, DRAFTS, VERSIONS, BotKind, BotRow, State, VersionRow, version_id
from bots.serving.training import Made
from hub.errors import WrongMove
from hub.store.port import Insert, Store, Write, put


class Bringing:
    """Brings versions in."""

    def __init__(self, store: Store, chest: Chest, drafts: Drafts) -> None:
        self._store = store
        self._chest = chest
        self._drafts = drafts

    async def version(self, bot: BotRow, files: Mapping[str, str], made: Made, *, by: str, at: datetime) -> VersionRow:
        """Keep files and model, and return the version they are, not stored yet; `WrongMove` for a Rasa server."""
        if bot.kind is not BotKind.ENGINE:
            raise WrongMove("A bot on a Rasa server has no versions here", bot=bot.id)
        number = bot.last + 1
        looked = await self._drafts.look(files)
        return VersionRow(
            id=version_id(bot.id, number), bot=bot.id, number=number, files=await self._chest.keep_files(files),
            state=State.TRAINED, model=await self._chest.keep(made.model), size=len(made.model), report=made.report,
            accuracy=made.report.get("accuracy"), seconds=round(made.seconds, 2) if made.seconds else None,
            warnings=looked.warnings, made_by=by, made_at=at, trained_at=at, published_at=at,
        )  # fmt: skip

    async def publish(self, bot: BotRow, version: VersionRow, *, commit: Commit) -> bool:
        """Let it answer from now on; returns whether the draft holds its files too. Raises `Conflict`."""
        live = structs.replace(bot, live=version.number, last=version.number, publish_first=False)
        writes: list[Write] = [put(BOTS, bot, live), Insert(VERSIONS, version)]
        draft = await self._draft(bot, version)
        await commit(*writes, *([draft] if draft is not None else []))
        now = await self._store.get(DRAFTS, bot.id)
        return now is not None and now.files == version.files

    async def _draft(self, bot: BotRow, version: VersionRow) -> Write | None:
        read = await self._store.get(DRAFTS, bot.id)
        before = await self._store.get(VERSIONS, version_id(bot.id, bot.last)) if bot.last else None
        if read is None or read.files == version.files or before is None or before.files != read.files:
            return None
        looked = await self._drafts.look(await self._chest.bring_files(version.files))
        changed = structs.replace(
            read, files=version.files, intents=looked.intents, errors=looked.errors, warnings=looked.warnings,
            changed_by=version.made_by, changed_at=version.made_at,
        )  # fmt: skip
        return put(DRAFTS, read, changed)
