"""What a sentence consists of, for the linear layer: words, pairs of them, runs of one to four characters. Pure."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import pairwise
from typing import cast

import numpy as np
import rjieba
from numpy.typing import NDArray

from bots.nlu.normal import masked, normal

_WORD = re.compile(r"\w+")
_CHINESE = re.compile("[\u3400-\u9fff]")
RUNS = (1, 2, 3, 4)
Indices = NDArray[np.int32]
Values = NDArray[np.float32]


def words(text: str) -> list[str]:
    """Cut a normalised sentence into words: Chinese by dictionary, everything else at its spaces."""
    if not _CHINESE.search(text):
        return _WORD.findall(text)
    return [word for word in rjieba.cut(text) if _WORD.match(word)]


def parts(text: str) -> Iterator[str]:
    """Give everything a sentence consists of; `\\x00` and `\\x01` tell words and pairs from runs of characters."""
    plain = masked(normal(text))
    cut = words(plain)
    for word in cut:
        yield "\x00" + word
    for left, right in pairwise(cut):
        yield f"\x01{left} {right}"
    padded = f" {plain} "
    for run in RUNS:
        for start in range(len(padded) - run + 1):
            yield padded[start : start + run]


class Vocabulary:
    """The parts that training has seen, and how telling each is (inverse document frequency)."""

    def __init__(self, names: Sequence[str], weights: Values) -> None:
        self.names = tuple(names)
        self.weights = weights
        self._index: Mapping[str, int] = {name: number for number, name in enumerate(names)}
        self._rarest = float(weights.max()) ** 2 if len(weights) else 1.0

    def __len__(self) -> int:
        """Return how many parts it knows."""
        return len(self.names)

    def vector(self, text: str) -> tuple[Indices, Values]:
        """Return the known parts of a sentence by number, weighted (1 + ln n) idf; with the unknown ones of length 1.

        So whoever speaks of other things scores low: what is known is the smaller, the more is unknown.
        """
        counts = Counter(map(self._index.get, parts(text)))
        unknown = counts.pop(None, 0)
        if not counts:
            return np.empty(0, np.int32), np.empty(0, np.float32)
        numbers = np.fromiter(cast("Counter[int]", counts), np.int32, len(counts))
        often = np.fromiter(counts.values(), np.float32, len(counts))
        values = (1 + np.log(often)) * self.weights[numbers]
        return numbers, (values / np.sqrt(np.dot(values, values) + unknown * self._rarest)).astype(np.float32)


def learned(texts: Iterable[str], *, least: int = 1) -> Vocabulary:
    """Return the vocabulary of these sentences: parts that at least `least` of them have."""
    seen: Counter[str] = Counter()
    number = 0
    for text in texts:
        number += 1
        seen.update(set(parts(text)))
    names = sorted(part for part, often in seen.items() if often >= least)
    often = np.array([seen[name] for name in names], np.float32)
    return Vocabulary(names, (np.log((1 + number) / (1 + often)) + 1).astype(np.float32))
