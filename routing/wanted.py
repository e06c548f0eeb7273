"""The job that looks for pairs, as a row: who asks for it names a conversation that waits, or a person with a place."""

from collections.abc import Sequence
from datetime import datetime

from msgspec import Struct

from hub.store.port import Insert
from hub.work.jobs import Job, Kind


class Match(Struct, frozen=True, kw_only=True):
    """Look for pairs: for a conversation that joined its queue, or for an agent who has a place.

    `again` is a look at one that has its place; without it, that somebody else gave it one is enough.
    """

    conversation: str | None = None
    agent: str | None = None
    again: bool = False


MATCH = Kind("routing.match", Match)


def lane(team: str | None) -> str:
    """Return the lane of one queue's steps: they follow each other, in whatever process."""
    return f"match:{team or ''}"


def matching(*, conversation: str, team: str | None, at: datetime, again: bool = True) -> Insert[Job]:
    """Make the job that looks for somebody for a conversation."""
    return MATCH.job(Match(conversation=conversation, again=again), lane=lane(team), seq=0, at=at)


def wanted(agent: str, teams: Sequence[str], *, at: datetime) -> Insert[Job]:
    """Make the job that gives this agent what waits, as far as their places go.

    It stands in the lane of their first team's queue: of many who become free at once none snatches what another is
    about to get.
    """
    return MATCH.job(Match(agent=agent), lane=lane(teams[0] if teams else None), seq=0, at=at)
