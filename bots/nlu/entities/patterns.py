"""Regular expressions of a bot's designer: entities where they match, within a bound of time.

Refused at load, with the reason: what does not compile, matches nothing at all (the empty text), is longer than 1000
characters, or explodes on plain runs of one sign. One that explodes later costs at most 20 ms a sentence, is said in
the log, and after three times rests until the bot is loaded anew; all the patterns together have 50 ms a sentence.
"""

import logging
import time
import unicodedata
from collections.abc import Iterable

import regex
from msgspec import Struct

from bots.nlu.entities.lookups import EXTRACTOR
from bots.nlu.parse import Entity
from bots.project.model import Fault, Pattern, Place, Project

LONGEST = 1000
LIMIT = 0.02
"""Seconds of CPU, which is what `regex` counts, for one pattern in one sentence."""
TOGETHER = 0.05
"""Seconds for all of them."""
PATIENCE = 3
MATCHES = 50
"""Matches of one pattern in one sentence."""
_PROBES = ("a" * 40 + "!", "1" * 40 + "!", "一" * 40 + "!", "a1" * 20 + "!", "a " * 20 + "!", "-" * 40 + "!")
_FLAGS = regex.IGNORECASE | regex.V0
_log = logging.getLogger(__name__)


class Compiled(Struct, frozen=True, kw_only=True):
    """A pattern ready to search; `entity` is what its matches are."""

    entity: str
    pattern: "regex.Pattern[str]"
    place: Place


def compiled(written: str) -> "regex.Pattern[str]":
    """Compile a pattern; raises ValueError with the reason for which it is refused."""
    if len(written) > LONGEST:
        raise ValueError(f"it is longer than {LONGEST} characters")
    try:
        found = regex.compile(written, _FLAGS)
    except (regex.error, RecursionError, OverflowError) as error:
        raise ValueError(f"it does not compile: {error}") from error
    try:
        if found.match("", timeout=LIMIT) is not None:
            raise ValueError("it matches the empty text")
        for probe in _PROBES:
            found.search(probe, timeout=LIMIT)
    except TimeoutError as error:
        raise ValueError("it takes exponential time on a run of one sign") from error
    return found


def faults(project: Project) -> tuple[Fault, ...]:
    """Return, as warnings with file and line, the patterns that are refused."""
    found = []
    for pattern in project.nlu.patterns:
        try:
            compiled(pattern.regex)
        except ValueError as error:
            found.append(
                Fault(
                    place=pattern.place, message=f"The pattern of {pattern.name!r} is refused: {error}",
                    hint="Write it without a repetition within a repetition.", severity="warning",
                )
            )  # fmt: skip
    return tuple(found)


class Patterns:
    """The patterns of a project. It remembers which ones exploded, and nothing else."""

    def __init__(self, patterns: Iterable[Pattern]) -> None:
        self._patterns: list[Compiled] = []
        self._tired: dict[int, int] = {}
        for pattern in patterns:
            try:
                found = compiled(pattern.regex)
            except ValueError as error:
                _log.warning(
                    "Pattern refused", extra={"entity": pattern.name, "at": str(pattern.place), "why": str(error)}
                )
                continue
            self._patterns.append(Compiled(entity=pattern.name, pattern=found, place=pattern.place))

    def resting(self) -> tuple[Place, ...]:
        """Return where the patterns stand that are no longer searched, for they exploded too often."""
        return tuple(one.place for number, one in enumerate(self._patterns) if self._tired.get(number, 0) >= PATIENCE)

    def find(self, text: str) -> list[Entity]:
        """Return what the patterns match in a text as it was typed."""
        found: list[Entity] = []
        if not self._patterns:
            return found
        until = time.process_time() + TOGETHER
        for number, one in enumerate(self._patterns):
            left = until - time.process_time()
            if left <= 0:
                _log.warning("Patterns took too long together", extra={"left_out": len(self._patterns) - number})
                break
            if self._tired.get(number, 0) < PATIENCE:
                found.extend(self._search(number, one, text, min(left, LIMIT)))
        return found

    def _search(self, number: int, one: Compiled, text: str, limit: float) -> list[Entity]:
        found: list[Entity] = []
        try:
            for match in one.pattern.finditer(text, timeout=limit):
                if match.end() > match.start():
                    found.append(_entity(one.entity, match.start(), match.end(), text))
                if len(found) >= MATCHES:
                    break
        except TimeoutError:
            self._tired[number] = self._tired.get(number, 0) + 1
            _log.warning(
                "Pattern took too long",
                extra={"entity": one.entity, "at": str(one.place), "rests": self._tired[number] >= PATIENCE},
            )
        return found


def _entity(name: str, start: int, end: int, text: str) -> Entity:
    value = unicodedata.normalize("NFKC", text[start:end])
    return Entity(entity=name, start=start, end=end, value=value, extractor=EXTRACTOR)
