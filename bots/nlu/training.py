"""From a project to what a bot knows: vectors, layers, calibration, entities; seconds for a thousand sentences.

examples -> vectors (encoder) -> layers on all of them
         \\-> layers on parts, scores of the rest -> fusion and gate
"""

from collections.abc import Callable, Sequence

import numpy as np
from msgspec import Struct, structs
from numpy.typing import NDArray

from bots.nlu import calibration, learning, settings, words
from bots.nlu.calibration import Held
from bots.nlu.encoder import Encoder
from bots.nlu.entities import train_crf
from bots.nlu.features import learned
from bots.nlu.knowledge import Gate, Knowledge
from bots.nlu.layers import Floats, Fusion, Layer
from bots.nlu.learning import Classes, Row
from bots.nlu.normal import normal
from bots.nlu.understanding import Understanding
from bots.project.model import Example, Project
from hub.errors import Invalid

Tell = Callable[[float, str], None]
FOLDS = 5
ENOUGH = 500
"""Examples from which on two parts held out calibrate as well as five, and a bot is learned in half the time."""
MANY = 3000
"""Examples from which on one part is held out once instead of every part in turn."""
BATCH = 256


class Told(Struct, frozen=True, kw_only=True):
    """Sentences as the layers see them: a row each over `width` parts, a vector each, and the class of each."""

    rows: tuple[Row, ...]
    width: int
    vectors: Floats | None
    wanted: Classes
    classes: int

    def those(self, chosen: NDArray[np.bool_]) -> "Told":
        """Return some of them."""
        at = np.flatnonzero(chosen)
        vectors = None if self.vectors is None else self.vectors[at]
        return structs.replace(
            self, rows=tuple(self.rows[one] for one in at.tolist()), vectors=vectors, wanted=self.wanted[at]
        )


class Parts(Struct, frozen=True, kw_only=True):
    """The layers fitted on some sentences: by words, and where there are vectors, by them and by both."""

    lexical: Layer
    meaning: Layer | None = None
    joint: Layer | None = None


def train(project: Project, encoder: Encoder | None, tell: Tell = lambda fraction, stage: None) -> Understanding:
    """Learn a project; the same project gives the same bot. Raises `Invalid` when there is nothing to learn."""
    return fitted(project, vectors_of(project.nlu.examples, encoder, tell), encoder, tell)


def fitted(
    project: Project, vectors: Floats | None, encoder: Encoder | None, tell: Tell, *, rounds: int | None = None
) -> Understanding:
    """Learn a project whose examples have these vectors.

    `rounds` is how many parts are held out in turn (0: none; None: all, or two where many examples make many enough).
    """
    examples = project.nlu.examples
    if not examples:
        raise Invalid("The bot has no examples to learn from", path="nlu", hint="Write examples of its intents.")
    classes = tuple(sorted({example.intent for example in examples}))
    number = {name: at for at, name in enumerate(classes)}
    wanted = np.array([number[example.intent] for example in examples], np.int32)
    plain = [normal(example.text) for example in examples]
    vocabulary = learned(plain, words.of(project), least=2 if len(plain) > MANY else 1)
    tell(0.4, "fitting")
    rows = tuple(map(vocabulary.vector, plain))
    told = Told(rows=rows, width=len(vocabulary), vectors=vectors, wanted=wanted, classes=len(classes))
    parts = _fit(told)
    tell(0.6, "calibrating")
    fusion, gate = Fusion(), Gate()
    if rounds is None:
        rounds = FOLDS if len(examples) <= ENOUGH else 2
    if rounds and len(examples) >= calibration.FEWEST:
        held = _held(told, rounds)
        fusion = calibration.fused(held)
        gate = calibration.gated(held, fusion, parts.lexical.bias, rejected=settings.read(project).false_rejection)
    fused, gating = None, None
    if parts.meaning is not None and parts.joint is not None:
        fused = fusion.merged(parts.meaning, parts.joint)
        gating = parts.meaning.times(fusion.gate_meaning)
        gate = structs.replace(gate, words=fusion.gate_words)
    tell(0.9, "entities")
    known = Knowledge(
        classes=classes, names=vocabulary.names, weights=vocabulary.weights, lexical=parts.lexical,
        scale=fusion.alone, fused=fused, gating=gating,
        vectors=None if vectors is None else vectors.astype(np.float16),
        encoder=encoder.name if encoder and vectors is not None else "", gate=gate, tagger=train_crf(project) or b"",
    )  # fmt: skip
    tell(1.0, "done")
    return Understanding(known, project)


def vectors_of(examples: Sequence[Example], encoder: Encoder | None, tell: Tell) -> Floats | None:
    """Encode every example, in batches."""
    if encoder is None or not examples:
        return None
    rows: list[Floats] = []
    for start in range(0, len(examples), BATCH):
        tell(0.4 * start / len(examples), "encoding")
        rows.append(encoder.encode([example.text for example in examples[start : start + BATCH]]))
    return np.concatenate(rows)


def _fit(told: Told) -> Parts:
    parts = Parts(lexical=learning.lexical(told.rows, told.width, told.wanted, told.classes))
    if told.vectors is None:
        return parts
    return structs.replace(
        parts,
        meaning=learning.meaning(told.vectors, told.wanted, told.classes),
        joint=learning.joint(told.rows, told.width, told.vectors, told.wanted, told.classes),
    )


def _held(told: Told, rounds: int) -> Held:
    """Score sentences by layers that were fitted without them."""
    fold = calibration.folds(told.wanted.tolist(), FOLDS)
    count = 1 if len(told.rows) > MANY else min(rounds, FOLDS)
    return _together([_scored(told.those(fold != one), told.those(fold == one)) for one in range(count)])


def _together(found: Sequence[Held]) -> Held:
    seen = [one.seen for one in found if one.seen is not None]
    return Held(
        wanted=np.concatenate([one.wanted for one in found]),
        lexical=np.concatenate([one.lexical for one in found]),
        seen=(np.concatenate([one for one, _ in seen]), np.concatenate([one for _, one in seen])) if seen else None,
    )


def _scored(seen: Told, rest: Told) -> Held:
    parts = _fit(seen)
    held = Held(wanted=rest.wanted, lexical=np.stack([parts.lexical.sparse(*row) for row in rest.rows]))
    if rest.vectors is None or parts.meaning is None or parts.joint is None:
        return held
    words, vector = parts.joint.parted(rest.width)
    joint = np.stack([words.sparse(*row) for row in rest.rows]) + vector.dense(rest.vectors)
    return structs.replace(held, seen=(parts.meaning.dense(rest.vectors), joint))
