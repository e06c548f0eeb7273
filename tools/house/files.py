"""Rules for any text file: length, name, and what a committed file must not contain."""

from __future__ import annotations

import re
from pathlib import Path

LONGEST_FILE = 400
SOURCES = {".py", ".ts", ".vue"}
GENERATED = {Path("web/src/schema.d.ts"), Path("web/src/components.d.ts")}
# A drawer with such a name takes everything, and soon holds it.
EMPTY_NAMES = {"base_impl", "common", "helper", "helpers", "manager", "managers", "misc", "utils", "util"}
HOME = re.compile(r"/(?:home|Users)/[a-z][\w-]*/|(?<![\w.])/roo[t]/")


def faults(path: Path, text: str, root: Path) -> list[str]:
    """Everything these rules have against one file."""
    lines = text.splitlines()
    return [
        *_source(path, len(lines)),
        *_lock(path, lines),
        *_machine_paths(path, lines, str(root)),
    ]


def _source(path: Path, length: int) -> list[str]:
    if path.suffix not in SOURCES or path in GENERATED:
        return []
    found = []
    if length > LONGEST_FILE:
        found.append(f"{path}: {length} lines; a file over {LONGEST_FILE} becomes a folder of the same name")
    if EMPTY_NAMES & {part.lower() for part in path.with_suffix("").parts}:
        found.append(f"{path}: the name says nothing; name it after what it holds")
    return found


def _lock(path: Path, lines: list[str]) -> list[str]:
    """Where packages come from is the affair of the machine that installs, not of the lock file."""
    if path.parts[0] == "requirements":
        forbidden = re.compile(r"://|--(?:extra-)?index-url|--find-links")
    elif path.name == "package-lock.json":
        forbidden = re.compile(r'"resolved"')
    elif path.name == ".npmrc":
        forbidden = re.compile(r"^\s*(?:@[\w-]+:)?registry\s*=")
    else:
        return []
    return [
        f"{path}:{number}: names the place a package comes from"
        for number, line in enumerate(lines, start=1)
        if forbidden.search(line)
    ]


def _machine_paths(path: Path, lines: list[str], root: str) -> list[str]:
    own = f"{root}/" if root.count("/") > 1 else None
    return [
        f"{path}:{number}: names a path of one machine"
        for number, line in enumerate(lines, start=1)
        if HOME.search(line) or (own and own in line)
    ]
