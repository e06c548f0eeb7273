"""`yizhan migrate`: from the embedded store into MongoDB, counted and summed on both sides."""

import hashlib
from collections.abc import AsyncIterator, Callable

import msgspec

from config.settings import Settings
from hub.errors import Invalid, TryLater
from hub.store.mongo import MongoStore
from hub.store.port import By, Collection, Document, Insert, Store
from hub.store.sqlite import SqliteStore
from server.collections import EVERYTHING
from server.engines import DATABASE

PAGE = 500


async def migrate(settings: Settings, url: str, database: str, say: Callable[[str], None]) -> None:
    """Copy every collection into an empty database; raises `Invalid` when it is not empty or a sum differs."""
    here, there = SqliteStore(settings.folder / DATABASE), MongoStore(url, database)
    await here.open(EVERYTHING)
    try:
        await there.open(EVERYTHING)
        try:
            await _must_be_empty(there)
            for collection in EVERYTHING:
                say(f"{collection.name:<16}{await _copied(here, there, collection):>12}")
        finally:
            await there.close()
    finally:
        await here.close()


async def _must_be_empty(store: Store) -> None:
    for collection in EVERYTHING:
        if await store.find(collection, order=(By("id"),), limit=1):
            raise Invalid("The database is not empty", collection=collection.name, hint="Name another with --database.")


async def _copied(here: Store, there: Store, collection: Collection[Document]) -> int:
    async for page in _pages(here, collection):
        await there.commit(*(Insert(collection, doc) for doc in page))
    before, after = await _sum(here, collection), await _sum(there, collection)
    if before != after:
        raise TryLater("The copy differs", collection=collection.name, here=before[0], there=after[0])
    return before[0]


async def _sum(store: Store, collection: Collection[Document]) -> tuple[int, str]:
    """Return how many documents there are, and one hash over all of them by id."""
    count, digest = 0, hashlib.sha256()
    async for page in _pages(store, collection):
        count += len(page)
        for doc in page:
            digest.update(msgspec.json.encode(doc, order="sorted"))
    return count, digest.hexdigest()


async def _pages(store: Store, collection: Collection[Document]) -> AsyncIterator[list[Document]]:
    last: str | None = None
    while page := await store.find(collection, order=(By("id"),), limit=PAGE, after=(last,) if last else None):
        yield page
        last = page[-1].id
