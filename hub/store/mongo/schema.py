"""Make the declared indexes, and be sure that the server can keep the store's promises."""

from collections.abc import Iterable
from typing import Any

import structlog
from pymongo import ASCENDING, IndexModel
from pymongo.asynchronous.database import AsyncDatabase
from pymongo.errors import OperationFailure

from hub.errors import HubError
from hub.store.fields import declared, fields
from hub.store.mongo.codec import Raw, key
from hub.store.mongo.query import index_name
from hub.store.port import Collection, Document, Index, Present

logger = structlog.get_logger(__name__)
CLASH = {85, 86}
"""IndexOptionsConflict and IndexKeySpecsConflict: the name is taken by another definition."""


async def require_transactions(database: AsyncDatabase[Raw]) -> None:
    """Raise `HubError` for a server that stands alone: it has no transactions."""
    hello = await database.client.admin.command("hello")
    if "setName" in hello or hello.get("msg") == "isdbgrid":
        return
    raise HubError(
        "This MongoDB stands alone and has no transactions",
        hint="Start it as a replica set (mongod --replSet rs0, then rs.initiate()); one member is enough.",
    )


async def upgrade(database: AsyncDatabase[Raw], collections: Iterable[Collection[Document]]) -> None:
    """Create missing indexes. Those nobody declares any more stay, since an older process may still use them."""
    for collection in collections:
        wanted = {index_name(index): _model(collection, index) for index in declared(collection)}
        there = await _existing(database, collection)
        missing = [model for name, model in wanted.items() if name not in there]
        if missing:
            await _create(database, collection, missing)
        stale = there - set(wanted) - {"_id_"}
        if stale:
            logger.warning("Indexes that nobody declares", collection=collection.name, indexes=sorted(stale))


async def _existing(database: AsyncDatabase[Raw], collection: Collection[Document]) -> set[str]:
    try:
        return set(await database[collection.name].index_information())
    except OperationFailure as error:
        if error.code == 26:  # NamespaceNotFound: the collection is new
            return set()
        raise


async def _create(database: AsyncDatabase[Raw], collection: Collection[Document], models: list[IndexModel]) -> None:
    try:
        await database[collection.name].create_indexes(models)
    except OperationFailure as error:
        if error.code not in CLASH:
            raise
        raise HubError(
            "An index of another definition stands in the way",
            collection=collection.name,
            reason=str(error),
            hint="Drop that index, then start again.",
        ) from error


def _model(collection: Collection[Document], index: Index) -> IndexModel:
    known = fields(collection.type)
    options: dict[str, Any] = {"name": index_name(index)}
    if index.unique:
        options["unique"] = True
    if index.where:
        options["partialFilterExpression"] = {
            key(known, test.field): {"$exists": True} if isinstance(test, Present) else test.value
            for test in index.where
        }
    return IndexModel([(key(known, field), ASCENDING) for field in index.fields], **options)
