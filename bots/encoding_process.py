"""Encodes sentences for one hub process: `python -m bots.encoding_process`, started by `bots/serving/encoding.py`.

in   T  number and texts, as JSON [n, [text, ...]]
out  V  number (4 bytes), then float32 rows, little-endian      N  there is no encoder here
"""

import os
import sys
from contextlib import suppress
from typing import IO

import msgspec
import numpy as np

from bots.nlu.encoder import Encoder, load
from bots.serving import child, frames

MEMORY = 4 << 30


def work(heard: IO[bytes], out: IO[bytes], found: Encoder) -> None:
    """Answer until nobody asks any more."""
    decode = msgspec.json.Decoder(tuple[int, list[str]]).decode
    while (frame := frames.read(heard)) is not None:
        number, texts = decode(frame[1])
        rows = np.ascontiguousarray(found.encode(texts), dtype="<f4")
        frames.write(out, b"V", frames.NUMBER.pack(number) + rows.tobytes())


def main() -> None:
    """Load the encoder, then answer."""
    source, target = child.own_pipes()
    child.step_back(memory=MEMORY, seconds=0)
    with os.fdopen(source, "rb") as heard, os.fdopen(target, "wb") as out:
        found = load()
        if found is None:
            frames.write(out, b"N", b"")
            sys.exit(0)
        with suppress(BrokenPipeError):
            work(heard, out, found)


if __name__ == "__main__":
    main()
