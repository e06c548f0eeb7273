"""What a course comes to, in numbers: waits, misses, who left, how busy people were and how fairly that was spread."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

from msgspec import Struct

from conversations.model import Priority
from routing.simulation.day import Day
from routing.simulation.run import Course, Visit


class Waits(Struct, frozen=True, kw_only=True):
    """Customers of one queue, or of all. Parts are between 0 and 1; waits, in seconds, are of those who were answered.

    A target is missed by whoever was answered, left or was sent elsewhere after it; `weighted_miss` counts each by its
    weight.
    """

    customers: int = 0
    mean_wait: float = 0.0
    p50_wait: float = 0.0
    p95_wait: float = 0.0
    longest_wait: float = 0.0
    waited: float = 0.0
    miss: float = 0.0
    weighted_miss: float = 0.0
    abandoned: float = 0.0
    turned_away: float = 0.0


class Result(Struct, frozen=True, kw_only=True):
    """One policy on one day. `gini` and `jain` are of how busy people were: 0 and 1 when all were equally so."""

    policy: str
    seed: int
    whole: Waits
    queues: Mapping[str, Waits]
    occupancy: float
    gini: float
    jain: float


def result(
    policy: str, seed: int, day: Day, course: Course, weights: Mapping[Priority, float], *, warm_up: float = 0.0
) -> Result:
    """Return the numbers of one course."""
    counted = [visit for visit in course.visits if visit.customer.item.since >= warm_up]
    by_queue = defaultdict[str, list[Visit]](list)
    for visit in counted:
        by_queue[visit.customer.item.queue].append(visit)
    shares = [work.busy / work.there for work in course.work.values() if work.there > 0]
    there = sum(work.there for work in course.work.values())
    return Result(
        policy=policy,
        seed=seed,
        whole=waits(counted, day, weights),
        queues={name: waits(by_queue[name], day, weights) for name in sorted(by_queue)},
        occupancy=sum(work.busy for work in course.work.values()) / there if there else 0.0,
        gini=gini(shares),
        jain=jain(shares),
    )


def waits(visits: Sequence[Visit], day: Day, weights: Mapping[Priority, float]) -> Waits:
    """Return the numbers of these customers."""
    if not visits:
        return Waits()
    answered = sorted(visit.waited for visit in visits if visit.agent)
    weight = [weights.get(visit.customer.item.priority, 1.0) for visit in visits]
    missed = [_missed(visit, day) for visit in visits]
    return Waits(
        customers=len(visits),
        mean_wait=sum(answered) / len(answered) if answered else 0.0,
        p50_wait=_rank(answered, 0.5),
        p95_wait=_rank(answered, 0.95),
        longest_wait=answered[-1] if answered else 0.0,
        waited=sum(visit.waited > 0 for visit in visits) / len(visits),
        miss=sum(missed) / len(visits),
        weighted_miss=sum(one for one, miss in zip(weight, missed, strict=True) if miss) / sum(weight),
        abandoned=sum(visit.left for visit in visits) / len(visits),
        turned_away=sum(visit.ending is not None for visit in visits) / len(visits),
    )


def gini(values: Iterable[float]) -> float:
    """Return how unevenly something is spread: 0 when all have the same, near 1 when one has everything."""
    ranked = sorted(values)
    total = sum(ranked)
    if not total:
        return 0.0
    spread = sum((2 * rank - len(ranked) - 1) * value for rank, value in enumerate(ranked, start=1))
    return spread / (len(ranked) * total)


def jain(values: Iterable[float]) -> float:
    """Return Jain's index of fairness: 1 when all have the same, 1/n when one of n has everything."""
    known = list(values)
    squares = sum(value * value for value in known)
    return sum(known) ** 2 / (len(known) * squares) if squares else 1.0


def _missed(visit: Visit, day: Day) -> bool:
    item = visit.customer.item
    return visit.waited > day.queues[item.queue].target_of(item.priority)


def _rank(ranked: Sequence[float], part: float) -> float:
    return ranked[min(len(ranked) - 1, int(part * len(ranked)))] if ranked else 0.0
