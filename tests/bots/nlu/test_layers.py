"""The arithmetic: fused layers score as their parts do, and shares are probabilities."""

import numpy as np
import pytest

from bots.nlu.layers import Fusion, Layer, judged, margin
from bots.nlu.training import train
from bots.nlu.understanding import Understanding
from bots.project.model import Project
from tests.bots.nlu.letters import Letters
from tests.bots.nlu.said import only

CHANCE = np.random.default_rng(7)


def layer(features: int, classes: int) -> Layer:
    """Return a layer of any weights."""
    weights = CHANCE.normal(size=(features, classes)).astype(np.float16)
    return Layer(weights, CHANCE.normal(size=classes).astype(np.float32))


def test_the_merged_layer_scores_as_both_do() -> None:
    """Over words and a vector; what it costs is one layer, and half precision."""
    meaning, joint, fusion = layer(8, 3), layer(20, 3), Fusion(meaning=0.5, joint=2.0)
    numbers, values = np.array([1, 4, 11], np.int32), np.array([0.5, 0.25, 0.8], np.float32)
    vector = CHANCE.normal(size=8).astype(np.float32)
    words, rest = joint.parted(12)
    both = words.sparse(numbers, values) + rest.dense(vector)
    wanted = fusion.scores(words.bias, (meaning.dense(vector), both))
    merged_words, merged_rest = fusion.merged(meaning, joint).parted(12)
    assert merged_words.sparse(numbers, values) + merged_rest.dense(vector) == pytest.approx(wanted, abs=0.02)


def test_shares_and_energy_are_those_of_the_textbook() -> None:
    """Softmax and ln sum exp, of a row or of many, also where exp alone would overflow."""
    scores = np.array([[1.0, 2.0, 3.0], [1000.0, 1000.0, 0.0]], np.float32)
    shares, energy = judged(scores)
    assert shares.sum(axis=1) == pytest.approx([1, 1])
    assert shares[0, 2] == pytest.approx(np.exp(3) / np.exp([1, 2, 3]).sum(), rel=1e-5)
    assert energy == pytest.approx([np.log(np.exp([1, 2, 3]).sum()), 1000 + np.log(2)], rel=1e-5)
    assert judged(scores[0])[1] == pytest.approx(energy[0])
    assert margin(scores[0]) == pytest.approx(1.0)


def test_a_vector_of_something_else_changes_what_is_understood(project: Project, lettered: Understanding) -> None:
    """Words and vector are weighed together, and the weights of the vector are not nothing."""
    text = "快递要退款吗"
    said, other = Letters().encode([text, "发票地址"])
    assert lettered.known.fused is not None
    assert lettered.parse(text, said).intent_ranking != lettered.parse(text, other).intent_ranking
    assert train(only(project, 5), Letters()).known.fused is not None
