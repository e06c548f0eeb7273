"""What is fitted on sentences that the layers had not seen: how scores are fused, and where the gate stands. Pure.

There are no sentences of strangers to learn from, so strangers are made: each sentence once more, with its own intent
taken away. Where those score high, the gate must be higher.
"""

from collections.abc import Sequence

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from bots.nlu.knowledge import Gate
from bots.nlu.layers import Floats, Fusion, loss

ALONE = (1.0, 2.0, 3.0, 4.0, 6.0, 8.0, 12.0, 16.0, 24.0)
SHARES = (0.0, 0.25, 0.5, 0.75, 1.0)
REJECTED = 0.05
"""The part of a bot's own sentences that its gate may stop, unless `nlu: {false_rejection: ...}` says otherwise."""
STRANGERS = 0.01
"""The part of the strangers that may pass without having been encoded."""
FEWEST = 20
"""Held-out sentences that a calibration needs; with fewer nothing is stopped."""


class Held(Struct, frozen=True, kw_only=True):
    """Scores of sentences by layers that had not seen them: (n, classes), the right class, and with an encoder the
    scores by meaning and the cosine to the nearest example of each class."""

    wanted: NDArray[np.int32]
    lexical: Floats
    meaning: Floats | None = None
    near: Floats | None = None


def fused(held: Held) -> Fusion:
    """Return the fusion under which the right classes are likeliest."""
    if len(held.wanted) < FEWEST:
        return Fusion()
    alone = min(ALONE, key=lambda one: loss(Fusion(alone=one).probabilities(held.lexical, None), held.wanted))
    if held.meaning is None:
        return Fusion(alone=alone)
    tried = [
        Fusion(alone=alone, lexical=lexical, meaning=meaning)
        for lexical in (0.0, 0.5, 1.0, 1.5, 2.0, 3.0, 4.0, 6.0, 8.0)
        for meaning in (0.25, 0.5, 0.75, 1.0, 1.5, 2.0)
    ]
    return min(tried, key=lambda one: loss(one.probabilities(held.lexical, held.meaning), held.wanted))


def gated(held: Held, fusion: Fusion, *, rejected: float = REJECTED) -> Gate:
    """Return the gate that stops `rejected` of the bot's own sentences and as many strangers as it can."""
    if len(held.wanted) < FEWEST:
        return Gate()
    own, strange = _without(held.lexical, None), _without(held.lexical, held.wanted)
    alone = fusion.probabilities(own, None).max(axis=1)
    if held.meaning is None or held.near is None:
        return Gate(alone=_quantile(alone, rejected))
    best = fusion.probabilities(held.lexical, held.meaning).max(axis=1)
    stranger = fusion.probabilities(strange, _without(held.meaning, held.wanted)).max(axis=1)
    near, far = held.near.max(axis=1), _without(held.near, held.wanted).max(axis=1)
    share = max(SHARES, key=lambda one: _told_apart(one * best + (1 - one) * near, one * stranger + (1 - one) * far))
    return Gate(
        alone=_quantile(alone, rejected), fused=_quantile(share * best + (1 - share) * near, rejected), share=share,
        sure=_sure(own, strange),
    )  # fmt: skip


def _without(scores: Floats, wanted: NDArray[np.int32] | None) -> Floats:
    """Return the scores with the right class of each row out of the running."""
    if wanted is None:
        return scores
    changed = scores.copy()
    changed[np.arange(len(wanted)), wanted] = scores.min() - 1.0
    return changed


def _quantile(values: Floats, part: float) -> float:
    return float(np.quantile(values, part))


def _told_apart(own: Floats, strange: Floats) -> float:
    """Return the area under the ROC curve: how likely one of its own scores above a stranger."""
    order = np.argsort(np.concatenate([own, strange]), kind="stable")
    ranks = np.empty(len(order))
    ranks[order] = np.arange(1, len(order) + 1)
    return float((ranks[: len(own)].sum() - len(own) * (len(own) + 1) / 2) / (len(own) * len(strange)))


def _sure(own: Floats, strange: Floats) -> float:
    """Return the lead that nearly no stranger has, and no sentence that was misunderstood."""
    leads = _leads(strange)
    return float(max(np.quantile(leads, 1 - STRANGERS), np.quantile(_leads(own), 0.2)))


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
