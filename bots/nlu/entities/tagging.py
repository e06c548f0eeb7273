"""A character tagger (conditional random field) over annotated examples: entities with roles and groups.

Chinese is tagged by the character, other scripts by the word. A label is `B|entity|role|group`, `I|...` or `O`.
Deterministic: the same examples give the same bytes. python-crfsuite only writes files, so one small temporary file
lives while it trains.
"""

import re
import tempfile
from collections.abc import Sequence
from pathlib import Path

import pycrfsuite

from bots.nlu.entities.folding import Folded, fold
from bots.nlu.parse import Entity
from bots.nlu.words import GENERAL, Words
from bots.project.model import Example

EXTRACTOR = "CRFEntityExtractor"
"""Rasa's name for it."""
LONGEST = 400
"""Code points of a sentence that are tagged."""
_ROUNDS = 60
_BESIDE = 2
"""Examples without an entity that are learned from, for each one with."""
_PIECE = re.compile("[\u3400-\u9fff]|[^\\W\\d_\u3400-\u9fff]+|\\d+|[^\\w\\s]|_")


def train(examples: Sequence[Example], marks: Sequence[Sequence[Entity]], dictionary: Words = GENERAL) -> bytes | None:
    """Learn from examples, each with what lookups and patterns find in it; None when none is annotated."""
    marked = [place for place, example in enumerate(examples) if example.spans]
    if not marked:
        return None
    bare = [place for place, example in enumerate(examples) if not example.spans]
    step = max(1, len(bare) // (_BESIDE * len(marked)))
    trainer = pycrfsuite.Trainer(algorithm="lbfgs", verbose=False)
    trainer.set_params({"c1": 0.05, "c2": 0.02, "max_iterations": _ROUNDS, "feature.possible_transitions": True})
    for place in (*marked, *bare[::step]):
        folded = fold(examples[place].text[:LONGEST])
        pieces = _pieces(folded.text)
        if pieces:
            trainer.append(
                _features(folded, pieces, marks[place], dictionary), _labels(folded, pieces, examples[place])
            )
    with tempfile.TemporaryDirectory(prefix="yizhan-tagger-") as folder:
        path = Path(folder) / "model"
        trainer.train(str(path))
        return path.read_bytes()


class Tagger:
    """A trained tagger. One call at a time: it holds the sentence it is at."""

    def __init__(self, data: bytes, dictionary: Words = GENERAL) -> None:
        self._dictionary = dictionary
        self._data = data
        self._tagger = pycrfsuite.Tagger()
        self._tagger.open_inmemory(data)

    def find(self, folded: Folded, marks: Sequence[Entity]) -> list[Entity]:
        """Return the entities of a sentence, with how sure each is (the least sure of its pieces)."""
        pieces = [piece for piece in _pieces(folded.text[:LONGEST])]
        if not pieces:
            return []
        labels = self._tagger.tag(_features(folded, pieces, marks, self._dictionary))
        if not any(label != "O" for label in labels):
            return []
        return [self._entity(folded, pieces, labels[first], first, last) for first, last in _runs(labels)]

    def _entity(self, folded: Folded, pieces: list[tuple[int, int]], label: str, first: int, last: int) -> Entity:
        _, name, role, group = label.split("|", 3)
        start, end = folded.span(pieces[first][0], pieces[last - 1][1])
        inside = f"I{label[1:]}"
        known = self._tagger.labels()
        sure = min(
            self._tagger.marginal(label if place == first else inside, place)
            for place in range(first, last)
            if place == first or inside in known
        )
        return Entity(
            entity=name, start=start, end=end, value=folded.original[start:end], extractor=EXTRACTOR,
            confidence_entity=round(float(sure), 4), role=role or None, group=group or None,
        )  # fmt: skip


def _runs(labels: list[str]) -> list[tuple[int, int]]:
    """Return first and last-but-one place of each entity; an inside without a beginning begins one."""
    runs: list[tuple[int, int]] = []
    for place, label in enumerate(labels):
        if label == "O":
            continue
        if label[0] == "I" and runs and runs[-1][1] == place and labels[place - 1][1:] == label[1:]:
            runs[-1] = (runs[-1][0], place + 1)
        else:
            runs.append((place, place + 1))
    return runs


def _pieces(text: str) -> list[tuple[int, int]]:
    return [match.span() for match in _PIECE.finditer(text)]


def _labels(folded: Folded, pieces: list[tuple[int, int]], example: Example) -> list[str]:
    labels = ["O"] * len(pieces)
    spans = [folded.span(*piece) for piece in pieces]
    for span in example.spans:
        name = f"{span.entity}|{span.role or ''}|{span.group or ''}"
        within = [place for place, (start, end) in enumerate(spans) if start < span.end and span.start < end]
        for count, place in enumerate(within):
            labels[place] = f"{'I' if count else 'B'}|{name}"
    return labels


def _features(
    folded: Folded, pieces: list[tuple[int, int]], marks: Sequence[Entity], dictionary: Words
) -> list[list[str]]:
    """Return what is known of each piece: itself, its neighbours, its place in a word, what finders say of it."""
    text = folded.text
    words = [text[start:end] if not text[start].isdecimal() else f"0{min(end - start, 12)}" for start, end in pieces]
    padded = ["<", "<", *words, ">", ">"]
    around = zip(words, padded, padded[1:], padded[3:], padded[4:], _edges(dictionary.cut(text), pieces), strict=False)
    found = [
        ["b", f"0{word}", f"-{before}", f"+{after}", f"={before2}", f"*{after2}", _shape(word), edge]
        for word, before2, before, after, after2, edge in around
    ]  # fmt: skip
    for features, word in zip(found, words, strict=True):
        if len(word) > 3:
            features += (f"p{word[:3]}", f"e{word[-3:]}")
    if marks:
        for features, told in zip(found, _told(folded, pieces, marks), strict=True):
            features += [f"t{mark}" for mark in told]
    return found


def _shape(word: str) -> str:
    first = word[0]
    if first == "0":
        return "sfigure"
    if "\u3400" <= first <= "\u9fff":
        return "snumeral" if word in "零一二两三四五六七八九十百千万" else "shan"
    return "sword" if first.isalpha() else "smark"


def _edges(words: Sequence[str], pieces: list[tuple[int, int]]) -> list[str]:
    """Return, for each piece, where in its word it stands, and the word."""
    sides: list[str] = []
    for word in words:
        if len(word) == 1:
            sides.append(f"wS{word}")
        else:
            sides += (f"wB{word}", *[f"wM{word}"] * (len(word) - 2), f"wE{word}")
    return [sides[start] for start, _ in pieces]


def _told(folded: Folded, pieces: list[tuple[int, int]], marks: Sequence[Entity]) -> list[list[str]]:
    told: list[list[str]] = [[] for _ in pieces]
    for mark in marks:
        for place, piece in enumerate(pieces):
            start, end = folded.span(*piece)
            if start < mark.end and mark.start < end:
                told[place].append(f"{'B' if start <= mark.start else 'I'}{mark.entity}")
    return told
