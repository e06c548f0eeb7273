"""Run every test: those of the pages first, then pytest, whose closing line comes last."""

from __future__ import annotations

import subprocess
import sys

from tools import stamp, web


def main() -> int:
    """Zero only when both suites pass; the words of the command line go to pytest."""
    pages = subprocess.run(["npm", "test"], cwd=web.WEB, env=web.environment(), check=False)
    hub = subprocess.run([sys.executable, "-m", "pytest", *sys.argv[1:]], cwd=stamp.ROOT, check=False)
    if pages.returncode:
        print("the tests of web/ failed, see above", file=sys.stderr)
    return hub.returncode or pages.returncode


if __name__ == "__main__":
    raise SystemExit(main())
