"""What each kind of channel takes of a person, and what it may interrupt."""

from collections.abc import Mapping
from typing import Annotated

from msgspec import Meta, Struct


class ChannelKind(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How work of one kind fills a person.

    `units` of their capacity go to each. It may be given although work of the kinds it `interrupts` fills them: that
    work then counts for nothing. While somebody has work that is `alone`, only what interrupts it is given to them.
    `most` limits how many of this kind one person has at once.
    """

    units: Annotated[int, Meta(ge=1, le=1000)] = 1
    interrupts: frozenset[str] = frozenset()
    alone: bool = False
    most: Annotated[int, Meta(ge=1, le=1000)] | None = None


PLAIN = ChannelKind()
"""A kind that nobody described: one unit, and polite."""

KINDS: Mapping[str, ChannelKind] = {
    "call": ChannelKind(interrupts=frozenset({"chat", "mail", "bulk"}), alone=True, most=1),
    "chat": ChannelKind(interrupts=frozenset({"bulk"})),
    "mail": PLAIN,
    "bulk": PLAIN,
}
"""A call interrupts chats; a chat does not interrupt a call."""


def units_held(held: Mapping[str, int], kinds: Mapping[str, ChannelKind]) -> int:
    """Return how many units of a person their work takes, interrupted work included."""
    return sum(kinds.get(kind, PLAIN).units * count for kind, count in held.items())
