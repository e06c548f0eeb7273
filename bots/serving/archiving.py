"""A bot goes: into the archive when customers may have heard it, for the record; altogether when nobody ever did."""

from datetime import datetime

from msgspec import structs

from bots.serving.drafts import Commit
from bots.serving.rows import BOTS, DRAFTS, MISSES, VERSIONS, BotKind, BotRow, MissState, Remote, VersionRow
from hub.errors import WrongMove
from hub.store.port import By, Delete, Eq, Store, Write, put

PAGE = 500


async def leaning(store: Store, id: str) -> tuple[str, ...]:
    """Return the ids of the bots in whose shadow it stands."""
    rows = await store.find(BOTS, order=(By("id"),), limit=1000)
    return tuple(row.id for row in rows if row.archived_at is None and row.remote and row.remote.shadow == id)


async def is_kept(store: Store, bot: BotRow) -> bool:
    """Say whether customers may have heard it: a version was published, or its server answered."""
    return bot.kind is BotKind.RASA or any(version.published_at for version in await _versions(store, bot))


async def archive(store: Store, bot: BotRow, *, at: datetime, commit: Commit) -> None:
    """Take a bot out of use, in one commit; raises `WrongMove` for one that is archived.

    Who still points to it is the caller's to ask; a conversation that it has goes to a person with its next turn.
    """
    if bot.archived_at is not None:
        raise WrongMove("This bot is archived already", bot=bot.id)
    if await is_kept(store, bot):
        remote = Remote(url=bot.remote.url) if bot.remote else None
        away = structs.replace(bot, live=None, publish_first=False, secrets={}, remote=remote, archived_at=at)
        await commit(put(BOTS, bot, away))
        return
    await commit(Delete(BOTS, bot), *await _everything(store, bot))


async def _versions(store: Store, bot: BotRow) -> list[VersionRow]:
    newest = By("number", descending=True)
    return await store.find(VERSIONS, Eq("bot", bot.id), order=(newest,), limit=max(bot.last, 1))


async def _everything(store: Store, bot: BotRow) -> list[Write]:
    writes: list[Write] = [Delete(VERSIONS, version) for version in await _versions(store, bot)]
    draft = await store.get(DRAFTS, bot.id)
    if draft is not None:
        writes.append(Delete(DRAFTS, draft))
    for state in MissState:
        order = (By("at", descending=True), By("id", descending=True))
        found = await store.find(MISSES, Eq("bot", bot.id), Eq("state", state), order=order, limit=PAGE)
        writes += [Delete(MISSES, miss) for miss in found]
    return writes
