"""Run every test: those of the pages, then pytest on every core, then what needs the machine for itself.

With words on the command line there is one pytest, and it gets them. The closing line of the last one comes last.
"""

from __future__ import annotations

import os
import subprocess
import sys

from tools import stamp, web

TOGETHER = ("-m", "not alone", "--dist=loadfile")
ALONE = ("-m", "alone")
MOST = 4
"""Processes at most; each starts stores, trainings and servers of its own."""


def main() -> int:
    """Zero only when all suites pass."""
    pages = subprocess.run(["npm", "test"], cwd=web.WEB, env=web.environment(), check=False).returncode
    words = sys.argv[1:]
    hub = _pytest(*words) if words else _whole()
    if pages:
        print("the tests of web/ failed, see above", file=sys.stderr)
    return hub or pages


def _whole() -> int:
    together = _pytest(*TOGETHER, f"-n{min(os.cpu_count() or 1, MOST)}")
    alone = _pytest(*ALONE)
    if together:
        print("tests that ran side by side failed, see the first summary above", file=sys.stderr)
    return together or alone


def _pytest(*words: str) -> int:
    return subprocess.run([sys.executable, "-m", "pytest", *words], cwd=stamp.ROOT, check=False).returncode


if __name__ == "__main__":
    raise SystemExit(main())
