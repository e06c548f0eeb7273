"""Fits the linear layers. The only place that needs scikit-learn; a trained bot runs without it."""

from collections.abc import Sequence
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from bots.nlu.encoder import WIDTH
from bots.nlu.features import Indices, Values
from bots.nlu.layers import Floats, Layer

LEXICAL_C = 0.5
MEANING_C = 10.0
"""Inverse strengths of regularisation, chosen on CLINC150's validation part."""
Classes = NDArray[np.int32]
Row = tuple[Indices, Values]
"""A sentence: the numbers of its parts, and their weights."""


def lexical(rows: Sequence[Row], width: int, wanted: Classes, classes: int) -> Layer:
    """Fit the layer over words and characters, `width` of them: one linear support vector machine a class."""
    from scipy.sparse import csr_matrix
    from sklearn.svm import LinearSVC

    ends = np.cumsum([0, *(len(numbers) for numbers, _ in rows)])
    numbers = np.concatenate([numbers for numbers, _ in rows]) if rows else np.empty(0, np.int32)
    values = np.concatenate([values for _, values in rows]) if rows else np.empty(0, np.float32)
    matrix = csr_matrix((values, numbers, ends), shape=(len(rows), width))
    machine = LinearSVC(C=LEXICAL_C, random_state=0, max_iter=2000)
    return _layer(machine, matrix, wanted, classes, width)


def meaning(vectors: Floats, wanted: Classes, classes: int) -> Layer:
    """Fit the layer over sentence vectors: one logistic regression over all classes."""
    from sklearn.linear_model import LogisticRegression

    return _layer(LogisticRegression(C=MEANING_C, max_iter=200), vectors, wanted, classes, WIDTH)


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
