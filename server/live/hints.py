"""Between processes: which rows changed, by id and version, so that every process reads the truth and tells its own."""

from collections.abc import Sequence

import msgspec
from msgspec import Struct

from accounts.sessions import SESSIONS
from accounts.users import USERS
from conversations.model import CONVERSATIONS, DRAFTS, MESSAGES
from hub.store.port import Collection, Delete, Document, Write
from hub.work.jobs import JOBS
from routing.model import DESKS

TOPIC = "live"
WATCHED: dict[str, Collection[Document]] = {
    collection.name: collection for collection in (CONVERSATIONS, MESSAGES, USERS, DESKS, DRAFTS, SESSIONS)
}


class Ref(Struct, frozen=True, array_like=True):
    """One row that changed; `gone` when it was deleted."""

    collection: str
    id: str
    version: int
    gone: bool = False


class Hint(Struct, frozen=True, kw_only=True):
    """What one process committed. `origin` is the process, which needs no telling."""

    origin: str
    refs: tuple[Ref, ...]


def watched(writes: Sequence[Write]) -> list[Write]:
    """Return the writes that somebody may look at."""
    if len(writes) == 1 and writes[0].collection is JOBS:  # the rows of a flood
        return []
    return [write for write in writes if write.collection.name in WATCHED]


def ref(write: Write) -> Ref:
    """Name the row a write changed."""
    doc = write.doc
    return Ref(write.collection.name, doc.id, doc.version, isinstance(write, Delete))


_decoder = msgspec.json.Decoder(Hint)


def encode(origin: str, refs: Sequence[Ref]) -> bytes:
    """Write a hint."""
    return msgspec.json.encode(Hint(origin=origin, refs=tuple(refs)))


def decode(payload: bytes) -> Hint:
    """Read a hint; raises ValueError."""
    return _decoder.decode(payload)
