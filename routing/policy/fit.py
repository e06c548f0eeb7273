"""Whether somebody may be given something, and if not, what is in the way."""

from collections.abc import Mapping
from enum import StrEnum

from msgspec import Struct

from routing.policy.kinds import PLAIN, ChannelKind
from routing.policy.needs import Item, Needs
from routing.policy.workers import Craft, Standing, Worker


class Code(StrEnum):
    """What can be in the way, in the order in which it is looked for."""

    AWAY = "away"
    BUSY = "busy"
    ENGAGED = "engaged"
    FULL = "full"
    LIMIT = "limit"
    TEAM = "team"
    BULK = "bulk"
    SKILL = "skill"
    LEVEL = "level"
    LANGUAGE = "language"
    REGION = "region"
    DEPARTMENT = "department"
    CLEARANCE = "clearance"
    BARRED = "barred"
    DECLINED = "declined"
    KEPT = "kept"


NOT_IDLE = frozenset({Code.AWAY, Code.BUSY, Code.ENGAGED, Code.FULL, Code.LIMIT})
"""These have nothing to do with the customer: the person has no place now."""


class Hindrance(Struct, frozen=True):
    """What is in the way; `detail` names the skill, the language, the mark."""

    code: Code
    detail: str = ""


def fits(item: Item, worker: Worker, kinds: Mapping[str, ChannelKind], *, at: float) -> Hindrance | None:
    """Return what keeps this person from this item now, or None when they may be given it."""
    return place(item.needs.kind, worker, kinds) or suits(item.needs, worker.craft) or spared(item, worker.id, at=at)


def place(kind: str, worker: Worker, kinds: Mapping[str, ChannelKind]) -> Hindrance | None:
    """Return why they have no place for work of this kind, or None."""
    if worker.standing is not Standing.READY:
        return Hindrance(Code.AWAY if worker.standing is Standing.AWAY else Code.BUSY)
    return room(kind, worker.held, worker.capacity, worker.limits, kinds)


def room(
    kind: str, held: Mapping[str, int], capacity: int, limits: Mapping[str, int], kinds: Mapping[str, ChannelKind]
) -> Hindrance | None:
    """Return why what they hold leaves no room for work of this kind, or None."""
    wanted = kinds.get(kind, PLAIN)
    used = 0
    for other, count in held.items():
        if count and other not in wanted.interrupts:
            has = kinds.get(other, PLAIN)
            if has.alone:
                return Hindrance(Code.ENGAGED, other)
            used += has.units * count
    if used + wanted.units > capacity:
        return Hindrance(Code.FULL)
    most = min(wanted.most or capacity, limits.get(kind, capacity))
    return Hindrance(Code.LIMIT, kind) if held.get(kind, 0) >= most else None


def suits(needs: Needs, craft: Craft) -> Hindrance | None:
    """Return why people of this craft are not what is needed, or None. Never changes while both stay as they are."""
    if needs.teams and not needs.teams & craft.teams:
        return Hindrance(Code.TEAM, _named(needs.teams))
    if needs.bulk and not craft.bulk:
        return Hindrance(Code.BULK)
    unskilled = _unskilled(needs, craft)
    if unskilled is not None:
        return unskilled
    if needs.language and needs.language not in craft.languages:
        return Hindrance(Code.LANGUAGE, needs.language)
    if needs.region and needs.region not in craft.regions:
        return Hindrance(Code.REGION, needs.region)
    if needs.department and needs.department not in craft.departments:
        return Hindrance(Code.DEPARTMENT, needs.department)
    missing = needs.restricted - craft.cleared
    return Hindrance(Code.CLEARANCE, _named(missing)) if missing else None


def spared(item: Item, worker: str, *, at: float) -> Hindrance | None:
    """Return why this very customer is not for this very person, or None."""
    if worker in item.barred:
        return Hindrance(Code.BARRED)
    if worker in item.declined:
        return Hindrance(Code.DECLINED)
    if item.sticky is not None and item.sticky.agent != worker and at < item.sticky.until:
        return Hindrance(Code.KEPT, item.sticky.agent)
    return None


def _unskilled(needs: Needs, craft: Craft) -> Hindrance | None:
    levels = {skill.name: skill.level for skill in craft.skills}
    for wanted in needs.skills:
        has = levels.get(wanted.name)
        if has is None:
            return Hindrance(Code.SKILL, wanted.name)
        if has < wanted.level:
            return Hindrance(Code.LEVEL, wanted.name)
    return None


def _named(names: frozenset[str]) -> str:
    return "、".join(sorted(names))
