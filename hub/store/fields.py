"""What both engines know of a collection before they speak to a database: its fields, and which queries make sense.

Pure. The engines turn the same checked query into their own language.
"""

import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from functools import cache

import msgspec
from msgspec import Struct, inspect

from hub.errors import HubError, Invalid
from hub.store.port import By, Collection, Document, In, Index, Test, Value

NUL = re.compile(rb"(?<!\\)(?:\\\\)*\\u0000")
_encode = msgspec.json.Encoder().encode


class Field(Struct, frozen=True):
    """One field of a document: `key` is its name in the stored form, `time` says that it holds a moment."""

    name: str
    key: str
    time: bool
    optional: bool


@cache
def fields(type_: type[Document]) -> Mapping[str, Field]:
    """Return the fields of a document type by their Python name."""
    described = inspect.type_info(type_)
    assert isinstance(described, inspect.StructType)  # noqa: S101 - a Document is a Struct
    found = {}
    for one in described.fields:
        kinds = one.type.types if isinstance(one.type, inspect.UnionType) else (one.type,)
        found[one.name] = Field(
            one.name,
            one.encode_name,
            time=any(isinstance(kind, inspect.DateTimeType) for kind in kinds),
            optional=any(isinstance(kind, inspect.NoneType) for kind in kinds),
        )
    return found


def declared(collection: Collection[Document]) -> Sequence[Index]:
    """Return the indexes of a collection, or raise `HubError` when one of them cannot mean the same on both engines."""
    known = fields(collection.type)
    for index in collection.indexes:
        unknown = {*index.fields, *(test.field for test in index.where)} - set(known)
        if unknown:
            raise _bad(collection, index, f"no such field: {', '.join(sorted(unknown))}")
        if index.many is not None and (index.unique or index.many not in index.fields):
            raise _bad(collection, index, "`many` must be one of its fields, and cannot be unique")
        present = {test.field for test in index.where}
        if index.unique and any(known[name].optional and name not in present for name in index.fields):
            raise _bad(collection, index, "a unique field that may be None needs Present in `where`")
    return collection.indexes


def _bad(collection: Collection[Document], index: Index, reason: str) -> HubError:
    return HubError("This index cannot be made", collection=collection.name, fields=index.fields, reason=reason)


def check_query(
    collection: Collection[Document], where: Sequence[Test], order: Sequence[By], after: Sequence[Value] | None
) -> None:
    """Raise `Invalid` for what no engine can answer: an unknown field, a mixed order, a cursor that does not fit."""
    known = fields(collection.type)
    for name in [test.field for test in where] + [step.field for step in order]:
        if name not in known:
            raise Invalid("The query names an unknown field", path=name, collection=collection.name)
    if len({step.descending for step in order}) > 1:
        raise Invalid("An order goes one way; indexes have no directions", collection=collection.name)
    if after is not None and len(after) != len(order):
        raise Invalid("`after` needs one value for each field of the order", collection=collection.name)


def empty(where: Sequence[Test], limit: int) -> bool:
    """Tell whether a query can be answered with nothing, without asking."""
    return limit <= 0 or any(isinstance(test, In) and not test.values for test in where)


def as_json(doc: Document) -> bytes:
    """Return the document as JSON, or raise `Invalid` for text that a database cannot hold (NUL, half a surrogate)."""
    try:
        data = _encode(doc)
    except UnicodeEncodeError as error:
        raise Invalid("Text holds half a surrogate pair", id=doc.id) from error
    if b"\\u0000" in data and NUL.search(data):
        raise Invalid("Text holds a NUL character", id=doc.id)
    return data


def moment(at: datetime) -> str:
    """Write a moment as stored text of one length, so that text order is time order."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def above(prefix: str) -> str | None:
    """Return the least text above everything that starts with `prefix`; None when there is none."""
    for end in range(len(prefix) - 1, -1, -1):
        following = ord(prefix[end]) + 1
        if following == 0xD800:
            following = 0xE000  # the surrogates are no characters
        if following <= 0x10FFFF:
            return prefix[:end] + chr(following)
    return None
