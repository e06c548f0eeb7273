"""What a finder gives back: a piece of the folded text and the value it stands for. Pure data."""

from datetime import datetime
from typing import Any

from msgspec import Struct


class Hit(Struct, frozen=True, kw_only=True):
    """Folded code points [start, end) are a `kind`; `info` is what else is known of it (`{"grain": "day"}`)."""

    kind: str
    start: int
    end: int
    value: Any
    info: dict[str, Any] = {}


class Setting(Struct, frozen=True, kw_only=True):
    """What finders need beside the text: now (aware, in the bot's time zone), how it writes 5/12, what is wanted."""

    now: datetime
    day_first: bool = False
    wanted: frozenset[str] = frozenset()


def apart(hits: list[Hit]) -> list[Hit]:
    """Return hits that do not overlap, the leftmost and then the longest first."""
    kept: list[Hit] = []
    end = 0
    for hit in sorted(hits, key=lambda one: (one.start, -one.end)):
        if hit.start >= end:
            kept.append(hit)
            end = hit.end
    return kept
