"""What a sentence consists of, for the linear layer: words, pairs of them, runs of one to four characters. Pure."""

import math
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise
from typing import cast

import numpy as np
from numpy.typing import NDArray

from bots.nlu.normal import LONGEST, chinese, masked
from bots.nlu.words import GENERAL, Words

_WORD = re.compile(r"\w+")
RUNS = (1, 2, 3, 4)
_OFTEN = (1 + np.log(np.maximum(np.arange(8 * LONGEST), 1))).astype(np.float32)
"""What a part weighs that stands so often in a sentence."""
Indices = NDArray[np.int32]
Values = NDArray[np.float32]


def words(text: str, dictionary: Words) -> list[str]:
    """Cut a normalised sentence into words: Chinese by dictionary, everything else at its spaces."""
    if not chinese(text):
        return _WORD.findall(text)
    return [word for word in dictionary.cut(text) if _WORD.match(word)]


def parts(plain: str, dictionary: Words = GENERAL) -> list[str]:
    """Return all that a normalised sentence consists of; `\\x00` and `\\x01` tell words and pairs from runs."""
    plain = masked(plain)
    cut = words(plain, dictionary)
    padded = f" {plain} "
    found = ["\x00" + word for word in cut]
    found += [f"\x01{left} {right}" for left, right in pairwise(cut)]
    for run in RUNS:
        found += [padded[start : start + run] for start in range(len(padded) - run + 1)]
    return found


class Vocabulary:
    """The parts that training has seen, and how telling each is (inverse document frequency)."""

    def __init__(self, names: Sequence[str], weights: Values, dictionary: Words = GENERAL) -> None:
        self._dictionary = dictionary
        self.names = tuple(names)
        self.weights = weights
        self._index: Mapping[str, int] = {name: number for number, name in enumerate(names)}
        self._rarest = float(weights.max()) ** 2 if len(weights) else 1.0

    def __len__(self) -> int:
        """Return how many parts it knows."""
        return len(self.names)

    def vector(self, plain: str) -> tuple[Indices, Values]:
        """Return the known parts of a plain sentence by number, weighted (1 + ln n) idf; with the unknown of length 1.

        So whoever speaks of other things scores low: what is known is the smaller, the more is unknown.
        """
        counts = Counter(map(self._index.get, parts(plain, self._dictionary)))
        unknown = counts.pop(None, 0)
        if not counts:
            return np.empty(0, np.int32), np.empty(0, np.float32)
        numbers = np.fromiter(cast("Counter[int]", counts), np.int32, len(counts))
        values = _OFTEN[np.fromiter(counts.values(), np.int32, len(counts))] * self.weights[numbers]
        return numbers, values / np.float32(math.sqrt(float(np.dot(values, values)) + unknown * self._rarest))


def learned(plain: Iterable[str], dictionary: Words = GENERAL, *, least: int = 1) -> Vocabulary:
    """Return the vocabulary of these normalised sentences: parts that at least `least` of them have."""
    seen: Counter[str] = Counter()
    number = 0
    for text in plain:
        number += 1
        seen.update(set(parts(text, dictionary)))
    names = sorted(part for part, often in seen.items() if often >= least)
    often = np.array([seen[name] for name in names], np.float32)
    return Vocabulary(names, (np.log((1 + number) / (1 + often)) + 1).astype(np.float32), dictionary)
