"""Trains one bot and ends: `python -m bots.training_process`, started by `bots/serving/training.py` and nobody else.

in   F  the project's texts, as JSON
out  P  progress [fraction, stage]      M  the model      R  the report      X  why not [sentence, hint]
"""

import os
import sys
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import IO

import msgspec
import numpy as np
from numpy.typing import NDArray

from bots.actions.refusals import require_doable
from bots.nlu.encoder import Encoder, load
from bots.nlu.evaluation import Report, cross_validated
from bots.nlu.training import train
from bots.project.model import Project
from bots.project.reading import read as read_project
from bots.serving import child, frames
from bots.trained import pack, trained_of
from hub.errors import HubError, Invalid

MEMORY = 4 << 30
CPU = 1800
FOLDS = 5
TRAINED = 0.4
"""The part of the progress after which the model is there; the rest is the report."""

Tell = Callable[[float, str], None]


class Remembering:
    """An encoder that encodes each sentence once: every fold of a cross-validation asks for the same ones."""

    def __init__(self, inner: Encoder) -> None:
        self.name = inner.name
        self._inner = inner
        self._known: dict[str, NDArray[np.float32]] = {}

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Return a row for every text."""
        missing = list(dict.fromkeys(text for text in texts if text not in self._known))
        if missing:
            self._known.update(zip(missing, self._inner.encode(missing), strict=True))
        return np.stack([self._known[text] for text in texts])


def work(files: dict[str, str], send: Callable[[bytes, object], None], model: Callable[[bytes], None]) -> None:
    """Train, hand the model out, then judge it; a project that cannot be trained says why."""

    def telling(low: float, high: float) -> Tell:
        return lambda fraction, stage: send(b"P", (low + (high - low) * fraction, stage))

    try:
        project = require_doable(read_project(files))
        found = load()
        known = Remembering(found) if found is not None else None
        understanding = train(project, known, telling(0.0, TRAINED))
        model(pack(trained_of(project, understanding)))
        send(b"R", _judged(project, known, telling(TRAINED, 1.0)))
    except HubError as error:
        send(b"X", (error.message, error.hint))
    except MemoryError:
        send(b"X", ("Training needs more memory than a bot gets", "Give it fewer examples."))


def _judged(project: Project, known: Encoder | None, tell: Tell) -> Report | dict[str, object]:
    """Return the report; a bot with too few examples to be judged has none, and answers all the same."""
    try:
        return cross_validated(project, known, folds=FOLDS, tell=tell)
    except Invalid:
        return {}


def main() -> None:
    """Do one training."""
    source, target = child.own_pipes()
    child.step_back(memory=MEMORY, seconds=CPU)
    with os.fdopen(source, "rb") as heard, os.fdopen(target, "wb") as out:
        frame = frames.read(heard)
        if frame is None or frame[0] != b"F":
            sys.exit(2)
        with suppress(BrokenPipeError):
            _work(frame[1], out)


def _work(body: bytes, out: IO[bytes]) -> None:
    work(
        msgspec.json.decode(body, type=dict[str, str]),
        lambda letter, told: frames.write(out, letter, msgspec.json.encode(told)),
        lambda model: frames.write(out, b"M", model),
    )


if __name__ == "__main__":
    main()
