"""What a measurement comes to: one figure, its floor, its goal. Pure."""

from collections.abc import Sequence
from statistics import median

from msgspec import Struct


class Figure(Struct, frozen=True, kw_only=True):
    """One line of the table.

    `value` and `floor` are in `unit`; `goal` is what the project promises, with `better` the side on which it lies;
    `of_floor` says that the goal is a part of the floor and not an absolute value. `facts` are further numbers.
    """

    name: str
    unit: str
    value: float
    floor: float
    floor_name: str
    goal: float | None = None
    better: str = "lower"
    of_floor: bool = False
    facts: dict[str, float] = {}

    @property
    def judged(self) -> float:
        """Return the number that the goal is held against."""
        return self.value / self.floor if self.of_floor and self.floor else self.value

    @property
    def met(self) -> bool | None:
        """Say whether the goal is met; None without a goal."""
        if self.goal is None:
            return None
        return self.judged <= self.goal if self.better == "lower" else self.judged >= self.goal


def percentile(values: Sequence[float], part: float) -> float:
    """Return the value below which `part` (0 to 1) of the values lie: the nearest rank, never an interpolation."""
    ranked = sorted(values)
    return ranked[min(len(ranked) - 1, int(part * len(ranked)))]


def middle(values: Sequence[float]) -> float:
    """Return the median of repeated measurements: the machine is shared, single runs are not to be believed."""
    return float(median(values))
