"""The store port: collections as data, reads by declared index, writes all or nothing and durable.

Law for every engine (proved by `tests/hub/store/`, one suite over both):

* `commit` returns only when all its writes are on disk, and applies all of them or none.
* Every query must be served by a declared index; the tests assert the query plan.
* Times keep milliseconds. `None` and an absent field are the same thing.
* Strings compare by their UTF-8 bytes; no collation.
"""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Generic, Protocol, TypeVar

from msgspec import Struct, structs

from hub.errors import Conflict


class Document(Struct, frozen=True, kw_only=True):
    """What a collection holds. `version` is the optimistic lock: 0 when inserted, one more with every put."""

    id: str
    version: int = 0


D = TypeVar("D", bound=Document)
D_co = TypeVar("D_co", bound=Document, covariant=True)
Value = str | int | float | bool | datetime


class Eq(Struct, frozen=True):
    """The field equals the value."""

    field: str
    value: Value


class In(Struct, frozen=True):
    """The field equals one of the values; no values match nothing."""

    field: str
    values: tuple[Value, ...]


class Between(Struct, frozen=True):
    """The field lies in [low, high); an open end is None."""

    field: str
    low: Value | None = None
    high: Value | None = None


class Prefix(Struct, frozen=True):
    """The text field starts with `text`."""

    field: str
    text: str


class Has(Struct, frozen=True):
    """The array field contains every one of the values (multikey index)."""

    field: str
    values: tuple[str, ...]


class Missing(Struct, frozen=True):
    """The field is None or absent."""

    field: str


class Present(Struct, frozen=True):
    """The field is neither None nor absent."""

    field: str


Test = Eq | In | Between | Prefix | Has | Missing | Present


class By(Struct, frozen=True):
    """One step of an order."""

    field: str
    descending: bool = False


class Index(Struct, frozen=True):
    """A declared index over top-level fields.

    `where` makes it partial: only documents that pass every test are in it, and only queries that repeat these
    tests literally can use it. `many` names the one field that is an array of text (multikey, cannot be unique).
    """

    fields: tuple[str, ...]
    unique: bool = False
    where: tuple[Eq | Present, ...] = ()
    many: str | None = None


class Collection(Generic[D_co]):
    """A named set of documents of one type, declared where it is owned."""

    def __init__(self, name: str, type: type[D_co], *indexes: Index, shard: str = "id") -> None:
        self.name = name
        self.type = type
        self.indexes = indexes
        self.shard = shard

    def __repr__(self) -> str:
        """Return the name: enough in a log."""
        return f"Collection({self.name})"


class Insert(Struct, Generic[D_co], frozen=True):
    """Add a document whose id, and unique keys, must be new."""

    collection: Collection[D_co]
    doc: D_co


class Put(Struct, Generic[D_co], frozen=True):
    """Replace the document that is stored at version `doc.version - 1`. Made by `put`, never by hand."""

    collection: Collection[D_co]
    doc: D_co


class Delete(Struct, Generic[D_co], frozen=True):
    """Remove the document, which must still be stored at `doc.version`."""

    collection: Collection[D_co]
    doc: D_co


Write = Insert[Document] | Put[Document] | Delete[Document]
Watcher = Callable[[Sequence[Write]], None]


def put(collection: Collection[D], read: D, changed: D) -> Put[D]:
    """Make the write that stores `changed` over `read`, the document as it was read.

    Pure rules change a document without touching `version`; this is the one place that lets it grow.
    """
    return Put(collection, structs.replace(changed, version=read.version + 1))


class Store(Protocol):
    """What every engine offers. Reads see every commit that returned before they were called."""

    async def get(self, collection: Collection[D], id: str) -> D | None:
        """Return the document, or None."""
        ...

    async def get_many(self, collection: Collection[D], ids: Sequence[str]) -> list[D]:
        """Return the documents that exist, in the order asked."""
        ...

    async def find(
        self,
        collection: Collection[D],
        *where: Test,
        order: Sequence[By] = (),
        limit: int = 50,
        after: Sequence[Value] | None = None,
    ) -> list[D]:
        """Return up to `limit` documents that pass every test, in order.

        For paging, end `order` with `id` and pass the order-field values of the last document seen as `after`.
        """
        ...

    async def count(self, collection: Collection[D], *where: Test, limit: int) -> int:
        """Return how many documents pass every test, counting no further than `limit`."""
        ...

    async def commit(self, *writes: Write) -> None:
        """Apply all the writes or none; durable when it returns.

        Raises `Conflict` naming the first write that lost. Concurrent commits share one transaction on disk.
        """
        ...

    def watch(self, watcher: Watcher) -> None:
        """Call `watcher` on the event loop with the writes of every commit of this process, after it is durable.

        Several commits that became durable together are told in one call, in their order.
        Watchers give hints (wake a worker, tell a socket); they are quick, and their failure changes nothing.
        """
        ...

    async def open(self, collections: Sequence[Collection[Document]]) -> None:
        """Make ready: connect, create what is missing (tables, indexes). Called once, before anything else."""
        ...

    async def close(self) -> None:
        """Finish what was accepted and let go of files and sockets."""
        ...

    async def ping(self) -> None:
        """Return when the engine answers; raise `TryLater` when it does not."""
        ...


async def insert_if_new(store: Store, collection: Collection[D], doc: D) -> bool:
    """Insert, and say whether it was new; a taken id or unique key is an answer, not an error."""
    try:
        await store.commit(Insert(collection, doc))
    except Conflict:
        return False
    return True
