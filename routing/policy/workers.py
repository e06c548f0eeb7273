"""What a person can do, and how full they are."""

from collections.abc import Mapping
from enum import StrEnum

from msgspec import Struct

from routing.policy.needs import Skill


class Standing(StrEnum):
    """Whether work may be given at all: 就绪, 忙碌, 离开."""

    READY = "ready"
    BUSY = "busy"
    AWAY = "away"


class Craft(Struct, frozen=True, kw_only=True):
    """What does not change from one customer to the next. People of one craft are alike to the router.

    `cleared` are the marks of restricted customers they may serve; `bulk` says that they take work nobody waits for.
    `pace` is how long they take with a skill, as a part of what is usual: 1.5 is half as long again.
    """

    skills: tuple[Skill, ...] = ()
    teams: frozenset[str] = frozenset()
    languages: frozenset[str] = frozenset()
    regions: frozenset[str] = frozenset()
    departments: frozenset[str] = frozenset()
    cleared: frozenset[str] = frozenset()
    bulk: bool = True
    pace: tuple[tuple[str, float], ...] = ()

    @property
    def flexibility(self) -> int:
        """Return for how many kinds of customer they could be wanted: whoever has least is given work first."""
        return len(self.skills) + max(0, len(self.languages) - 1) + max(0, len(self.teams) - 1)

    def pace_with(self, skills: tuple[Skill, ...]) -> float:
        """Return how long they take with work of these skills, as a part of what is usual."""
        paces = dict(self.pace)
        return max((paces.get(skill.name, 1.0) for skill in skills), default=1.0)


class Worker(Struct, frozen=True, kw_only=True):
    """One person at this moment: `held` counts what they have, and were offered, by kind of channel.

    `limits` are their own limits by kind, besides those of the kind. `idle_since` is when they last got something.
    """

    id: str
    craft: Craft = Craft()
    standing: Standing = Standing.READY
    capacity: int = 1
    limits: Mapping[str, int] = {}
    held: Mapping[str, int] = {}
    idle_since: float = 0.0
