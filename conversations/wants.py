"""What a conversation needs of the person who answers it: who asked for that, and what came of it. Pure.

`asked` is what people said, `suggested` what a bot did; published rules of routing add to it when it joins a queue, and
what comes of all that is what the router goes by. This floor keeps it and reads none of it.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Literal

from msgspec import Meta, Struct

Name = Annotated[str, Meta(min_length=1, max_length=64)]
Level = Annotated[int, Meta(ge=1, le=10)]
Skills = Annotated[Mapping[Name, Level], Meta(max_length=10)]
Marks = Annotated[tuple[Name, ...], Meta(max_length=10)]

Deferred = Literal["", "message", "call_back"]
"""Nobody waits on the other side any more: a message was left, or they want to be called."""


class Needed(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What has to be so of a person; what is empty asks for nothing. `skills` are minimum levels, 1 the least.

    `language` is a language tag of which the first part counts ("zh"). `restricted` are marks of a customer who is only
    for people cleared for every one of them. `vip` is the level of the customer, 0 for most.
    """

    skills: Skills = {}
    language: Annotated[str, Meta(max_length=35)] = ""
    region: Annotated[str, Meta(max_length=64)] = ""
    department: Annotated[str, Meta(max_length=64)] = ""
    restricted: Marks = ()
    vip: Annotated[int, Meta(ge=0, le=10)] = 0
    bulk: bool = False


NOTHING = Needed()


class Wants(Struct, frozen=True, kw_only=True):
    """What people `asked` for, what rules (version `rules`, 0: none) added, and what is `needed` by both.

    `suggested` is the skill a bot named when it handed over; it counts when somebody has a skill of that name.

    `ruled_at` is the moment it had joined a queue at when the rules were asked, `placed` the one at which the queue of
    `team` let it in. `kind` is the kind of its channel. `deferred` and `wish` are what the customer does instead of
    waiting. `told` is the moment it joined a queue at of which the customer was told how long it takes.
    """

    asked: Needed = NOTHING
    suggested: Annotated[str, Meta(max_length=200)] = ""
    ruled: Needed = NOTHING
    needed: Needed = NOTHING
    rules: int = 0
    ruled_at: datetime | None = None
    team: str | None = None
    placed: datetime | None = None
    kind: str = ""
    deferred: Deferred = ""
    told: datetime | None = None
    wish: Literal["", "call_back"] = ""


def joined(asked: Needed, ruled: Needed) -> Needed:
    """Return what is needed by both: what was asked for goes before what a rule says, and skills add up."""
    skills = dict(ruled.skills)
    for name, level in asked.skills.items():
        skills[name] = max(level, skills.get(name, 1))
    return Needed(
        skills=skills,
        language=asked.language or ruled.language,
        region=asked.region or ruled.region,
        department=asked.department or ruled.department,
        restricted=tuple(sorted({*asked.restricted, *ruled.restricted})),
        vip=max(asked.vip, ruled.vip),
        bulk=asked.bulk or ruled.bulk,
    )
