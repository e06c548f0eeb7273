"""Resolve requirements/*.lock: pinned, hashed, for every platform, without the name of any package index."""

from __future__ import annotations

import sys

from tools import stamp
from tools.python import LOCKS, VENV
from tools.shell import run, say

OPTIONS = (
    "--quiet",
    "--universal",
    "--python-version=3.11",
    "--generate-hashes",
    "--no-header",
    "--no-emit-index-url",
    "--no-emit-find-links",
)
SOURCES: dict[str, tuple[str, ...]] = {
    "run": ("pyproject.toml", "--extra=encoder"),
    "dev": ("pyproject.toml", "--extra=encoder", "--group=dev"),
    "boot": ("requirements/boot.in",),
    "node": ("requirements/node.in",),
    "sdk": ("requirements/sdk.in",),
}


def main() -> None:
    """Write all locks; `--upgrade` takes the newest releases, otherwise the pins stay where they can."""
    for name, source in SOURCES.items():
        say(f"requirements/{name}.lock")
        uv = VENV / "bin" / "uv"
        run(
            [uv, "pip", "compile", *OPTIONS, *sys.argv[1:], *source, "-o", LOCKS / f"{name}.lock"],
            cwd=stamp.ROOT,
        )


if __name__ == "__main__":
    main()
