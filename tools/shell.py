"""Run a command of the set-up, and stop with one clear sentence when it fails."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import TYPE_CHECKING, NoReturn

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path


def say(line: str) -> None:
    """One line about what is being done."""
    print(f"-- {line}", flush=True)


def stop(line: str) -> NoReturn:
    """End the set-up with the sentence the reader needs."""
    print(f"\nyizhan: {line}", file=sys.stderr, flush=True)
    raise SystemExit(1)


def run(command: Sequence[str | Path], *, cwd: Path | None = None, extra: Mapping[str, str] | None = None) -> None:
    """Run, and stop the whole set-up when it fails."""
    if not succeeds(command, cwd=cwd, extra=extra):
        stop(f"this command failed, see its output above: {' '.join(str(part) for part in command)}")


def succeeds(command: Sequence[str | Path], *, cwd: Path | None = None, extra: Mapping[str, str] | None = None) -> bool:
    """Run, and tell whether it went well; a missing program counts as a failure."""
    try:
        done = subprocess.run(
            [str(part) for part in command], cwd=cwd, env={**os.environ, **(extra or {})}, check=False
        )
    except OSError as error:
        print(error, file=sys.stderr)
        return False
    return done.returncode == 0


def output(command: Sequence[str | Path]) -> str:
    """What the command printed, or an empty string when it cannot be run."""
    try:
        done = subprocess.run([str(part) for part in command], capture_output=True, text=True, check=False)
    except OSError:
        return ""
    return done.stdout.strip() if done.returncode == 0 else ""
