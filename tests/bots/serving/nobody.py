"""A machine without an encoder. Started by the tests as a module."""

import os

from bots.serving import child, frames


def main() -> None:
    """Say so and end."""
    _, target = child.own_pipes()
    with os.fdopen(target, "wb") as out:
        frames.write(out, b"N", b"")


if __name__ == "__main__":
    main()
