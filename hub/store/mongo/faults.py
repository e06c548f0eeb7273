"""The driver's errors in our words: what lost, what may be tried again, what is wrong for good."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from pymongo.errors import (
    ConnectionFailure,
    ExecutionTimeout,
    OperationFailure,
    PyMongoError,
    WTimeoutError,
)

from hub.errors import Conflict, HubError, TryLater
from hub.store.fields import fields
from hub.store.mongo.codec import key
from hub.store.port import Collection, Document

DUPLICATE = 11000


@contextmanager
def translated() -> Iterator[None]:
    """Raise `TryLater` for a fault that passes and `HubError` for one that does not.

    The driver's own error is not chained where it quotes documents: errors are logged, and bodies must not be.
    """
    try:
        yield
    except ConnectionFailure as error:
        raise fault(error) from error
    except PyMongoError as error:
        raise fault(error) from None


def fault(error: PyMongoError) -> HubError:
    """Say what an error means."""
    reason, code = type(error).__name__, error.code if isinstance(error, OperationFailure) else None
    passing = isinstance(error, ConnectionFailure | ExecutionTimeout | WTimeoutError)
    if passing or any(map(error.has_error_label, ("RetryableWriteError", "TransientTransactionError"))):
        return TryLater("MongoDB did not answer", hint="Look at `store` and at its servers.", reason=reason)
    if isinstance(error, OperationFailure) and error.code in {13, 18}:
        return HubError("MongoDB refuses our login", hint="Look at user and password in `store`.", code=code)
    return HubError("MongoDB refused", reason=reason, code=code)


def taken(collection: Collection[Document], id: str, details: Mapping[str, Any]) -> Conflict:
    """Say which unique index refused a document."""
    known = fields(collection.type)
    names = {key(known, field): field for field in known}
    index = tuple(names.get(name, name) for name in details.get("keyPattern", {}))
    return Conflict("A unique key is taken", collection=collection.name, id=id, index=index)


def lost(collection: Collection[Document], id: str) -> Conflict:
    """Say that the version was not the stored one."""
    return Conflict("The document was changed since it was read", collection=collection.name, id=id)
