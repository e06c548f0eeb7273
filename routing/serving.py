"""Desks and the policy: a desk as a `Worker`, what it can be asked for now, and the words it is looked up by. Pure.

{kind}@{team}   a place for work of this kind, in this team; {kind}@ in any
s:{skill}:{n}   the skill at level n at least;  l: language  r: region  d: department  c: clearance  b: bulk work
"""

from collections.abc import Iterator, Mapping
from datetime import datetime

from msgspec import structs

from routing.abilities import craft_of
from routing.model import Desk, Presence
from routing.policy.fit import room
from routing.policy.kinds import KINDS, units_held
from routing.policy.needs import Needs
from routing.policy.order import Rules, turn
from routing.policy.workers import Craft, Standing, Worker

STANDINGS: Mapping[Presence, Standing] = {
    Presence.ONLINE: Standing.READY,
    Presence.BUSY: Standing.BUSY,
    Presence.AWAY: Standing.AWAY,
}


def worker_of(desk: Desk) -> Worker:
    """Return the desk as the policy sees its owner."""
    return Worker(
        id=desk.id,
        craft=craft_of(desk.abilities, desk.teams),
        standing=STANDINGS[desk.status],
        capacity=desk.capacity,
        limits=desk.abilities.limits,
        held=desk.held,
        idle_since=desk.idle_since.timestamp(),
    )


def settled(desk: Desk, rules: Rules, *, held: Mapping[str, int], at: datetime, took: bool = False) -> Desk:
    """Return the desk with what it holds as counted; `took` sends it to the end of the line of the idle."""
    craft = craft_of(desk.abilities, desk.teams)
    counted = {kind: count for kind, count in held.items() if count}
    kinds = open_kinds(desk, rules, counted)
    idle_since = at if took else desk.idle_since
    load = units_held(counted, rules.kinds) / max(1, desk.capacity)
    turns, part, idle = turn(rules, craft, load, idle_since.timestamp())
    return structs.replace(
        desk,
        load=sum(counted.values()),
        held=counted,
        open=bool(kinds),
        serves=tuple(_words(craft, kinds)) if kinds else (),
        turn=turns,
        part=part,
        idle=idle,
        idle_since=idle_since,
        changed_at=at,
    )


def effective(chosen: Presence, *, connected: bool) -> Presence:
    """Return the presence routing goes by: nobody is online without a connection."""
    return chosen if connected else Presence.AWAY


def open_kinds(desk: Desk, rules: Rules, held: Mapping[str, int]) -> tuple[str, ...]:
    """Return for which kinds of work this desk has a place."""
    if desk.status is not Presence.ONLINE:
        return ()
    limits = desk.abilities.limits
    return tuple(
        kind for kind in sorted({*KINDS, *rules.kinds}) if room(kind, held, desk.capacity, limits, rules.kinds) is None
    )


def _words(craft: Craft, kinds: tuple[str, ...]) -> Iterator[str]:
    for kind in kinds:
        yield f"{kind}@"
        yield from (f"{kind}@{team}" for team in sorted(craft.teams))
    for skill in craft.skills:
        yield from (f"s:{skill.name}:{level}" for level in range(1, skill.level + 1))
    yield from (f"l:{language}" for language in sorted(craft.languages))
    yield from (f"r:{region}" for region in sorted(craft.regions))
    yield from (f"d:{department}" for department in sorted(craft.departments))
    yield from (f"c:{mark}" for mark in sorted(craft.cleared))
    if craft.bulk:
        yield "b:"


def wanted_words(needs: Needs) -> list[tuple[str, ...]]:
    """Return what to look for: every one of the words of any one of these lists."""
    suits = [f"s:{skill.name}:{skill.level}" for skill in needs.skills]
    suits += [f"l:{needs.language}"] * bool(needs.language)
    suits += [f"r:{needs.region}"] * bool(needs.region)
    suits += [f"d:{needs.department}"] * bool(needs.department)
    suits += [f"c:{mark}" for mark in sorted(needs.restricted)]
    suits += ["b:"] * needs.bulk
    return [(*suits, f"{needs.kind}@{team}") for team in sorted(needs.teams) or [""]]
