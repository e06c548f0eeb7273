"""The line to one inbox's provider: how many calls at once, who waits for a free one, and the circuit breaker."""

from collections import OrderedDict
from datetime import datetime, timedelta

from hub.breaker import Breaker

PATIENCE = timedelta(seconds=30)
"""A lane that waits for a free call is called; this is how long it waits if that call got lost."""


class Line:
    """In memory only: after a restart the provider teaches it anew."""

    def __init__(self, calls: int) -> None:
        self.breaker = Breaker()
        self._calls = calls
        self._busy = 0
        self._waiting: OrderedDict[str, None] = OrderedDict()

    def enter(self, lane: str, at: datetime) -> datetime | None:
        """Take a call for `lane` and return None, or return until when it has to wait."""
        closed_until = self.breaker.until
        if closed_until is not None and at < closed_until:
            return closed_until
        if self.breaker.probing or self._busy >= self._calls:
            self._waiting[lane] = None
            return at + PATIENCE
        self._waiting.pop(lane, None)
        self._busy += 1
        self.breaker = self.breaker.entered()
        return None

    def leave(self) -> list[str]:
        """Give the call back, and return the lanes whose turn it is."""
        self._busy -= 1
        self.breaker = self.breaker.left()
        free = self._calls - self._busy if self.breaker.until is None else 1
        return [self._waiting.popitem(last=False)[0] for _ in range(min(free, len(self._waiting)))]
