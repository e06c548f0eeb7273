"""The command `migrate`: opens both stores, and says how far the move is."""

from collections.abc import Callable

from config.settings import Settings
from hub.store.mongo import MongoStore
from hub.store.sqlite import SqliteStore
from server.collections import EVERYTHING
from server.engines import DATABASE
from server.migrate import MIGRATIONS, migrate


async def move(settings: Settings, url: str, database: str, say: Callable[[str], None]) -> None:
    """Move the embedded store of the settings into the database; see `server/migrate.py` for what it raises."""
    source, target = SqliteStore(settings.folder / DATABASE), MongoStore(url, database)
    await source.open(EVERYTHING)
    try:
        await target.open((*EVERYTHING, MIGRATIONS))
        try:
            moved = await migrate(source, target, EVERYTHING, lambda name, count: say(f"{name:<16}{count:>12}"))
        finally:
            await target.close()
    finally:
        await source.close()
    for one in moved:
        say(f"{one.collection:<16}{one.count:>12}  {one.checksum}")
