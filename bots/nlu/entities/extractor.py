"""All entities of a sentence: trained, looked up, matched, built in; overlaps settled, synonyms mapped.

fold -> lookups, patterns -> tagger -> built-in finders whose trigger is there -> overlaps -> synonyms
"""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from msgspec import structs

from bots.nlu import words
from bots.nlu.entities import finders, settings, synonyms, tagging
from bots.nlu.entities.finders import KINDS, Finder
from bots.nlu.entities.folding import Folded, fold
from bots.nlu.entities.hits import Hit, Setting, apart
from bots.nlu.entities.lookups import Lookups
from bots.nlu.entities.overlaps import resolved
from bots.nlu.entities.patterns import Patterns
from bots.nlu.parse import Entity
from bots.project.model import Pattern, Place, Project

EXTRACTOR = "YizhanEntityExtractor"
"""Who finds the built-in entities; Rasa has no such extractor."""
LONGEST = 4000
"""Code points of a message that are searched."""


class Extractor:
    """Finds the entities of one project; raises `Invalid` at its making when `entities:` of yizhan.yml is not right."""

    def __init__(self, project: Project, crf: bytes | None = None) -> None:
        told = settings.read(project)
        self._zone = ZoneInfo(told.timezone)
        self._day_first = settings.day_first(told, project.config.language)
        self._wanted = settings.wanted(project, told)
        self._finders = finders.chosen(self._wanted)
        self._lookups = Lookups(project)
        self.patterns = Patterns(pattern for pattern in project.nlu.patterns if pattern.name in project.entities)
        self._orders = Patterns(_orders(told.order_number)) if "order_number" in self._wanted else Patterns(())
        if told.order_number:
            self._finders = tuple(finder for finder in self._finders if "order_number" not in finder.kinds)
        self.words = words.of(project)
        self._tagger = tagging.Tagger(crf, self.words) if crf else None
        self._synonyms = synonyms.table(project)

    def extract(self, text: str, at: datetime | None = None, intent: str = "") -> tuple[Entity, ...]:
        """Return the entities of a sentence; dates are counted from `at` (aware; None: now). Never raises.

        `intent` is what the sentence was taken for; no finder asks for it so far, as in Rasa.
        """
        folded = fold(text[:LONGEST])
        looked_up, matched = self._lookups.find(folded), self.patterns.find(folded.original)
        trained = self._tagger.find(folded, (*looked_up, *matched)) if self._tagger else []
        built_in = [*self._ordered(folded), *self._built_in(folded, at)]
        if not (looked_up or matched or trained or built_in):
            return ()
        said = [[synonyms.mapped(one, self._synonyms) for one in rank] for rank in (trained, looked_up, matched)]
        return resolved((*said, built_in))

    def _built_in(self, folded: Folded, at: datetime | None) -> list[Entity]:
        found: list[Hit] = []
        setting: Setting | None = None
        for finder in self._finders:
            if finder.trigger.holds(folded.text):
                setting = setting or self._setting(at)
                found += _of(finder, folded, setting)
        found = [one for one in found if one.kind in self._wanted]
        return [_entity(folded, one) for one in sorted(found, key=lambda one: KINDS[one.kind])]

    def _ordered(self, folded: Folded) -> list[Entity]:
        return [structs.replace(one, extractor=EXTRACTOR) for one in self._orders.find(folded.original)]

    def _setting(self, at: datetime | None) -> Setting:
        now = (at or datetime.now(UTC)).astimezone(self._zone)
        return Setting(now=now, day_first=self._day_first, wanted=self._wanted)


def marks(project: Project) -> list[list[Entity]]:
    """Return what lookups and patterns find in each example of a project, which its tagger learns to weigh."""
    lookups = Lookups(project)
    patterns = Patterns(pattern for pattern in project.nlu.patterns if pattern.name in project.entities)
    found = []
    for example in project.nlu.examples:
        folded = fold(example.text[:LONGEST])
        found.append([*lookups.find(folded), *patterns.find(folded.original)])
    return found


def train_crf(project: Project) -> bytes | None:
    """Train the tagger of a project and return it as bytes; None when no example is annotated."""
    if not any(example.spans for example in project.nlu.examples):
        return None
    return tagging.train(project.nlu.examples, marks(project), words.of(project))


def _orders(written: tuple[str, ...]) -> list[Pattern]:
    return [Pattern(name="order_number", regex=one, place=Place("yizhan.yml", 1)) for one in written]


def _of(finder: Finder, folded: Folded, setting: Setting) -> list[Hit]:
    hits = finder.find(folded.text, setting)
    return [hit for kind in finder.kinds for hit in apart([one for one in hits if one.kind == kind])]


def _entity(folded: Folded, hit: Hit) -> Entity:
    start, end = folded.span(hit.start, hit.end)
    value = folded.original[start:end] if hit.value is None else hit.value
    return Entity(
        entity=hit.kind, start=start, end=end, value=value, extractor=EXTRACTOR, additional_info=dict(hit.info)
    )
