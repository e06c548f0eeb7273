"""The driver's errors in our words: what lost, what may be tried again, what is wrong for good."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from bson.errors import BSONError
from pymongo.errors import (
    ConnectionFailure,
    DocumentTooLarge,
    ExecutionTimeout,
    OperationFailure,
    PyMongoError,
    WTimeoutError,
)

from hub.errors import Conflict, HubError, Invalid, TryLater
from hub.store.fields import fields
from hub.store.mongo.codec import key
from hub.store.port import Collection, Document

DUPLICATE = 11000


@contextmanager
def translated() -> Iterator[None]:
    """Raise `TryLater` for a fault that passes, `Invalid` for a document that BSON cannot hold."""
    try:
        yield
    except (BSONError, DocumentTooLarge, OverflowError) as error:
        raise Invalid("The document does not fit the database", reason=str(error)) from error
    except PyMongoError as error:
        raise fault(error) from error


def fault(error: PyMongoError) -> Exception:
    """Say what an error means. Errors without a word of ours are returned as they are: they are bugs."""
    passing = isinstance(error, ConnectionFailure | ExecutionTimeout | WTimeoutError)
    if passing or any(map(error.has_error_label, ("RetryableWriteError", "TransientTransactionError"))):
        return TryLater("MongoDB did not answer", reason=type(error).__name__, hint="Look at `store` and its servers.")
    if isinstance(error, OperationFailure) and error.code in {13, 18}:
        return HubError("MongoDB refuses our login", hint="Look at user and password in `store`.")
    return error


def taken(collection: Collection[Document], id: str, details: Mapping[str, Any]) -> Conflict:
    """Say which unique index refused a document."""
    known = fields(collection.type)
    names = {key(known, field): field for field in known}
    index = tuple(names.get(name, name) for name in details.get("keyPattern", {}))
    return Conflict("A unique key is taken", collection=collection.name, id=id, index=index)


def lost(collection: Collection[Document], id: str) -> Conflict:
    """Say that the version was not the stored one."""
    return Conflict("The document was changed since it was read", collection=collection.name, id=id)
