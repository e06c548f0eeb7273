"""Where a page ended, as text a client hands back: opaque to it, checked by us."""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Sequence
from datetime import datetime
from typing import Any

import msgspec

from hub.errors import Invalid
from hub.store.port import Value


def pack(values: Sequence[Value] | None) -> str | None:
    """Return the cursor for the order values of the last row; None for none."""
    if not values:
        return None
    return urlsafe_b64encode(msgspec.json.encode(list(values))).decode().rstrip("=")


def unpack(cursor: str, kinds: tuple[type[Any], ...]) -> tuple[Any, ...]:
    """Return the order values of a cursor; raises `Invalid` for anything `pack` did not make."""
    try:
        raw = urlsafe_b64decode(cursor.encode() + b"=" * (-len(cursor) % 4))
        values: list[Any] = [
            msgspec.convert(value, kind) for value, kind in zip(msgspec.json.decode(raw), kinds, strict=True)
        ]
    except (ValueError, TypeError) as error:
        raise Invalid("This cursor was not made here", path="after") from error
    if any(isinstance(value, datetime) and value.tzinfo is None for value in values):
        raise Invalid("This cursor was not made here", path="after")
    return tuple(values)
