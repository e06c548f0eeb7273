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

    def times(self, factor: float) -> "Layer":
        """Return the layer whose scores are so many times these."""
        weights = self.weights.astype(np.float32) * factor
        return Layer(weights.astype(np.float16), self.bias * np.float32(factor))

    def parted(self, width: int) -> "tuple[Layer, Layer]":
        """Return a layer over words and vectors as two: over the first `width` features, and over the rest."""
        return Layer(self.weights[:width], self.bias), Layer(self.weights[width:], np.zeros_like(self.bias))


class Fusion(Struct, frozen=True, kw_only=True):
    """How the scores of layers become those of which softmax makes probabilities."""

    alone: float = 4.0
    """What the scores of words alone are multiplied with, where there is no vector."""
    meaning: float = 1.0
    joint: float = 4.0
    gate_words: float = 2.0
    gate_meaning: float = 3.0
    """What words and vector, each by itself, count for the gate: strangers are told by them better than by the joint
    layer, which on CLINC150 stops 89.9 % of them at 5.4 % of the bot's own."""

    def gated(self, lexical: Floats, meaning: Floats) -> Floats:
        """Return the scores that the gate looks at, where there is a vector."""
        return lexical * self.gate_words + meaning * self.gate_meaning

    def scores(self, lexical: Floats, seen: tuple[Floats, Floats] | None) -> Floats:
        """Return the scores by words alone, or by the two layers that see the vector: of it alone, and of both."""
        return lexical * self.alone if seen is None else seen[0] * self.meaning + seen[1] * self.joint

    def merged(self, meaning: Layer, joint: Layer) -> Layer:
        """Return the one layer that gives the scores of the two; the vector stands last in the joint one."""
        weights = joint.weights.astype(np.float32) * self.joint
        weights[len(weights) - len(meaning.weights) :] += meaning.weights.astype(np.float32) * self.meaning
        return Layer(weights.astype(np.float16), joint.bias * self.joint + meaning.bias * self.meaning)


def judged(scores: Floats) -> tuple[Floats, Floats]:
    """Return the probability of each class (softmax), and the energy; the scores may be rows of many sentences.

    The energy is ln sum exp of the scores: how much the bot has to say to it, whichever class it is. It tells strangers
    better than the best probability does (Liu et al., "Energy-based Out-of-distribution Detection", 2020): on CLINC150
    91 % of them at 5 % of the bot's own, against 79 %.
    """
    most = scores.max(axis=-1, keepdims=True)
    shares = np.exp(scores - most)
    whole = shares.sum(axis=-1, keepdims=True)
    shares /= whole
    return shares, (most + np.log(whole))[..., 0]


def margin(scores: Floats) -> float:
    """Return by how much the first class is ahead of the second."""
    if scores.shape[-1] < 2:
        return float("inf")
    second, first = np.partition(scores, -2)[-2:]
    return float(first - second)


def loss(scores: Floats, wanted: NDArray[np.int32]) -> float:
    """Return the mean negative log of the probabilities that the right classes got."""
    got = judged(scores)[0][np.arange(len(wanted)), wanted]
    return float(-np.log(np.maximum(got, 1e-6)).mean())
