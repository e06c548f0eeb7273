"""Who comes first: the index of who waits, and the key of who is free. Pure numbers.

The index is the generalised c-mu rule (Mandelbaum and Stolyar, Operations Research 52(6), 2004) for a cost that grows
with the part of the target that has passed: `weight * (waited / target) / time it will take`. Once the target is missed
the index is damped, for that miss cannot be undone and the next one can; the queue's bound keeps that from starving
anybody.
"""

from collections.abc import Mapping
from enum import StrEnum
from typing import Annotated, Protocol

from msgspec import Meta, Struct, field

from conversations.model import Priority
from routing.policy.kinds import KINDS, ChannelKind
from routing.policy.queues import Queue
from routing.policy.workers import Craft

TIER = 1e12
"""Apart by more than any index: bulk work below everything, those past their queue's bound above everything."""

WEIGHTS: Mapping[Priority, float] = {
    Priority.LOW: 0.5, Priority.NORMAL: 1.0, Priority.HIGH: 3.0, Priority.URGENT: 9.0
}  # fmt: skip


class Order(StrEnum):
    """Who of those who wait comes first."""

    INDEX = "index"
    PRIORITY = "priority"
    ARRIVAL = "arrival"


class People(StrEnum):
    """Who of those who are free is asked first."""

    LEAST_FLEXIBLE = "least_flexible"
    LONGEST_IDLE = "longest_idle"


class Rules(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The policy of a house, as data.

    `weights` say how much a missed target of each priority counts, and every level of VIP multiplies by `vip`.
    `damping` is what is left of the index after a miss. Equal priority in one queue is served in order of arrival; with
    `late_last` those who have missed their target stand behind those who have not: fewer miss it then, and those who do
    wait longer. `fairness`, in seconds, softens the rule that the least flexible come first: so much longer idle makes
    up for one skill more; None lets nothing make up for it.
    """

    order: Order = Order.INDEX
    people: People = People.LEAST_FLEXIBLE
    weights: Mapping[Priority, Annotated[float, Meta(gt=0, le=1e6)]] = field(default_factory=lambda: WEIGHTS)
    vip: Annotated[float, Meta(ge=1, le=100)] = 2.0
    damping: Annotated[float, Meta(ge=0, le=1)] = 0.5
    late_last: bool = False
    fairness: Annotated[float, Meta(ge=0)] | None = None
    kinds: Mapping[str, ChannelKind] = field(default_factory=lambda: KINDS)

    def weight(self, priority: Priority, vip: int) -> float:
        """Return how much a missed target of this customer counts."""
        return float(self.weights.get(priority, 1.0) * self.vip ** min(vip, 10))


class Score(Protocol):
    """The rank of somebody who has waited so many seconds: the higher is served first."""

    def __call__(self, waited: float, pace: float = 1.0) -> float:
        """Return it; `pace` is how long the person who would serve them takes, as a part of what is usual."""


class Stake:
    """What is at stake for everybody of one queue, priority and VIP level; made once, asked very often."""

    __slots__ = ("score", "target", "weight")

    def __init__(self, rules: Rules, queue: Queue, priority: Priority, vip: int, *, bulk: bool) -> None:
        self.target = queue.target_of(priority)
        self.weight = rules.weight(priority, vip)
        below = TIER if bulk else 0.0
        if rules.order is Order.INDEX:
            slope = self.weight / (self.target * queue.handle)
            self.score: Score = _index(slope, self.target, rules.damping, queue.bound, below)
        else:
            above = self.weight * 1e6 if rules.order is Order.PRIORITY else 0.0
            self.score = _waiting(above - below, queue.bound)


def _index(slope: float, target: float, damping: float, bound: float, below: float) -> Score:
    def score(waited: float, pace: float = 1.0) -> float:
        if waited <= target:
            return slope * waited / pace - below
        if waited > bound:
            return TIER + waited - bound
        return damping * slope * waited / pace - below

    return score if bound >= target else _bounded(score, bound)


def _waiting(above: float, bound: float) -> Score:
    def score(waited: float, pace: float = 1.0) -> float:
        return above + waited

    return _bounded(score, bound)


def _bounded(inner: Score, bound: float) -> Score:
    """Let those past the bound of their queue come before everybody: the longer past it, the sooner."""

    def score(waited: float, pace: float = 1.0) -> float:
        return TIER + waited - bound if waited > bound else inner(waited, pace)

    return score


Key = tuple[float, float, float]


def turn(rules: Rules, craft: Craft, load: float, idle_since: float) -> Key:
    """Return the key of a free person, the smallest asked first; `load` is the part of their capacity that is taken."""
    if rules.people is People.LONGEST_IDLE:
        return (0.0, load, idle_since)
    if rules.fairness is None:
        return (float(craft.flexibility), load, idle_since)
    return (0.0, load, idle_since + rules.fairness * craft.flexibility)
