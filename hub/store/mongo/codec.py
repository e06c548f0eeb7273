"""Documents as MongoDB holds them: `id` is `_id`, None is absent, bytes and moments keep their BSON types."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import msgspec

from hub.store import fields
from hub.store.fields import Field
from hub.store.port import Collection, D, Document

Raw = dict[str, Any]


def encode(doc: Document) -> Raw:
    """Turn a document into BSON's types, or raise `Invalid` for text that a database cannot hold."""
    fields.as_json(doc)
    raw = {
        key: value
        for key, value in msgspec.to_builtins(doc, builtin_types=(bytes, datetime)).items()
        if value is not None
    }
    raw["_id"] = raw.pop("id")
    return raw


def decode(collection: Collection[D], raw: Raw) -> D:
    """Turn what was stored back into a document."""
    raw["id"] = raw.pop("_id")
    return msgspec.convert(raw, collection.type, builtin_types=(bytes, datetime))


def key(known: Mapping[str, Field], field: str) -> str:
    """Name a field as it is stored."""
    return "_id" if field == "id" else known[field].key
