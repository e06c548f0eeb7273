"""Customers as colleagues see and correct them."""

from collections.abc import Sequence
from typing import Annotated

from msgspec import Meta, Struct, structs

from conversations.commits import settle
from conversations.cursors import pack, unpack
from conversations.identity import with_proofs
from conversations.model import PROFILES, Profile
from hub.errors import NotFound
from hub.store.port import By, Store, Write, put

Line = Annotated[str, Meta(max_length=256)]


class Edit(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a colleague corrects; None leaves a field as it is."""

    name: Annotated[str, Meta(max_length=128)] | None = None
    email: Line | None = None
    phone: Line | None = None
    company: Line | None = None
    remark: Annotated[str, Meta(max_length=4000)] | None = None
    labels: Annotated[tuple[Line, ...], Meta(max_length=50)] | None = None


class Profiles:
    """Reads and corrects profiles."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def get(self, id: str) -> Profile:
        """Return the profile; raises `NotFound`."""
        profile = await self._store.get(PROFILES, id)
        if profile is None:
            raise NotFound("No such customer", profile=id)
        return profile

    async def page(self, *, after: str | None = None, limit: int = 50) -> tuple[list[Profile], str | None]:
        """Return customers by name, and the cursor of the next page."""
        seen = unpack(after, (str, str)) if after else None
        rows = await self._store.find(PROFILES, order=(By("name"), By("id")), limit=limit + 1, after=seen)
        kept = rows[:limit]
        return kept, pack((kept[-1].name, kept[-1].id)) if len(rows) > limit else None

    async def edit(self, id: str, edit: Edit) -> Profile:
        """Store the correction and return the profile."""

        async def decide() -> tuple[Sequence[Write], Profile]:
            known = await self.get(id)
            changed = edited(known, edit)
            if changed == known:
                return (), known
            write = put(PROFILES, known, changed)
            return (write,), write.doc

        return await settle(self._store, decide)


def edited(profile: Profile, edit: Edit) -> Profile:
    """Return the corrected profile: a changed field is no longer proved, and a mere claim changes it no more."""
    told = {name: value for name, value in structs.asdict(edit).items() if value is not None}
    changed = {name for name, value in told.items() if getattr(profile, name) != value} - {"remark", "labels"}
    corrected = structs.replace(
        profile,
        **told,
        verified=tuple(name for name in profile.verified if name not in changed),
        edited=tuple(sorted({*profile.edited, *changed})),
    )
    return with_proofs(corrected)
