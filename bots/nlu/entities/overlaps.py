"""Which entities stay where several lie on the same characters. Pure.

The longest; of equals trained before lookup before pattern before built-in, and a number last. Where a trained, lookup
or pattern entity and a built-in one of the same name overlap, they are one: the built-in says span and normalised
value, the other its role and group.
"""

from collections.abc import Sequence

from msgspec import structs

from bots.nlu.parse import Entity


def resolved(ranks: Sequence[Sequence[Entity]]) -> tuple[Entity, ...]:
    """Return the entities that stay, as they stand. `ranks` are the finds of each kind of finder, surest first."""
    *said, normal = ranks
    kept_said, merged = _merged([one for rank in said for one in rank], normal)
    order = [*kept_said, *merged]
    kept: list[Entity] = []
    for one in sorted(order, key=lambda entity: entity.start - entity.end):
        if all(one.end <= other.start or other.end <= one.start for other in kept):
            kept.append(one)
    return tuple(sorted(kept, key=lambda entity: entity.start))


def _merged(said: list[Entity], normal: Sequence[Entity]) -> tuple[list[Entity], list[Entity]]:
    """Give each built-in entity the role and group of the one of its name that it overlaps, which then goes."""
    merged = list(normal)
    rest = []
    for one in said:
        same = [
            place
            for place, other in enumerate(merged)
            if other.entity == one.entity and one.start < other.end and other.start < one.end
        ]
        for place in same:
            merged[place] = structs.replace(
                merged[place], role=merged[place].role or one.role, group=merged[place].group or one.group
            )
        if not same:
            rest.append(one)
    return rest, merged
