"""The arithmetic of understanding: linear layers, fused scores, probabilities. Pure."""

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from bots.nlu.features import Indices, Values

Floats = NDArray[np.float32]
Halves = NDArray[np.float16]


class Layer(Struct, frozen=True):
    """Weights (features, classes) at half precision, and a bias for each class."""

    weights: Halves
    bias: Floats

    def sparse(self, numbers: Indices, values: Values) -> Floats:
        """Return the scores of a sentence given as numbered features."""
        scores: Floats = values @ self.weights[numbers].astype(np.float32) + self.bias
        return scores

    def dense(self, vector: Floats) -> Floats:
        """Return the scores of a vector, or of a row each."""
        return np.asarray(vector @ self.weights.astype(np.float32) + self.bias, np.float32)


class Fusion(Struct, frozen=True, kw_only=True):
    """How the scores of both layers become probabilities: softmax(a * lexical + b * meaning)."""

    alone: float = 4.0
    """What lexical scores are multiplied with where there is no vector."""
    lexical: float = 2.0
    meaning: float = 3.0

    def judged(self, lexical: Floats, meaning: Floats | None) -> tuple[Floats, Floats]:
        """Return the probability of each class, and the energy; both may be rows of many sentences."""
        scores = self._scores(lexical, meaning)
        most = scores.max(axis=-1, keepdims=True)
        shares = np.exp(scores - most)
        whole = shares.sum(axis=-1, keepdims=True)
        shares /= whole
        return shares, (most + np.log(whole))[..., 0]

    def probabilities(self, lexical: Floats, meaning: Floats | None) -> Floats:
        """Return the probability of each class."""
        return self.judged(lexical, meaning)[0]

    def energy(self, lexical: Floats, meaning: Floats | None) -> Floats:
        """Return ln sum exp of the fused scores: how much the bot has to say to it, whichever class it is.

        It tells strangers better than the best probability does (Liu et al., "Energy-based Out-of-distribution
        Detection", 2020): on CLINC150 91 % of them at 5 % of the bot's own, against 79 %.
        """
        return self.judged(lexical, meaning)[1]

    def _scores(self, lexical: Floats, meaning: Floats | None) -> Floats:
        return lexical * self.alone if meaning is None else lexical * self.lexical + meaning * self.meaning


def margin(scores: Floats) -> float:
    """Return by how much the first class is ahead of the second."""
    if scores.shape[-1] < 2:
        return float("inf")
    second, first = np.partition(scores, -2)[-2:]
    return float(first - second)


def loss(probabilities: Floats, wanted: NDArray[np.int32]) -> float:
    """Return the mean negative log of what the right classes got."""
    got = probabilities[np.arange(len(wanted)), wanted]
    return float(-np.log(np.maximum(got, 1e-6)).mean())
