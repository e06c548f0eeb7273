"""Collections made for the contract suite: every kind of field, every kind of index."""

from __future__ import annotations

from datetime import UTC, datetime
from enum import StrEnum

from msgspec import Struct

from hub.store.port import Collection, Document, Eq, Index, Present

AT = datetime(2026, 11, 20, 9, 30, 0, 123000, tzinfo=UTC)


class Colour(StrEnum):
    """An enum field."""

    RED = "red"
    BLUE = "blue"


class Cat(Struct, frozen=True, kw_only=True, tag="cat"):
    """One member of a tagged union."""

    lives: int


class Dog(Struct, frozen=True, kw_only=True, tag="dog"):
    """The other."""

    name: str
    born: datetime | None = None


class Thing(Document, frozen=True, kw_only=True):
    """A field of every type that documents use."""

    name: str = ""
    number: int = 0
    ratio: float = 0.0
    live: bool = True
    at: datetime = AT
    ended: datetime | None = None
    colour: Colour = Colour.RED
    key: str | None = None
    tags: tuple[str, ...] = ()
    words: tuple[str, ...] = ()
    pets: tuple[Cat | Dog, ...] = ()
    facts: dict[str, str] = {}
    data: bytes = b""
    extra: str = ""


class Note(Document, frozen=True, kw_only=True):
    """A second collection, for commits over both."""

    thing: str
    text: str = ""


THINGS = Collection(
    "things",
    Thing,
    Index(("name", "number"), unique=True, where=(Eq("live", True),)),
    Index(("key",), unique=True, where=(Present("key"),)),
    Index(("colour", "at", "id")),
    Index(("colour", "number", "id")),
    Index(("number", "id")),
    Index(("name", "id")),
    Index(("ratio", "id")),
    Index(("live", "id")),
    Index(("at", "id")),
    Index(("ended", "id")),
    Index(("colour", "ended", "id"), where=(Present("ended"),)),
    Index(("tags", "id"), many="tags"),
    Index(("colour", "words", "at", "id"), many="words", where=(Eq("live", True),)),
)
NOTES = Collection("notes", Note, Index(("thing", "id"), unique=True))
ALL = (THINGS, NOTES)
