"""Programs that tests drive and that no language registry carries: installed by apt, by root, on Debian."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from tools.shell import say, succeeds

PACKAGES = {
    "chromium": ("/usr/bin/chromium", "/usr/bin/google-chrome"),
    "fonts-noto-cjk": ("/usr/share/fonts/opentype/noto",),
    "redis-server": ("/usr/bin/redis-server",),
}
# Without this a freshly installed server is started on its well-known port.
QUIET = {"DEBIAN_FRONTEND": "noninteractive", "RUNLEVEL": "1"}
APT = ("apt-get", "-qq", "-o", "DPkg::Lock::Timeout=600")


def install() -> None:
    """Install what is missing; what cannot be installed is left to the tests, which say so."""
    missing = [name for name, traces in PACKAGES.items() if not any(Path(trace).exists() for trace in traces)]
    if not missing:
        return
    names = ", ".join(missing)
    if os.geteuid() != 0 or not shutil.which("apt-get"):
        say(f"Some tests will be skipped: {names} missing (apt install {' '.join(missing)})")
        return
    say(f"Installing {names} for the tests")
    succeeds([*APT, "update"], extra=QUIET)
    if not succeeds([*APT, "install", "-y", "--no-install-recommends", *missing], extra=QUIET):
        say(f"Could not install {names}; the tests that need them will say so")
