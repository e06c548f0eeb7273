"""Upward news: a lower floor says what happened, higher floors subscribe, and no import points up.

An event is durable: it is committed, as one job per subscriber, together with the change it tells of.
"""

from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime
from typing import TypeVar

from msgspec import Struct

from hub.store.port import Insert, Write
from hub.work.jobs import Job, Kind

E = TypeVar("E", bound=Struct)
Hear = Callable[[E, datetime], Awaitable[Sequence[Write]]]
"""Takes the event and the time; returns the writes that follow from it."""
Wants = Callable[[E], bool]
"""Says of an event, by nothing but itself, whether a subscriber cares."""


class Events:
    """Who hears what. Filled once at start by the wiring, then only read."""

    def __init__(self) -> None:
        self._kinds: dict[type[Struct], list[tuple[Kind[Struct], Wants[Struct]]]] = {}
        self._hearers: list[tuple[Kind[Struct], Hear[Struct]]] = []

    def subscribe(self, event: type[E], name: str, hear: Hear[E], *, wants: Wants[E] | None = None) -> None:
        """Let `hear` (called `name` in job rows and logs) receive every `event`, in the order of its lane.

        With `wants` it receives those for which that is true; the others cost no row.
        """
        kind: Kind[Struct] = Kind(f"{event.__name__}>{name}", event)
        self._kinds.setdefault(event, []).append((kind, wants or _all))  # type: ignore[arg-type]  # as below
        self._hearers.append((kind, hear))  # type: ignore[arg-type]  # the kind's body type is the event's

    def jobs(self, event: Struct, *, lane: str, seq: int, at: datetime) -> list[Insert[Job]]:
        """Make the writes that tell every subscriber; each has its own lane, so a slow one delays nobody else."""
        return [
            kind.job(event, lane=f"{lane}>{kind.name}", seq=seq, at=at)
            for kind, wants in self._kinds.get(type(event), ())
            if wants(event)
        ]

    @property
    def hearers(self) -> Sequence[tuple[Kind[Struct], Hear[Struct]]]:
        """Every subscription, for the work engine to register."""
        return tuple(self._hearers)


def _all(event: Struct) -> bool:
    return True
