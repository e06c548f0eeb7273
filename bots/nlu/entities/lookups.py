"""Lookup tables: words that are an entity wherever they stand, the longest first.

Words are compared folded (width, case). Where a word begins or ends with a Latin letter or a figure, no other may touch
it there; a Chinese word counts anywhere.
"""

from collections import defaultdict

from ahocorasick_rs import AhoCorasick, Implementation

from bots.nlu.entities.folding import Folded, fold
from bots.nlu.parse import Entity
from bots.project.model import Project

EXTRACTOR = "RegexEntityExtractor"
"""Rasa's name for who finds lookups and patterns."""


class Lookups:
    """The lookup tables of a project, searched in one pass; immutable."""

    def __init__(self, project: Project) -> None:
        entities: dict[str, list[str]] = defaultdict(list)
        for lookup in project.nlu.lookups:
            for word in lookup.words if lookup.entity in project.entities else ():
                folded = fold(word.strip()).text
                if folded and lookup.entity not in entities[folded]:
                    entities[folded].append(lookup.entity)
        self._words = tuple(entities)
        self._entities = tuple(tuple(names) for names in entities.values())
        self._search = AhoCorasick(self._words, implementation=Implementation.ContiguousNFA) if self._words else None

    def find(self, folded: Folded) -> list[Entity]:
        """Return the longest words that stand in a text, none within another."""
        if self._search is None:
            return []
        text = folded.text
        found = [
            (start, end, number)
            for number, start, end in self._search.find_matches_as_indexes(text, overlapping=True)
            if _stands(text, start, end)
        ]
        kept: list[Entity] = []
        last = 0
        for start, end, number in sorted(found, key=lambda one: (one[0], -one[1])):
            if start < last:
                continue
            last = end
            begin, stop = folded.span(start, end)
            kept.extend(
                Entity(entity=name, start=begin, end=stop, value=folded.original[begin:stop], extractor=EXTRACTOR)
                for name in self._entities[number]
            )
        return kept


def _stands(text: str, start: int, end: int) -> bool:
    return not (_latin(text[start]) and start > 0 and _latin(text[start - 1])) and not (
        _latin(text[end - 1]) and end < len(text) and _latin(text[end])
    )


def _latin(char: str) -> bool:
    """Say whether a letter belongs to a script that puts spaces between words."""
    return char.isalnum() and not "\u2e80" <= char <= "\u9fff" and not "\U00020000" <= char <= "\U0003ffff"
