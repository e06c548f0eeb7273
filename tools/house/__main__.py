"""Look at every file that git has or would take, and print what breaks a rule as `path:line: what`."""

from __future__ import annotations

import subprocess
from pathlib import Path

from tools import stamp
from tools.house import code, files


def committed() -> list[Path]:
    """Tracked files, and new ones that are not ignored; relative to the checkout."""
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    names = subprocess.run(command, cwd=stamp.ROOT, capture_output=True, check=True).stdout
    paths = [Path(name) for name in names.decode().split("\0") if name]
    return sorted({path for path in paths if (stamp.ROOT / path).is_file()})


def faults(path: Path, content: bytes) -> list[str]:
    """Everything wrong with one file."""
    try:
        text = content.decode()
    except UnicodeDecodeError:
        return []
    found = files.faults(path, text, stamp.ROOT)
    if path.suffix == ".py":
        found += code.faults(path, text)
    return found


def main() -> int:
    """Zero when there is nothing to say."""
    found = [line for path in committed() for line in faults(path, (stamp.ROOT / path).read_bytes())]
    for line in found:
        print(line)
    return 1 if found else 0


if __name__ == "__main__":
    raise SystemExit(main())
