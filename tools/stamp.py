"""Skip a step of the set-up when nothing it reads has changed: a digest of its inputs, kept in a file."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

ROOT = Path(__file__).resolve().parent.parent
STAMPS = ROOT / ".tools" / "stamps"


def digest(files: Iterable[Path], *more: str) -> str:
    """One hash over names and contents, so that a touched but unchanged file costs nothing."""
    total = hashlib.sha256()
    for path in sorted(files):
        content = hashlib.sha256(path.read_bytes()).hexdigest()
        total.update(f"{path.relative_to(ROOT)} {content}\n".encode())
    for word in more:
        total.update(f"{word}\n".encode())
    return total.hexdigest()


def read(name: str) -> str:
    """The digest written when the step last succeeded, or an empty string."""
    path = STAMPS / name
    return path.read_text().strip() if path.is_file() else ""


def write(name: str, value: str) -> None:
    """Call this only after the step has succeeded."""
    STAMPS.mkdir(parents=True, exist_ok=True)
    (STAMPS / name).write_text(value + "\n")
