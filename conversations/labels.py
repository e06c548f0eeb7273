"""The labels colleagues may put on conversations: a name and a colour."""

import re
from collections.abc import Awaitable, Callable
from typing import Annotated

from msgspec import Meta, Struct

from hub.errors import Conflict, Invalid, NotFound
from hub.ids import new_id
from hub.store.port import By, Collection, Delete, Document, Index, Insert, Store

Commit = Callable[..., Awaitable[None]]
"""`Store.commit`, or one that writes something of the caller's with it."""


NAME = re.compile(r"[^,\s][^,]{0,31}")


def fits(name: str) -> bool:
    """Say whether this may be a label's name."""
    return NAME.fullmatch(name) is not None


class NewLabel(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What somebody says to make one; the colour is #rrggbb."""

    name: Annotated[str, Meta(min_length=1, max_length=32, pattern=r"^[^,\s][^,]*$")]
    colour: Annotated[str, Meta(pattern="^#[0-9a-f]{6}$")] = "#8c8c8c"


class Label(Document, frozen=True, kw_only=True):
    """One label. Conversations carry its name, so that deleting it changes no history."""

    name: str
    colour: str


LABELS = Collection("labels", Label, Index(("name",), unique=True))


class Labels:
    """The store of labels."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def all(self) -> list[Label]:
        """Return every label by name."""
        return await self._store.find(LABELS, order=(By("name"),), limit=1000)

    async def create(self, new: NewLabel, commit: Commit | None = None) -> Label:
        """Store a new label, by the caller's `commit` if given; raises `Invalid` when there is one of this name."""
        label = Label(id=new_id(), name=new.name.strip(), colour=new.colour)
        try:
            await (commit or self._store.commit)(Insert(LABELS, label))
        except Conflict as error:
            raise Invalid("There is a label of this name", path="$.name") from error
        return label

    async def remove(self, id: str, commit: Commit | None = None) -> None:
        """Delete a label; raises `NotFound`."""
        label = await self._store.get(LABELS, id)
        if label is None:
            raise NotFound("No such label", label=id)
        await (commit or self._store.commit)(Delete(LABELS, label))
