"""The floors of the house: runs import-linter, and lets no room and no channel escape its contracts."""

from __future__ import annotations

import ast
import subprocess
import sys
import tomllib
from pathlib import Path

from tools import stamp

NOT_ROOMS = {"bench", "tests", "tools"}


def rooms() -> list[str]:
    """Every top-level package of the product."""
    found = {path.parent.name for path in stamp.ROOT.glob("[a-z]*/__init__.py")}
    return sorted(found - NOT_ROOMS)


def forgotten() -> list[str]:
    """Rooms that pyproject.toml does not know: they would be checked by nothing and shipped in no wheel."""
    with (stamp.ROOT / "pyproject.toml").open("rb") as file:
        project = tomllib.load(file)["tool"]
    lists = {
        "tool.importlinter.root_packages": project["importlinter"]["root_packages"],
        "tool.hatch.build.targets.wheel.packages": project["hatch"]["build"]["targets"]["wheel"]["packages"],
    }
    return [
        f"pyproject.toml: `{room}` is missing in {name}"
        for name, known in lists.items()
        for room in rooms()
        if room not in known
    ]


def crossings() -> list[str]:
    """Imports of one channel in another, or in the shared part of adapters: the core must not know a channel.

    Import-linter wants the channels listed by name; a new channel is only a folder with a manifest.
    """
    channels = {path.parent.name for path in stamp.ROOT.glob("adapters/*/manifest.toml")}
    faults = []
    for path in sorted(stamp.ROOT.glob("adapters/**/*.py")):
        name = path.relative_to(stamp.ROOT)
        own = name.parts[1]
        for module in imported(path):
            parts = module.split(".")
            if parts[0] == "adapters" and len(parts) > 1 and parts[1] in channels - {own}:
                faults.append(f"{name}: imports the channel {parts[1]}")
    return faults


def imported(path: Path) -> list[str]:
    """The absolute names of all modules a file imports."""
    found = []
    package = path.relative_to(stamp.ROOT).parts[:-1]
    for node in ast.walk(ast.parse(path.read_bytes())):
        if isinstance(node, ast.Import):
            found += [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            above = package[: len(package) - node.level + 1] if node.level else ()
            start = ".".join([*above, *([node.module] if node.module else [])])
            found += [f"{start}.{alias.name}" for alias in node.names]
    return found


def main() -> int:
    """Zero when every contract is kept."""
    faults = forgotten() + crossings()
    print("\n".join(faults), end="\n" if faults else "")
    command = [Path(sys.executable).parent / "lint-imports"]
    done = subprocess.run(command, cwd=stamp.ROOT, capture_output=True, text=True, check=False)
    if done.returncode:
        print(done.stdout[done.stdout.find("Contracts\n") :], done.stderr, sep="\n")
    return 1 if faults or done.returncode else 0


if __name__ == "__main__":
    raise SystemExit(main())
