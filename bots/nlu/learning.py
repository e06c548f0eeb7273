"""Fits the linear layers. The only place that needs scikit-learn; a trained bot runs without it."""

from collections.abc import Sequence
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from bots.nlu.encoder import WIDTH
from bots.nlu.features import Indices, Values
from bots.nlu.layers import Floats, Layer

LEXICAL_C = 0.5
JOINT_C = 1.0
MEANING_C = 10.0
MEANING_C_FEW = 50.0
"""Inverse strengths of regularisation, chosen on CLINC150's validation part: all of it, and 10 examples an intent."""
FEW = 3000
"""Examples up to which a bot has few."""
Classes = NDArray[np.int32]
Row = tuple[Indices, Values]
"""A sentence: the numbers of its parts, and their weights."""


def lexical(rows: Sequence[Row], width: int, wanted: Classes, classes: int) -> Layer:
    """Fit the layer over words and characters, `width` of them: one linear support vector machine a class."""
    return _layer(_machine(LEXICAL_C), _matrix(rows, width), wanted, classes, width)


def joint(rows: Sequence[Row], width: int, vectors: Floats, wanted: Classes, classes: int) -> Layer:
    """Fit the layer over words, characters and, behind them, the vector: one machine a class, as for words alone."""
    from scipy.sparse import csr_matrix, hstack

    matrix = hstack([_matrix(rows, width), csr_matrix(vectors)], format="csr")
    return _layer(_machine(JOINT_C), matrix, wanted, classes, width + WIDTH)


def meaning(vectors: Floats, wanted: Classes, classes: int) -> Layer:
    """Fit the layer over sentence vectors: one logistic regression over all classes."""
    from sklearn.linear_model import LogisticRegression

    strength = MEANING_C if len(wanted) > FEW else MEANING_C_FEW
    return _layer(LogisticRegression(C=strength, max_iter=200), vectors, wanted, classes, WIDTH)


def _matrix(rows: Sequence[Row], width: int) -> Any:
    from scipy.sparse import csr_matrix

    ends = np.cumsum([0, *(len(numbers) for numbers, _ in rows)])
    numbers = np.concatenate([numbers for numbers, _ in rows]) if rows else np.empty(0, np.int32)
    values = np.concatenate([values for _, values in rows]) if rows else np.empty(0, np.float32)
    return csr_matrix((values, numbers, ends), shape=(len(rows), width))


def _machine(strength: float) -> "_Model":
    from sklearn.svm import LinearSVC

    machine: _Model = LinearSVC(C=strength, random_state=0, max_iter=2000)
    return machine


class _Model(Protocol):
    """A linear model of scikit-learn."""

    coef_: Floats
    intercept_: Floats

    def fit(self, matrix: object, wanted: Classes) -> object: ...


def _layer(model: _Model, matrix: object, wanted: Classes, classes: int, width: int) -> Layer:
    """Fit a linear model; classes without an example keep a low score."""
    there = np.unique(wanted)
    weights = np.zeros((width, classes), np.float32)
    bias = np.full(classes, -1.0, np.float32)
    if len(there) == 1:
        bias[there[0]] = 1.0
    elif len(there) > 1:
        model.fit(matrix, wanted)
        found, level = np.asarray(model.coef_, np.float32), np.asarray(model.intercept_, np.float32)
        if len(there) == 2:
            found, level = np.stack([-found[0], found[0]]), np.array([-level[0], level[0]], np.float32)
        weights[:, there], bias[there] = found.T, level
    return Layer(weights.astype(np.float16), bias)
