"""What is named in a sentence: lookup words for now; patterns, numbers, times and trained entities follow."""

from datetime import datetime

from bots.nlu.parse import Entity
from bots.project.model import Project


class Extractor:
    """Finds what a project looks for."""

    def __init__(self, project: Project, crf: bytes | None) -> None:
        self._words = [(word, one.entity) for one in project.nlu.lookups for word in one.words]

    def extract(self, text: str, at: datetime | None, intent: str = "") -> tuple[Entity, ...]:
        """Return the lookup words of a text."""
        return tuple(
            Entity(entity=entity, start=start, end=start + len(word), value=word, extractor="RegexEntityExtractor")
            for word, entity in self._words
            if (start := text.find(word)) >= 0
        )


def train_crf(project: Project) -> bytes | None:
    """Learn nothing yet."""
    return None
