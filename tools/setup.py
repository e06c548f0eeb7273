"""Make a checkout ready: `python3 -m tools.setup run|dev|test|start`. A second call costs a blink."""

from __future__ import annotations

import os
import sys

from tools import debian, python, sdk, web
from tools.shell import stop


def run() -> None:
    """All that the hub needs to serve."""
    python.install("run")
    web.build()


def dev() -> None:
    """All that the checks need."""
    python.install("dev")
    web.install()


def test() -> None:
    """All that the tests need."""
    python.install("dev")
    debian.install()
    sdk.install()
    web.build()


def start() -> None:
    """Set up, then become the hub on the embedded store, so that signals reach it directly."""
    run()
    sdk.install()
    os.environ.setdefault("YIZHAN_DEMO_ACTIONS", str(sdk.PYTHON))
    os.execv(python.PYTHON, [str(python.PYTHON), "-m", "server", "demo", *sys.argv[2:]])


GOALS = {"run": run, "dev": dev, "test": test, "start": start}


def main() -> None:
    """Reach the goal named on the command line."""
    python.wanted_python()
    goal = GOALS.get(sys.argv[1] if len(sys.argv) > 1 else "")
    if goal is None:
        stop(f"say what to set up: {', '.join(GOALS)}")
    goal()


if __name__ == "__main__":
    main()
