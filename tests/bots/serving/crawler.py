"""A training process that never ends: it says so once, and waits. Started by the tests as a module."""

import os
import sys
import time

from bots.serving import child, frames


def main() -> None:
    """Tell its process id as the stage, then hang."""
    source, target = child.own_pipes()
    with os.fdopen(source, "rb") as heard, os.fdopen(target, "wb") as out:
        frames.read(heard)
        frames.write(out, b"P", f"[0.5, {str(os.getpid())!r}]".replace("'", '"').encode())
        time.sleep(600)
        sys.exit(1)


if __name__ == "__main__":
    main()
