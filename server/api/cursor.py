"""Lists in pages: what a client asks for, and the opaque mark of where the next page begins."""

import base64
from typing import Annotated, TypeVar

import msgspec
from msgspec import Meta, Struct

from hub.errors import Invalid

Limit = Annotated[int, Meta(ge=1, le=100)]
Cursor = Annotated[str, Meta(max_length=1000)]
T = TypeVar("T")


class Page(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The query of a list."""

    limit: Limit = 50
    after: Cursor | None = None


def mark(*values: object) -> str:
    """Return the cursor of the last row shown: the values of the order, its id at the end."""
    return base64.urlsafe_b64encode(msgspec.json.encode(values)).decode().rstrip("=")


def place(cursor: str | None, kind: type[T]) -> T | None:
    """Return the values a cursor was made of, as the tuple type `kind`; raises `Invalid` for what is no cursor."""
    if cursor is None:
        return None
    try:
        raw = base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True)
        return msgspec.json.decode(raw, type=kind)
    except ValueError as error:
        raise Invalid("That is no cursor of this list", path="$query.after") from error
