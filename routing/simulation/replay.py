"""Yesterday as a scenario: what is stored of conversations and people becomes arrivals and staff. Rows are handed in.

What cannot be known from rows is assumed, and said here: somebody who was never answered would have waited exactly as
long as they did; somebody who was answered would have waited for ever; a conversation without an end took as long as
the average one. Work on several conversations at once counts each from its answer to its end.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from statistics import fmean

from msgspec import Struct

from conversations.model import Conversation, State
from hub.errors import Invalid
from routing.model import Decision, Desk, Outcome
from routing.policy.order import Rules
from routing.policy.queues import Queue
from routing.simulation.scenario import POLICIES, Arrival, Scenario, Staff

EVERYBODY = "everybody"
"""The queue of what waits for no team."""

HANDLE = 300.0
"""Seconds that a conversation takes, when no row says otherwise."""

SHORTEST = 1.0
TAKEN = frozenset({Outcome.ASSIGNED, Outcome.ACCEPTED, Outcome.TAKEN})
"""The outcomes with which somebody has it."""


class Stored(Struct, frozen=True):
    """One conversation with its decisions, oldest first."""

    conversation: Conversation
    decisions: tuple[Decision, ...]


def replayed(
    stored: Iterable[Stored], desks: Sequence[Desk], *, start: datetime, end: datetime,
    queues: Mapping[str, Queue] | None = None, policies: Mapping[str, Rules] = POLICIES,
) -> Scenario:  # fmt: skip
    """Return the scenario of what began to wait from `start` to `end`; desks count as there all the time.

    Queues that are not described get the usual promises. Raises `Invalid` when nobody waited or nobody was there.
    """
    came = [(one, since) for one in stored if (since := _since(one)) is not None and start <= since < end]
    if not came or not desks:
        raise Invalid("There is nothing to replay", customers=len(came), people=len(desks), hint="Choose another day.")
    took = [seconds for one, _ in came if (seconds := _took(one)) is not None]
    usual = fmean(took) if took else HANDLE
    arrivals = sorted((_arrival(one, (since - start).total_seconds(), usual) for one, since in came), key=_when)
    described = {arrival.queue: Queue(handle=usual) for arrival in arrivals} | dict(queues or {})
    return Scenario(
        name=f"{start:%Y-%m-%d %H:%M}", seconds=(end - start).total_seconds(), seeds=(0,), queues=described,
        arrivals=tuple(arrivals), staff=tuple(_staff(desk) for desk in desks), policies=policies,
    )  # fmt: skip


def _since(one: Stored) -> datetime | None:
    """Return when somebody began to wait for a person: the first decision tells, or that they still do."""
    for decision in one.decisions:
        if decision.outcome is not Outcome.TO_BOT:
            return datetime.fromtimestamp(decision.at.timestamp() - decision.waited_seconds, tz=decision.at.tzinfo)
    return one.conversation.queued_at


def _answered(one: Stored) -> datetime | None:
    return next((decision.at for decision in one.decisions if decision.outcome in TAKEN), None)


def _took(one: Stored) -> float | None:
    """Return how long it was with people, when that is known."""
    answered, closed = _answered(one), one.conversation.closed_at
    if answered is None or closed is None or one.conversation.state is not State.CLOSED:
        return None
    return max(SHORTEST, (closed - answered).total_seconds())


def _arrival(one: Stored, at: float, usual: float) -> Arrival:
    conversation = one.conversation
    since, closed = _since(one), conversation.closed_at
    left = None
    if _answered(one) is None and since is not None and closed is not None:
        left = max(SHORTEST, (closed - since).total_seconds())
    team = next((decision.team for decision in one.decisions if decision.team), conversation.team)
    took = _took(one)
    return Arrival(
        at=at, queue=team or EVERYBODY, teams=frozenset({team} if team else ()), priority=conversation.priority,
        handle=usual if took is None else took, patience=left,
    )  # fmt: skip


def _staff(desk: Desk) -> Staff:
    return Staff(count=1, teams=frozenset(desk.teams), capacity=desk.capacity)


def _when(arrival: Arrival) -> float:
    return arrival.at
