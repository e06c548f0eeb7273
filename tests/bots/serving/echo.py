"""An encoder for tests: a sentence's vector is its length and its number in the batch; some words make it misbehave."""

import os
import struct
import sys
import time

import msgspec

from bots.serving import child, frames


def main() -> None:
    """Answer; `die` ends it, `hang` lets it wait, `lie` answers another question."""
    source, target = child.own_pipes()
    with os.fdopen(source, "rb") as heard, os.fdopen(target, "wb") as out:
        while (frame := frames.read(heard)) is not None:
            number, texts = msgspec.json.decode(frame[1], type=tuple[int, list[str]])
            if "die" in texts:
                sys.exit(1)
            if "hang" in texts:
                time.sleep(600)
            number += "lie" in texts
            rows = b"".join(struct.pack("<3f", len(text), at, os.getpid()) for at, text in enumerate(texts))
            frames.write(out, b"V", frames.NUMBER.pack(number) + rows)


if __name__ == "__main__":
    main()
