"""What is wrong with a project: every fault is found and told with its place, not only the first."""

from collections.abc import Sequence
from typing import Literal

from bots.project.model import Fault, Place
from hub.errors import Invalid

MOST = 200
"""Faults kept of one reading; who has so many mends the first ones first."""


class NotABot(Invalid):
    """The files are no bot that could answer; `faults` says all that is wrong, in the order of the files."""

    code = "not_a_bot"

    def __init__(self, faults: Sequence[Fault]) -> None:
        self.faults = tuple(faults)
        first = next((fault for fault in faults if fault.severity == "error"), None)
        super().__init__(
            first.message if first else "These files are no bot",
            path=str(first.place) if first else "",
            hint=(first.hint if first else "") or "Correct the files of the bot.",
            errors=sum(fault.severity == "error" for fault in faults),
        )


class Faults:
    """Collects faults while files are read."""

    def __init__(self) -> None:
        self._found: list[Fault] = []

    def error(self, place: Place, message: str, hint: str = "") -> None:
        """Note what stops the project from being loaded."""
        self._add(place, message, hint, "error")

    def warning(self, place: Place, message: str, hint: str = "") -> None:
        """Note what a designer should look at."""
        self._add(place, message, hint, "warning")

    @property
    def fatal(self) -> bool:
        """Whether one of them is an error."""
        return any(fault.severity == "error" for fault in self._found)

    @property
    def all(self) -> tuple[Fault, ...]:
        """Return them by file and line."""
        return tuple(sorted(self._found, key=lambda fault: (fault.place.file, fault.place.line)))

    def _add(self, place: Place, message: str, hint: str, severity: Literal["error", "warning"]) -> None:
        if len(self._found) < MOST or (severity == "error" and not self.fatal):
            self._found.append(Fault(place=place, message=message, hint=hint, severity=severity))
