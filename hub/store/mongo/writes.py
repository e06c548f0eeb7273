"""Writes: single inserts travel together, single puts alone, several writes in a transaction."""

import asyncio
import itertools
import random
from collections.abc import Sequence
from typing import Any

from bson.raw_bson import RawBSONDocument
from pymongo import AsyncMongoClient
from pymongo.asynchronous.client_session import AsyncClientSession
from pymongo.asynchronous.collection import AsyncCollection
from pymongo.asynchronous.database import AsyncDatabase
from pymongo.errors import BulkWriteError, DuplicateKeyError, PyMongoError
from pymongo.read_concern import ReadConcern
from pymongo.write_concern import WriteConcern

from hub.errors import TryLater
from hub.store.mongo.codec import Raw, encode
from hub.store.mongo.faults import DUPLICATE, fault, lost, taken
from hub.store.port import Collection, Delete, Document, Insert, Put, Write

MOST = 1000
PATIENCE = 10.0
"""Seconds."""
Waiting = tuple[str, RawBSONDocument, "asyncio.Future[None]"]


class Inserts:
    """Group commit for one collection: while one `insert_many` is under way the next one gathers."""

    def __init__(self, database: AsyncDatabase[Raw], collection: Collection[Document]) -> None:
        self._database = database
        self._collection = collection
        self._waiting: list[Waiting] = []
        self._sender: asyncio.Task[None] | None = None

    async def insert(self, doc: Document) -> None:
        """Insert with whoever else is waiting; each hears of its own failure only."""
        raw = encode(doc)
        future: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.append((doc.id, raw, future))
        if self._sender is None:
            self._sender = asyncio.create_task(self._send())
        await future

    async def drain(self) -> None:
        """Return when nothing is under way."""
        while self._sender is not None:
            await asyncio.wait([self._sender])

    async def _send(self) -> None:
        try:
            while self._waiting:
                batch, self._waiting = self._waiting[:MOST], self._waiting[MOST:]
                failed = await self._insert_many(batch)
                for number, (_, _, future) in enumerate(batch):
                    _tell(future, failed.get(number))
        finally:
            self._sender = None

    async def _insert_many(self, batch: list[Waiting]) -> dict[int, Exception]:
        """Insert, and return what went wrong by position."""
        try:
            await self._database[self._collection.name].insert_many([raw for _, raw, _ in batch], ordered=False)
        except BulkWriteError as error:
            return self._failures(batch, error)
        except PyMongoError as error:
            return dict.fromkeys(range(len(batch)), fault(error))
        except Exception as error:  # noqa: BLE001 - the edge of the loop: everyone who waits must hear of it
            return dict.fromkeys(range(len(batch)), error)
        return {}

    def _failures(self, batch: list[Waiting], error: BulkWriteError) -> dict[int, Exception]:
        details = error.details
        failed: dict[int, Exception] = {}
        if details.get("writeConcernErrors"):
            unsure = TryLater("MongoDB wrote, and could not say whether it is safe", reason="writeConcernError")
            failed = dict.fromkeys(range(len(batch)), unsure)
        for one in details.get("writeErrors", ()):
            number = one["index"]
            duplicate = one.get("code") == DUPLICATE
            failed[number] = taken(self._collection, batch[number][0], one) if duplicate else fault(error)
        return failed


def _tell(future: "asyncio.Future[None]", error: Exception | None) -> None:
    if future.done():
        return  # the one who waited was cancelled
    if error:
        future.set_exception(error)
    else:
        future.set_result(None)


async def write_one(database: AsyncDatabase[Raw], write: Write, session: AsyncClientSession | None = None) -> None:
    """Apply one write; raises `Conflict` when it loses."""
    collection, doc = write.collection, write.doc
    try:
        done = await _write(database[collection.name], write, session)
    except DuplicateKeyError as error:
        raise taken(collection, doc.id, error.details or {}) from None
    if done != 1:
        raise lost(collection, doc.id)


async def _write(target: AsyncCollection[Any], write: Write, session: AsyncClientSession | None) -> int:
    """Return how many documents were touched."""
    doc = write.doc
    match write:
        case Insert():
            await target.insert_one(encode(doc), session=session)
            return 1
        case Put():
            there: Raw = {"_id": doc.id, "version": doc.version - 1}
            return (await target.replace_one(there, encode(doc), session=session)).matched_count
        case Delete():
            there = {"_id": doc.id, "version": doc.version}
            return (await target.delete_one(there, session=session)).deleted_count


async def write_all(client: AsyncMongoClient[Raw], database: AsyncDatabase[Raw], writes: Sequence[Write]) -> None:
    """Apply all the writes in one transaction, or none. What passes is tried again for `PATIENCE` seconds.

    The driver's own retry lasts two minutes, longer than anybody waits for an answer.
    """
    for write in writes:
        if not isinstance(write, Delete):
            encode(write.doc)  # a document that cannot be stored is refused before anything is sent
    loop = asyncio.get_running_loop()
    deadline = loop.time() + PATIENCE
    async with client.start_session() as session:
        for attempt in itertools.count():
            try:
                return await _transaction(session, database, writes)
            except PyMongoError as error:
                if not error.has_error_label("TransientTransactionError") or loop.time() > deadline:
                    raise
            await asyncio.sleep(min(0.2, 0.002 * 2**attempt) * random.random())  # noqa: S311 - jitter


async def _transaction(session: AsyncClientSession, database: AsyncDatabase[Raw], writes: Sequence[Write]) -> None:
    await session.start_transaction(
        read_concern=ReadConcern("snapshot"), write_concern=WriteConcern("majority", j=True)
    )
    try:
        for write in writes:
            await write_one(database, write, session)
    except BaseException:
        await session.abort_transaction()
        raise
    try:
        await session.commit_transaction()
    except PyMongoError as error:
        if not error.has_error_label("UnknownTransactionCommitResult"):
            raise
        await session.commit_transaction()  # asks again for the same commit; it is never applied twice
