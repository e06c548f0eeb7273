"""How often one caller may call: one token bucket (GCRA) a key, in this process, in bounded memory. Pure."""

from collections import OrderedDict
from datetime import timedelta

from hub.errors import TooMany


class Buckets:
    """Remember, for every key, the moment until which its budget is spent; the longest unused are forgotten."""

    def __init__(self, *, most: int = 50_000) -> None:
        self._most = most
        self._spent: OrderedDict[str, float] = OrderedDict()

    def take(self, key: str, *, times: int, per: timedelta, now: float) -> None:
        """Spend one call of `times` in `per`; `now` is monotonic seconds. Raises `TooMany` with the time to wait."""
        window = per.total_seconds()
        each = window / times
        spent = max(self._spent.get(key, now), now) + each
        if spent - now > window + each / 2:
            raise TooMany("Too many calls", after=timedelta(seconds=spent - now - window), hint="Slow down.")
        self._spent[key] = spent
        self._spent.move_to_end(key)
        if len(self._spent) > self._most:
            self._spent.popitem(last=False)
