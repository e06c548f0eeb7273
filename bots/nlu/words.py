"""Cuts a sentence into words: by the general dictionary, and by the words that are a bot's own. Pure.

A bot's own words are those of its lookup tables, synonyms and marked examples, and `nlu: {words: [...]}` of its
yizhan.yml. They never enter the general dictionary, which all the bots of a process share.
"""

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from itertools import accumulate, pairwise

import rjieba
from ahocorasick_rs import AhoCorasick, Implementation, MatchKind

from bots.nlu import settings
from bots.nlu.normal import chinese, masked, normal
from bots.project.model import Project

SHORTEST, LONGEST = 2, 12
"""Characters of a bot's own word: a single one is a word already, and what is longer is a sentence."""


class Words:
    """The general dictionary and, where there are any, own words; immutable."""

    def __init__(self, own: Iterable[str] = ()) -> None:
        plain = {form for word in own for form in _forms(word)}
        self._own: AhoCorasick | None = None
        if plain:
            self._own = AhoCorasick(
                sorted(plain), matchkind=MatchKind.LeftmostLongest, implementation=Implementation.ContiguousNFA
            )

    def cut(self, text: str) -> list[str]:
        """Return a text piece by piece; together they are the text.

        An own word is cut out where it stands, unless its edge would part a word of the general dictionary: the word
        会员 does not stand in 社会员工.
        """
        cut = rjieba.cut(text)
        if self._own is None:
            return cut
        spans = [(start, end) for _, start, end in self._own.find_matches_as_indexes(text)]
        return _cut_out(text, cut, spans) if spans else cut


GENERAL = Words()
"""Without own words."""


def of(project: Project) -> Words:
    """Return the words of a project; raises `Invalid` when `nlu: words` of its yizhan.yml is not right."""
    return Words(_own(project))


def _own(project: Project) -> Iterator[str]:
    nlu = project.nlu
    yield from settings.read(project).words
    for lookup in nlu.lookups:
        yield from lookup.words
    for synonym in nlu.synonyms:
        yield from (synonym.value, *synonym.words)
    for example in nlu.examples:
        for span in example.spans:
            yield from (example.text[span.start : span.end], span.value)


def _forms(word: str) -> tuple[str, ...]:
    """Return how a word stands in a normalised sentence: as it is, and with its numbers masked; none for no word."""
    plain = normal(word)
    return (plain, masked(plain)) if SHORTEST <= len(plain) <= LONGEST and chinese(plain) else ()


def _cut_out(text: str, cut: Sequence[str], spans: Iterable[tuple[int, int]]) -> list[str]:
    edges = [0, *accumulate(map(len, cut))]
    told = set(edges)
    for start, end in spans:
        if not (_parts_a_word(start, edges, cut) or _parts_a_word(end, edges, cut)):
            told.difference_update(range(start + 1, end))
            told.update((start, end))
    return [text[start:end] for start, end in pairwise(sorted(told))]


def _parts_a_word(edge: int, edges: Sequence[int], cut: Sequence[str]) -> bool:
    """Say whether there is a word on both sides of an edge; what the dictionary only guessed at is none."""
    place = bisect_right(edges, edge) - 1
    if edges[place] == edge:
        return False
    return not chinese(cut[place]) or rjieba.has_word(cut[place])
