"""An encoder for tests: a sentence's pairs of letters, scattered over the width. Real vectors, little meaning."""

import zlib
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from bots.nlu.encoder import WIDTH
from bots.nlu.normal import normal


class Letters:
    """Quick and the same everywhere; counts what it was asked."""

    name = "letters"

    def __init__(self) -> None:
        self.asked = 0

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """See `bots.nlu.encoder.Encoder`."""
        self.asked += len(texts)
        rows = np.zeros((len(texts), WIDTH), np.float32)
        for row, text in zip(rows, texts, strict=True):
            padded = f" {normal(text)} "
            for at in range(len(padded) - 1):
                row[zlib.crc32(padded[at : at + 2].encode("utf-8", "surrogatepass")) % WIDTH] += 1
            row /= max(float(np.linalg.norm(row)), 1e-9)
        return rows
