"""Which steps of an escalation are due, and when the next one is. Pure; what a step does stands in `desk/climbing.py`.

A warning's steps end when the promise is broken; all of them end when it is kept, or when somebody says that they see
to it. A step that was missed (the hub was down) is taken once, late; its repetitions count from then.
"""

import hashlib
from collections.abc import Sequence
from datetime import datetime, timedelta

import msgspec
from msgspec import Struct

from conversations.hours import Hours
from desk.calendars import add
from desk.policies import Rung
from desk.sla import Clock, Clocks


class Told(Struct, frozen=True, kw_only=True):
    """How often a step was taken for a clock, and when last."""

    clock: str
    step: str
    times: int
    at: datetime


class Call(Struct, frozen=True, kw_only=True):
    """A step that is due: for which clock, which of the policy's, for the how manieth time."""

    clock: Clock
    step: Rung
    number: int
    time: int


def due_calls(
    clocks: Clocks, steps: Sequence[Rung], told: Sequence[Told], hours: Hours, at: datetime
) -> tuple[list[Call], datetime | None]:
    """Return the steps to take at `at`, and when to look again (None: not before something else happens)."""
    calls: list[Call] = []
    later: list[datetime] = []
    for clock in clocks.on:
        for number, step in enumerate(steps):
            done = _done(told, clock, step)
            moment = _moment(clock, step, done, hours)
            if moment is None:
                continue
            if moment <= at:
                calls.append(Call(clock=clock, step=step, number=number, time=(done.times if done else 0) + 1))
            else:
                later.append(moment)
    return calls, min(later, default=None)


def noted(told: Sequence[Told], calls: Sequence[Call], clocks: Clocks, at: datetime) -> tuple[Told, ...]:
    """Return the record with these calls in it, and without clocks that are over."""
    on = {clock.key for clock in clocks.on}
    record = {(one.clock, one.step): one for one in told if one.clock in on}
    for call in calls:
        key = call.clock.key, step_key(call.step)
        record[key] = Told(clock=key[0], step=key[1], times=call.time, at=at)
    return tuple(record.values())


def step_key(step: Rung) -> str:
    """Name a step by what it says, so that a change of the others takes none twice."""
    return hashlib.blake2s(msgspec.json.encode(step), digest_size=8).hexdigest()


def _done(told: Sequence[Told], clock: Clock, step: Rung) -> Told | None:
    key = step_key(step)
    return next((one for one in told if one.clock == clock.key and one.step == key), None)


def _moment(clock: Clock, step: Rung, done: Told | None, hours: Hours) -> datetime | None:
    """Return when this step is to be taken next for this clock, or None."""
    base = clock.breached_at if step.on == "breach" else clock.warned_at
    if base is None or clock.since is None or (step.kinds and clock.kind not in step.kinds):
        return None
    if step.on == "warning" and clock.breached_at is not None:
        return None
    if clock.acted_at is not None and clock.acted_at >= base:
        return None
    if done is None:
        return add(hours, base, timedelta(seconds=step.after))
    return add(hours, done.at, timedelta(seconds=step.every)) if done.times < step.times else None
