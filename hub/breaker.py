"""When to stop calling a provider that does not answer, and when to try once more. Pure."""

from datetime import datetime, timedelta

from msgspec import Struct, structs

LIMIT = 5
FIRST = timedelta(seconds=5)
LONGEST = timedelta(minutes=5)


class Breaker(Struct, frozen=True, kw_only=True):
    """The circuit of one inbox.

    closed --LIMIT failures in a row--> open --time passes, one probe--> half open --answer--> closed
                                         ^------------------------------- failure (twice as long)

    Nothing is sent before `until`; while `probing`, one call is out and the others wait for what it learns.
    """

    failures: int = 0
    until: datetime | None = None
    probing: bool = False

    def entered(self) -> "Breaker":
        """A call begins; while the circuit is open it is the one probe."""
        return self if self.until is None else structs.replace(self, probing=True)

    def failed(self, at: datetime) -> "Breaker":
        """The provider did not answer, or says that it cannot work.

        Calls that were under way when the circuit opened say nothing new.
        """
        if self.until is not None and not self.probing:
            return self
        failures = self.failures + 1
        if failures < LIMIT:
            return Breaker(failures=failures)
        doubled = FIRST * 2 ** min(failures - LIMIT, 16)
        return Breaker(failures=failures, until=at + min(doubled, LONGEST))

    def answered(self) -> "Breaker":
        """The provider answered, whatever it said: the line works."""
        return Breaker()

    def left(self) -> "Breaker":
        """A call ended and taught nothing: another may probe."""
        return structs.replace(self, probing=False) if self.probing else self
