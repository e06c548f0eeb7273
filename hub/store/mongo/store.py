"""The store port over MongoDB: what the caller sees. Needs a replica set or a sharded cluster."""

from collections.abc import Sequence
from datetime import UTC

import structlog
from bson.codec_options import CodecOptions
from pymongo import AsyncMongoClient
from pymongo.asynchronous.database import AsyncDatabase
from pymongo.read_concern import ReadConcern
from pymongo.read_preferences import ReadPreference
from pymongo.write_concern import WriteConcern

from hub.errors import HubError, TryLater
from hub.store.fields import empty
from hub.store.mongo import query, schema
from hub.store.mongo.codec import Raw, decode
from hub.store.mongo.faults import translated
from hub.store.mongo.plan import Plans
from hub.store.mongo.query import Query
from hub.store.mongo.whole import Calls
from hub.store.mongo.writes import Inserts, write_all, write_one
from hub.store.port import By, Collection, D, Document, Eq, Has, In, Insert, Present, Test, Value, Watcher, Write

logger = structlog.get_logger(__name__)
RARE = 5000
"""How far the values of an array test are counted to find the rarest."""


class MongoStore:
    """MongoDB by PyMongo's asyncio client: majority and journal for every write, majority reads from the primary.

    `checked` asks for the plan of every new kind of query and raises `Unindexed` when no index serves it: for tests.
    """

    def __init__(self, url: str, database: str = "yizhan", *, checked: bool = False) -> None:
        self._url = url
        self._name = database
        self._plans = Plans() if checked else None
        self._client: AsyncMongoClient[Raw] | None = None
        self._inserts: dict[str, Inserts] = {}
        self._watchers: list[Watcher] = []
        self._calls = Calls()

    async def open(self, collections: Sequence[Collection[Document]]) -> None:
        """See the port. Raises `HubError` for a server without transactions, `TryLater` for one that is not there."""
        self._client = AsyncMongoClient(_patient(self._url), retryWrites=True, appname="yizhan")
        database = self._database
        try:
            with translated():
                await schema.require_transactions(database)
                await schema.upgrade(database, collections)
        except BaseException:
            await self._client.close()
            self._client = None
            raise
        self._inserts = {one.name: Inserts(database, one) for one in collections}

    async def close(self) -> None:
        """See the port."""
        for inserts in self._inserts.values():
            await inserts.drain()
        await self._calls.drain()
        client, self._client = self._client, None
        if client is not None:
            await client.close()

    async def ping(self) -> None:
        """See the port."""
        with translated():
            await self._calls.whole(self._database.command("ping"))

    @property
    def _database(self) -> AsyncDatabase[Raw]:
        if self._client is None:
            raise TryLater("The store is not open")
        return AsyncDatabase(
            self._client,
            self._name,
            codec_options=CodecOptions(document_class=dict, tz_aware=True, tzinfo=UTC),
            read_preference=ReadPreference.PRIMARY,
            write_concern=WriteConcern("majority", j=True),
            read_concern=ReadConcern("majority"),
        )

    def _inserter(self, collection: Collection[Document]) -> Inserts:
        try:
            return self._inserts[collection.name]
        except KeyError:
            raise HubError("The store was opened without this collection", collection=collection.name) from None

    async def get(self, collection: Collection[D], id: str) -> D | None:
        """See the port."""
        found = await self._read(collection, query.find(collection, (Eq("id", id),)), 1)
        return found[0] if found else None

    async def get_many(self, collection: Collection[D], ids: Sequence[str]) -> list[D]:
        """See the port."""
        wanted = tuple(dict.fromkeys(ids))
        if not wanted:
            return []
        found = await self._read(collection, query.find(collection, (In("id", wanted),)), len(wanted))
        by_id = {doc.id: doc for doc in found}
        return [by_id[id] for id in ids if id in by_id]

    async def find(
        self,
        collection: Collection[D],
        *where: Test,
        order: Sequence[By] = (),
        limit: int = 50,
        after: Sequence[Value] | None = None,
    ) -> list[D]:
        """See the port."""
        made = query.find(collection, where, order, after)
        if empty(where, limit):
            return []
        if any(isinstance(test, Has) and len(test.values) > 1 for test in where):
            sorted_where = [await self._rarest_first(collection, where, test) for test in where]
            made = query.find(collection, sorted_where, order, after)
        return await self._read(collection, made, limit)

    async def _rarest_first(self, collection: Collection[Document], where: Sequence[Test], test: Test) -> Test:
        """An index finds one value of `$all`, the first, and the server drops the rest one by one."""
        if not isinstance(test, Has) or len(test.values) < 2:
            return test
        keys = {field for index in collection.indexes if index.many == test.field for field in index.fields}
        rest = [one for one in where if isinstance(one, Eq | Present) and one.field in keys]
        rest += [one for index in collection.indexes if index.many == test.field for one in index.where if one in where]
        counts = {
            value: await self.count(collection, *dict.fromkeys(rest), Has(test.field, (value,)), limit=RARE)
            for value in test.values
        }
        return Has(test.field, tuple(sorted(counts, key=lambda value: counts[value])))

    async def _read(self, collection: Collection[D], made: Query, limit: int) -> list[D]:
        self._inserter(collection)
        return await self._calls.whole(self._fetch(collection, made, limit))

    async def _fetch(self, collection: Collection[D], made: Query, limit: int) -> list[D]:
        target = self._database[collection.name]
        with translated():
            if self._plans:
                await self._plans.check(target, made)
            cursor = target.find(made.filter, sort=made.sort or None, limit=limit, hint=made.hint)
            return [decode(collection, raw) for raw in await cursor.to_list()]

    async def count(self, collection: Collection[D], *where: Test, limit: int) -> int:
        """See the port."""
        made = query.find(collection, where)
        self._inserter(collection)
        if empty(where, limit):
            return 0
        return await self._calls.whole(self._count(collection, made, limit))

    async def _count(self, collection: Collection[Document], made: Query, limit: int) -> int:
        target = self._database[collection.name]
        with translated():
            if self._plans:
                await self._plans.check(target, made)
            if made.hint:
                return await target.count_documents(made.filter, limit=limit, hint=made.hint)
            return await target.count_documents(made.filter, limit=limit)

    async def explain(self, collection: Collection[D], *where: Test, order: Sequence[By] = ()) -> Raw:
        """Return the server's winning plan for a `find`."""
        made = query.find(collection, where, order)
        with translated():
            return await Plans().winning(self._database[collection.name], made)

    async def commit(self, *writes: Write) -> None:
        """See the port. `TryLater` may mean that the writes were made: their versions and unique keys tell."""
        if writes:
            await self._calls.whole(self._commit(writes))

    async def _commit(self, writes: Sequence[Write]) -> None:
        inserters = [self._inserter(write.collection) for write in writes]
        database, client = self._database, self._client
        with translated():
            if len(writes) > 1 and client is not None:
                await write_all(client, database, writes)
            elif type(writes[0]) is Insert:
                await inserters[0].insert(writes[0].doc)
            else:
                await write_one(database, writes[0])
        self._watch(writes)

    def watch(self, watcher: Watcher) -> None:
        """See the port."""
        self._watchers.append(watcher)

    def _watch(self, writes: Sequence[Write]) -> None:
        for watcher in self._watchers:
            try:
                watcher(writes)
            except Exception:
                logger.exception("A watcher of the store failed")


def _patient(url: str) -> str:
    """Wait for a missing server as long as the address says, else ten seconds: longer than an election takes."""
    if "serverselectiontimeoutms=" in url.lower():
        return url
    options = "&" if "?" in url else "?" if url.count("/") > 2 else "/?"
    return f"{url}{options}serverSelectionTimeoutMS=10000"
