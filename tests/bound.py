"""Servers that end with the test run that started them, however it ends: a killed run leaves nothing behind."""

import shutil
from collections.abc import Sequence


def bound(command: Sequence[str]) -> list[str]:
    """Return the command so that the kernel ends it with its parent (`prctl(2)`, PR_SET_PDEATHSIG; Linux only)."""
    setpriv = shutil.which("setpriv")
    return [setpriv, "--pdeathsig", "KILL", *command] if setpriv else list(command)
