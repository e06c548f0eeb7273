"""The one place that asks the machine for the time; everything else is handed `at`."""

import asyncio
import time
from datetime import UTC, datetime
from typing import Protocol


class Clock(Protocol):
    """Time as the hub sees it. `now` is aware UTC in whole milliseconds, the precision both stores keep."""

    def now(self) -> datetime:
        """Return the current moment."""
        ...

    def monotonic(self) -> float:
        """Return seconds that never run backwards, for measuring intervals."""
        ...

    async def sleep(self, seconds: float) -> None:
        """Return after `seconds` have passed on this clock."""
        ...


class SystemClock:
    """The machine's clock."""

    def now(self) -> datetime:
        """Return the current moment, cut to milliseconds."""
        return datetime.fromtimestamp(time.time_ns() // 1_000_000 / 1000, UTC)

    def monotonic(self) -> float:
        """Return the process's monotonic seconds."""
        return time.monotonic()

    async def sleep(self, seconds: float) -> None:
        """Sleep on the event loop."""
        await asyncio.sleep(seconds)


def to_millis(at: datetime) -> datetime:
    """Cut `at` to whole milliseconds, the precision of a BSON date."""
    return at.replace(microsecond=at.microsecond // 1000 * 1000)
