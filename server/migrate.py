"""`yizhan migrate`: an embedded folder moves into MongoDB, page by page, and is proved equal before anybody is told so.

A cut run goes on where it was: the target keeps a row that says how far it came. Rows keep ids and versions, so links,
sessions and jobs go on. Blobs and secret keys are no rows: they stay where the settings say they are.
"""

import asyncio
import hashlib
import re
from collections.abc import AsyncIterator, Callable, Sequence

import msgspec
from msgspec import Struct, structs

from accounts.users import USERS
from hub.errors import Conflict, HubError, WrongMove
from hub.store.port import By, Collection, Document, Insert, Store, put

PAGE = 500
ROW = "embedded"
_MICROS = re.compile(rb'("\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.(\d{3})\d*)?(Z|\+00:00)"')
_encode = msgspec.json.Encoder(order="sorted").encode


class Migration(Document, frozen=True, kw_only=True):
    """How far a move into this database came. `origin` tells the source; `places` the last id of each collection."""

    origin: str
    places: dict[str, str] = {}
    finished: bool = False


MIGRATIONS = Collection("migrations", Migration)


class Moved(Struct, frozen=True, kw_only=True):
    """One collection that is in the target as it is in the source."""

    collection: str
    count: int
    checksum: str


Tell = Callable[[str, int], None]
"""Hears the collection and how many of its rows are there so far."""


async def migrate(source: Store, target: Store, collections: Sequence[Collection[Document]], tell: Tell) -> list[Moved]:
    """Copy every row and verify; both stores are open, the target with `MIGRATIONS` beside the collections.

    Raises `WrongMove` when the target holds anything but the beginning of this very move, and `HubError` when the two
    differ in the end.
    """
    row = await _begin(source, target, collections)
    for collection in collections:
        row = await _copy(source, target, collection, row, tell)
    moved = [await _verified(source, target, collection) for collection in collections]
    await target.commit(put(MIGRATIONS, row, structs.replace(row, finished=True)))
    return moved


async def _begin(source: Store, target: Store, collections: Sequence[Collection[Document]]) -> Migration:
    """Return the row of the run to go on with, or of a new one into an empty database."""
    origin = await _first(source, USERS)
    known = await target.get(MIGRATIONS, ROW)
    if known is None:
        await _need_empty(target, collections)
        fresh = Migration(id=ROW, origin=origin)
        await target.commit(Insert(MIGRATIONS, fresh))
        return fresh
    if known.finished:
        raise WrongMove(
            "This database was filled by a move that is finished", hint="Name another with YIZHAN_DATABASE."
        )
    if known.origin != origin:
        raise WrongMove(
            "Another folder began to move into this database",
            hint="Go on from that folder, or name another database with YIZHAN_DATABASE.",
        )
    return known


async def _need_empty(target: Store, collections: Sequence[Collection[Document]]) -> None:
    for collection in collections:
        if await _first(target, collection):
            raise WrongMove(
                "The database is not empty", collection=collection.name, hint="Name another with YIZHAN_DATABASE."
            )


async def _first(store: Store, collection: Collection[Document]) -> str:
    """Return the least id of a collection, or nothing for an empty one."""
    found = await store.find(collection, order=(By("id"),), limit=1)
    return found[0].id if found else ""


async def _copy(
    source: Store, target: Store, collection: Collection[Document], row: Migration, tell: Tell
) -> Migration:
    count = 0
    async for page in _pages(source, collection, row.places.get(collection.name)):
        await _take(target, collection, page)
        count += len(page)
        write = put(MIGRATIONS, row, structs.replace(row, places={**row.places, collection.name: page[-1].id}))
        await target.commit(write)
        row = write.doc
        tell(collection.name, count)
    return row


async def _pages(
    store: Store, collection: Collection[Document], after: str | None = None
) -> AsyncIterator[Sequence[Document]]:
    """Give every row after the id, in the order of ids."""
    while page := await store.find(
        collection, order=(By("id"),), limit=PAGE, after=None if after is None else (after,)
    ):
        yield page
        if len(page) < PAGE:
            return
        after = page[-1].id


async def _take(target: Store, collection: Collection[Document], page: Sequence[Document]) -> None:
    """Insert a page, one commit a row so that they travel together; rows of a cut run are there already."""
    ended = await asyncio.gather(*(target.commit(Insert(collection, doc)) for doc in page), return_exceptions=True)
    for doc, error in zip(page, ended, strict=True):
        if isinstance(error, Conflict):
            there = await target.get(collection, doc.id)
            if there is None or _line(there) != _line(doc):
                raise _differs(collection) from error
        elif error is not None:
            raise error


async def _verified(source: Store, target: Store, collection: Collection[Document]) -> Moved:
    wanted, found = await asyncio.gather(_sum(source, collection), _sum(target, collection))
    if wanted != found:
        raise _differs(collection)
    return wanted


async def _sum(store: Store, collection: Collection[Document]) -> Moved:
    """Count the rows and hash them in the order of ids."""
    count, hashed = 0, hashlib.sha256()
    async for page in _pages(store, collection):
        count += len(page)
        for doc in page:
            hashed.update(_line(doc))
    return Moved(collection=collection.name, count=count, checksum=hashed.hexdigest())


def _line(doc: Document) -> bytes:
    """Write a row so that equal rows are equal bytes: keys sorted, moments cut to the milliseconds both stores keep."""
    return _MICROS.sub(_millis, _encode(doc)) + b"\n"


def _millis(found: re.Match[bytes]) -> bytes:
    return found[1] + b"." + (found[2] or b"000") + b'Z"'


def _differs(collection: Collection[Document]) -> HubError:
    return HubError(
        "The database does not hold what the folder holds",
        collection=collection.name,
        hint="Was the hub started on the folder, or the database written to, in between? Drop the database and begin "
        "again; the folder is unchanged.",
    )
