"""The moves of a job row, each as the write that makes it. Pure; the version decides who may."""

from datetime import datetime
from typing import Any

from msgspec import structs

from hub.errors import WrongMove
from hub.store.port import Delete, Put, put
from hub.work.jobs import JOBS, Job, JobState, Kind, Lease


def ended(row: Job, kind: Kind[Any], at: datetime) -> Put[Job] | Delete[Job]:
    """It is done: kept without its body while its key must stay taken, else gone."""
    if not kind.keep:
        return Delete(JOBS, row)
    done = structs.replace(
        row, state=JobState.DONE, lease=None, body="", reason=None, ended_at=at, forget_at=at + kind.keep
    )
    return put(JOBS, row, done)


def postponed(row: Job, due: datetime, reason: str, *, attempts: int) -> Put[Job]:
    """It failed for now; its lane waits until `due`."""
    return put(JOBS, row, structs.replace(row, due=due, attempts=attempts, lease=None, reason=reason))


def buried(row: Job, reason: str, at: datetime, *, attempts: int, lease: Lease | None = None) -> Put[Job]:
    """It will not be tried again unless a person says so; its lane goes on.

    A `lease` that stays says that nobody knows how far the last attempt came, also to whoever replays it.
    """
    dead = structs.replace(row, state=JobState.DEAD, attempts=attempts, lease=lease, reason=reason, ended_at=at)
    return put(JOBS, row, dead)


def revived(row: Job, at: datetime) -> Put[Job]:
    """A person wants it tried again: same id, same key, attempts from the start. Raises `WrongMove`."""
    if row.state is not JobState.DEAD:
        raise WrongMove("Only a dead letter can be replayed", job=row.id, now=row.state)
    ready = structs.replace(row, state=JobState.READY, attempts=0, due=at, reason=None, ended_at=None)
    return put(JOBS, row, ready)


def moved(row: Job, due: datetime) -> Put[Job]:
    """Its time is another now: a timer is moved instead of being made anew."""
    return put(JOBS, row, structs.replace(row, due=due))
