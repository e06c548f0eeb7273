"""Versions: begin a training, look at what came of it, let one answer. Publishing and rolling back are the same act."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from msgspec import Struct, structs

from bots.serving.drafts import Commit
from bots.serving.rows import (
    BOTS,
    DRAFTS,
    VERSIONS,
    BotKind,
    BotRow,
    State,
    VersionRow,
    version_id,
)  # fmt: skip
from hub.errors import Invalid, NotFound, WrongMove
from hub.store.port import By, Eq, Insert, Present, Store, put
from hub.work.jobs import Kind, Rank


class Training(Struct, frozen=True, kw_only=True):
    """The body of a training job."""

    bot: str
    number: int


TRAIN = Kind("bot.train", Training, external=True, attempts=5, first_wait=timedelta(seconds=2), rank=Rank.BULK)
"""External, for the lease: one process trains it. Cut in the middle, it is simply done again."""


class Versions:
    """Reads and writes bots and their versions."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def all(self) -> list[BotRow]:
        """Return every bot, archived ones too, by id; at most a thousand."""
        return await self._store.find(BOTS, order=(By("id"),), limit=1000)

    async def live(self) -> list[BotRow]:
        """Return the bots that answer."""
        return await self._store.find(BOTS, Present("live"), order=(By("live"), By("id")), limit=1000)

    async def bot(self, id: str) -> BotRow:
        """Return one bot; raises `NotFound`."""
        row = await self._store.get(BOTS, id)
        if row is None:
            raise NotFound("No such bot", bot=id)
        return row

    async def working(self, id: str) -> BotRow:
        """Return one bot that is not archived; raises `NotFound`, or `WrongMove` for one that is."""
        row = await self.bot(id)
        if row.archived_at is not None:
            raise WrongMove("This bot is archived", bot=id, hint="Make another one; its files can be downloaded.")
        return row

    async def page(self, bot: str, *, limit: int = 100) -> list[VersionRow]:
        """Return the newest versions of a bot, newest first."""
        newest = By("number", descending=True)
        return await self._store.find(VERSIONS, Eq("bot", bot), order=(newest,), limit=limit)

    async def get(self, bot: str, number: int) -> VersionRow:
        """Return one version; raises `NotFound`."""
        row = await self._store.get(VERSIONS, version_id(bot, number))
        if row is None:
            raise NotFound("No such version", bot=bot, version=number)
        return row

    async def live_of(self, bots: Sequence[BotRow]) -> dict[str, VersionRow]:
        """Return the version that answers, by bot."""
        ids = [version_id(bot.id, bot.live) for bot in bots if bot.live]
        return {row.bot: row for row in await self._store.get_many(VERSIONS, ids)}

    async def newest_trained(self, bot: str) -> VersionRow:
        """Return the newest version that can answer; raises `WrongMove` when nothing was trained yet."""
        for row in await self.page(bot):
            if row.state is State.TRAINED:
                return row
        raise WrongMove("Nothing is trained yet", bot=bot, hint="Train the bot first.")

    async def train(self, bot: BotRow, *, by: str, at: datetime, commit: Commit) -> VersionRow:
        """Begin to train the draft as it is now; raises `Invalid` while it has errors or is in training."""
        draft = await self._store.get(DRAFTS, bot.id)
        if draft is None:
            raise WrongMove("This bot has no files to train", bot=bot.id)
        if draft.errors:
            raise Invalid("The files have errors", path="$.files", errors=draft.errors, hint="Correct them first.")
        if bot.last and (await self.get(bot.id, bot.last)).state is State.TRAINING:
            raise WrongMove("This bot is being trained", bot=bot.id, version=bot.last)
        number = bot.last + 1
        row = VersionRow(
            id=version_id(bot.id, number), bot=bot.id, number=number, files=draft.files, warnings=draft.warnings,
            made_by=by, made_at=at,
        )  # fmt: skip
        job = TRAIN.job(Training(bot=bot.id, number=number), lane=f"bot:{bot.id}", seq=number, at=at)
        await commit(Insert(VERSIONS, row), put(BOTS, bot, structs.replace(bot, last=number)), job)
        return row

    def may_publish(self, bot: BotRow, version: VersionRow) -> None:
        """Raise `WrongMove` for what cannot go live."""
        if bot.kind is not BotKind.ENGINE:
            raise WrongMove("A bot on a Rasa server has no versions here", bot=bot.id)
        if version.state is not State.TRAINED:
            raise WrongMove("Only a trained version can be published", bot=bot.id, state=version.state)

    async def publish(self, bot: BotRow, version: VersionRow, *, at: datetime, commit: Commit) -> BotRow:
        """Let the version answer from now on, in one commit."""
        self.may_publish(bot, version)
        write = put(BOTS, bot, structs.replace(bot, live=version.number, publish_first=False))
        await commit(write, put(VERSIONS, version, structs.replace(version, published_at=at)))
        return write.doc
