"""Programs that tests drive and that no language registry carries: installed by apt, by root, on Debian."""

from __future__ import annotations

import os
import shutil
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from tools.shell import say, succeeds

if TYPE_CHECKING:
    from collections.abc import Iterator

PACKAGES = {
    "chromium": ("/usr/bin/chromium", "/usr/bin/google-chrome"),
    "dovecot-imapd": ("/usr/lib/dovecot/imap",),
    "dovecot-lmtpd": ("/usr/lib/dovecot/lmtp",),
    "fonts-noto-cjk": ("/usr/share/fonts/opentype/noto",),
    "postfix": ("/usr/sbin/postfix",),
    "redis-server": ("/usr/bin/redis-server",),
    "swaks": ("/usr/bin/swaks",),
}
# Without these two a freshly installed server is started on its well-known port; systemd heeds the second only.
QUIET = {"DEBIAN_FRONTEND": "noninteractive", "RUNLEVEL": "1"}
POLICY = Path("/usr/sbin/policy-rc.d")
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
    with _nothing_starts():
        installed = succeeds([*APT, "install", "-y", "--no-install-recommends", *missing], extra=QUIET)
    if not installed:
        say(f"Could not install {names}; the tests that need them will say so")


@contextmanager
def _nothing_starts() -> Iterator[None]:
    """Forbid packages to start what they install (invoke-rc.d(8)), unless the machine has a rule of its own."""
    if POLICY.exists():
        yield
        return
    POLICY.write_text("#!/bin/sh\nexit 101\n", encoding="utf-8")
    POLICY.chmod(0o755)
    try:
        yield
    finally:
        POLICY.unlink(missing_ok=True)
