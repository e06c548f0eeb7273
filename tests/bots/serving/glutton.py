"""A training process that wants more memory than it is given. Started by the tests as a module."""

import os

from bots.serving import child, frames
from bots.training_process import work


def main() -> None:
    """Train within next to nothing."""
    source, target = child.own_pipes()
    child.step_back(memory=1 << 29, seconds=30)
    with os.fdopen(source, "rb") as heard, os.fdopen(target, "wb") as out:
        frames.read(heard)
        hoard = [bytearray(1 << 24) for _ in range(1 << 10)]
        work({str(len(hoard)): ""}, lambda *_: None, lambda _: None)
        frames.write(out, b"R", b"{}")


if __name__ == "__main__":
    main()
