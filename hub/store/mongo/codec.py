"""Documents as MongoDB holds them: `id` is `_id`, None is absent, bytes and moments keep their BSON types."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import bson
import msgspec
from bson.errors import BSONError
from bson.raw_bson import RawBSONDocument

from hub.errors import Invalid
from hub.store import fields
from hub.store.fields import Field
from hub.store.port import Collection, D, Document

Raw = dict[str, Any]
LARGEST = 16 << 20
"""The most that a server takes, by the definition of the protocol."""


def encode(doc: Document) -> RawBSONDocument:
    """Turn a document into BSON, or raise `Invalid` for what a database cannot hold.

    Done before anything is sent, so that one bad document never spoils the group it would travel in.
    """
    fields.as_json(doc)
    raw = {
        key: value
        for key, value in msgspec.to_builtins(doc, builtin_types=(bytes, datetime)).items()
        if value is not None
    }
    raw["_id"] = raw.pop("id")
    try:
        data = bson.encode(raw)
    except (BSONError, OverflowError) as error:
        raise Invalid("The document does not fit the database", id=doc.id, reason=type(error).__name__) from error
    if len(data) > LARGEST:
        raise Invalid("The document does not fit the database", id=doc.id, size=len(data), most=LARGEST)
    return RawBSONDocument(data)


def decode(collection: Collection[D], raw: Raw) -> D:
    """Turn what was stored back into a document."""
    raw["id"] = raw.pop("_id")
    return msgspec.convert(raw, collection.type, builtin_types=(bytes, datetime))


def key(known: Mapping[str, Field], field: str) -> str:
    """Name a field as it is stored."""
    return "_id" if field == "id" else known[field].key
