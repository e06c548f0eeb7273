"""What a person can do, as a row of the skills matrix: kept with their desk, and read as the policy's `Craft`. Pure."""

from collections.abc import Mapping
from datetime import datetime
from functools import lru_cache
from typing import Annotated

import msgspec
from msgspec import Meta, Struct

from conversations.wants import Level, Name
from hub.store.port import Collection, Document, Index
from routing.policy.needs import skills_of
from routing.policy.workers import Craft

Names = Annotated[tuple[Name, ...], Meta(max_length=50)]
Limit = Annotated[int, Meta(ge=0, le=100)]
Pace = Annotated[float, Meta(gt=0, le=10)]


class Abilities(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One row of the matrix. Languages are tags of which the first part counts.

    `cleared` are the marks of restricted customers they may serve, `limits` how many of a kind of channel they may have
    at once, `bulk` whether they get work that nobody waits for. `pace` is how long they take with a skill, as a part of
    what is usual.
    """

    skills: Annotated[Mapping[Name, Level], Meta(max_length=50)] = {}
    languages: Names = ()
    regions: Names = ()
    departments: Names = ()
    cleared: Names = ()
    limits: Annotated[Mapping[Name, Limit], Meta(max_length=20)] = {}
    bulk: bool = True
    pace: Annotated[Mapping[Name, Pace], Meta(max_length=50)] = {}


USUAL = Abilities()


class Skilled(Document, frozen=True, kw_only=True):
    """The row of one person; the id is the user's. Who has none is as `USUAL`. `names` are the skills, to be found."""

    abilities: Abilities
    names: tuple[str, ...] = ()
    changed_at: datetime


MATRIX = Collection("skills", Skilled, Index(("names", "id"), many="names"))

_encode = msgspec.json.Encoder(order="deterministic").encode


def craft_of(abilities: Abilities, teams: tuple[str, ...]) -> Craft:
    """Return them as the policy sees them."""
    return _craft(_encode(abilities), teams)


@lru_cache(maxsize=10_000)
def _craft(encoded: bytes, teams: tuple[str, ...]) -> Craft:
    """Make each craft once: people of one craft share it, and a step asks for many."""
    abilities = msgspec.json.decode(encoded, type=Abilities)
    return Craft(
        skills=skills_of(abilities.skills),
        teams=frozenset(teams),
        languages=frozenset(map(tongue, abilities.languages)),
        regions=frozenset(abilities.regions),
        departments=frozenset(abilities.departments),
        cleared=frozenset(abilities.cleared),
        bulk=abilities.bulk,
        pace=tuple(sorted(abilities.pace.items())),
    )


def tongue(tag: str) -> str:
    """Return the part of a language tag that counts: zh-CN and zh-Hant are both zh."""
    return tag.replace("_", "-").partition("-")[0].lower()
