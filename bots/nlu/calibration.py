"""What is fitted on sentences that the layers had not seen: how scores are fused, and where the gate stands. Pure.

There are no sentences of strangers to learn from, so strangers are made: each sentence once more, with its own intent
taken away. Where words alone are surer of an intent than of nearly any of those, no vector is asked for.
"""

from collections.abc import Sequence

import numpy as np
from msgspec import Struct, structs
from numpy.typing import NDArray

from bots.nlu.knowledge import Gate
from bots.nlu.layers import Floats, Fusion, judged, loss

ALONE = (1.0, 2.0, 3.0, 4.0, 6.0, 8.0, 12.0, 16.0, 24.0)
WORDS = (0.0, 0.5, 1.0, 1.5, 2.0, 3.0, 4.0, 6.0, 8.0)
MEANINGS = (0.25, 0.5, 0.75, 1.0, 1.5, 2.0)
"""What words and vector may count for the gate."""
STRANGERS = 0.01
"""The part of the strangers that may pass without having been encoded."""
FEWEST = 20
"""Held-out sentences that a calibration needs; with fewer nothing is stopped."""


class Held(Struct, frozen=True, kw_only=True):
    """Scores of sentences by layers that had not seen them, (n, classes), and the right class of each.

    `seen` are those of the layers that see the vector: of it alone, and of words and it.
    """

    wanted: NDArray[np.int32]
    lexical: Floats
    seen: tuple[Floats, Floats] | None = None


def fused(held: Held) -> Fusion:
    """Return the fusion under which the right classes are likeliest."""
    if len(held.wanted) < FEWEST:
        return Fusion()
    alone = min(ALONE, key=lambda one: loss(Fusion(alone=one).scores(held.lexical, None), held.wanted))
    if held.seen is None:
        return Fusion(alone=alone)
    tried = [
        Fusion(alone=alone, meaning=meaning, joint=joint)
        for joint in (1.0, 2.0, 3.0, 4.0, 6.0, 8.0, 12.0)
        for meaning in (0.0, 0.15, 0.3, 0.5, 0.75, 1.0, 1.5)
    ]
    best = min(tried, key=lambda one: loss(one.scores(held.lexical, held.seen), held.wanted))
    meaning = held.seen[0]
    gates = [structs.replace(best, gate_words=words, gate_meaning=of) for words in WORDS for of in MEANINGS]
    return min(gates, key=lambda one: loss(one.gated(held.lexical, meaning), held.wanted))


def gated(held: Held, fusion: Fusion, nothing: Floats, *, rejected: float) -> Gate:
    """Return the gate that stops `rejected` of the bot's own sentences.

    By words alone it never stands below the score of a sentence without a known word (`nothing`, its lexical scores):
    a bot of few examples has so many unlike the others that it would let everything through.
    """
    if len(held.wanted) < FEWEST:
        return Gate()
    alone = max(_quantile(_energy(fusion.scores(held.lexical, None)), rejected), float(_energy(nothing * fusion.alone)))
    if held.seen is None:
        return Gate(alone=alone)
    fused = _quantile(_energy(fusion.gated(held.lexical, held.seen[0])), rejected)
    return Gate(alone=alone, fused=fused, sure=_sure(held))


def _strangers(held: Held) -> Floats:
    """Return the lexical scores with the right class of each sentence out of the running."""
    changed = held.lexical.copy()
    changed[np.arange(len(held.wanted)), held.wanted] = held.lexical.min() - 1.0
    return changed


def _energy(scores: Floats) -> Floats:
    return judged(scores)[1]


def _quantile(values: Floats, part: float) -> float:
    return float(np.quantile(values, part))


def _sure(held: Held) -> float:
    """Return the lead that nearly no stranger has, nor a sentence that words alone would misunderstand."""
    wrong = held.lexical.argmax(axis=1) != held.wanted
    leads = [_leads(_strangers(held)), _leads(held.lexical)[wrong]]
    return float(max(np.quantile(one, 1 - STRANGERS) for one in leads if len(one)))


def _leads(scores: Floats) -> Floats:
    if scores.shape[1] < 2:
        return np.full(len(scores), np.inf, np.float32)
    top = np.partition(scores, -2, axis=1)[:, -2:]
    return np.asarray(top[:, 1] - top[:, 0], np.float32)


def folds(wanted: Sequence[int], count: int) -> NDArray[np.int32]:
    """Return a fold for each sentence: those of a class are dealt out in turn, so that every fold has of each."""
    dealt: dict[int, int] = {}
    found = np.empty(len(wanted), np.int32)
    for number, one in enumerate(wanted):
        found[number] = (dealt.get(one, one)) % count
        dealt[one] = dealt.get(one, one) + 1
    return found
