"""Rasa's own action server library, which tests speak to: in an environment of its own, so that ours stays ours."""

from __future__ import annotations

from tools import stamp
from tools.python import LOCKS, new_environment, sync
from tools.shell import say

SDK = stamp.ROOT / ".tools" / "rasa-sdk"
PYTHON = SDK / "bin" / "python"


def install() -> None:
    """Bring it to its lock file; nothing happens when it is there already."""
    lock = LOCKS / "sdk.lock"
    state = stamp.digest([lock])
    if stamp.read("rasa-sdk") == state and PYTHON.exists():
        return
    say("Installing rasa-sdk under .tools/rasa-sdk, for the actions of bots")
    new_environment(SDK)
    sync(PYTHON, lock)
    stamp.write("rasa-sdk", state)
