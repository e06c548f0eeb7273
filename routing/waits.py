"""How long somebody will probably wait, as a range: told to those who wait. Pure.

Who has `ahead` people before them waits until so many places became free or people left, and then for one more place.
Places become free at `people * rate` while all are busy, and each of those ahead leaves at the rate `leaving`: the wait
is a sum of exponential times, of mean `sum 1 / (people * rate + j * leaving)` over j = 0..ahead. A single figure is off
by a third on average, however good the formula, so what is told is a range.
"""

from collections.abc import Iterable, Sequence
from math import ceil

from msgspec import Struct
from scipy.special import gammaincinv

from hub.errors import Invalid

ROUND = (5, 10, 15, 30, 60, 120, 180, 300, 600, 900, 1200, 1800, 2700, 3600, 5400, 7200)
"""What people say: seconds to which a bound is rounded, up."""


class Range(Struct, frozen=True, kw_only=True):
    """Between `low` and `high` seconds, and `mean` on average."""

    low: float
    high: float
    mean: float


class Pool(Struct, frozen=True, kw_only=True):
    """Who serves a queue now: so many `people`, each done with a customer every `handle` seconds on average.

    `people` need not be whole: who serves three queues alike counts a third. `patience` is how long those who wait
    stay on average, None when nobody leaves. `cv` is the spread of handle times over their mean, 1 when they are
    exponential.
    """

    people: float
    handle: float
    patience: float | None = None
    cv: float = 1.0


def expected(pool: Pool, ahead: int, *, low: float = 0.2, high: float = 0.8) -> Range | None:
    """Return the range in which the wait lies with probability `high - low`; None when nobody serves the queue.

    It is for somebody who does not leave, when everybody is busy: who finds a place free does not wait. Raises
    `Invalid` for a position or a part that cannot be.
    """
    if ahead < 0 or not 0 <= low < high <= 1:
        raise Invalid(
            "A position is 0 or more, and parts lie in order between 0 and 1", ahead=ahead, low=low, high=high
        )
    if pool.people <= 0 or pool.handle <= 0:
        return None
    mean, variance = _moments(pool, ahead)
    # The gamma of the same mean and variance: exact for one ahead of nobody, and for many who never leave.
    shape, scale = mean**2 / variance, variance / mean
    return Range(low=scale * float(gammaincinv(shape, low)), high=scale * float(gammaincinv(shape, high)), mean=mean)


def spoken(range_: Range) -> tuple[int, int]:
    """Return the range in the seconds people speak of: rounded up, so that nobody is promised too much."""
    return _spoken(range_.low), max(_spoken(range_.high), _spoken(range_.low))


def people_for(shares: Iterable[Sequence[str]], queue: str) -> float:
    """Return how many people a queue has, when each splits evenly over the queues they serve now."""
    return sum(1 / len(served) for served in shares if queue in served)


def _moments(pool: Pool, ahead: int) -> tuple[float, float]:
    serving = pool.people / pool.handle
    leaving = 1 / pool.patience if pool.patience else 0.0
    rates = [serving + number * leaving for number in range(ahead + 1)]
    # With many people the times between two freed places are nearly exponential whatever one customer takes; with few
    # they vary as handle times do.
    vary = (pool.cv**2 + pool.people - 1) / pool.people if pool.people >= 1 else pool.cv**2
    return sum(1 / rate for rate in rates), sum(vary / rate**2 for rate in rates)


def _spoken(seconds: float) -> int:
    for step in ROUND:
        if seconds <= step:
            return step
    return ceil(seconds / 3600) * 3600
