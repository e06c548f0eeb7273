"""Files written by the program itself, kept in git so that a change of the API is seen in review.

`python -m tools.generated` writes them; with `--check` it fails when the kept ones are out of date.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from tools import channels, stamp, web

API = Path("docs/openapi.json")
TYPES = Path("web/src/schema.d.ts")
CHANNELS = Path("docs/channels.md")
DRAFTS = stamp.ROOT / ".artifacts" / "generated"


def write_all(under: Path) -> list[Path]:
    """Write every generated file below a folder, at the place it has in the checkout."""
    api, types, matrix = under / API, under / TYPES, under / CHANNELS
    for path in (api, types, matrix):
        path.parent.mkdir(parents=True, exist_ok=True)
    command = [sys.executable, "-m", "server", "openapi"]
    api.write_bytes(subprocess.run(command, cwd=stamp.ROOT, stdout=subprocess.PIPE, check=True).stdout)
    matrix.write_text(channels.written(), encoding="utf-8")
    web.npx("openapi-typescript", str(api), "-o", str(types))
    return [API, TYPES, CHANNELS]


def stale(name: Path) -> bool:
    """Whether the kept file differs from the one just written."""
    kept = stamp.ROOT / name
    return not kept.is_file() or kept.read_bytes() != (DRAFTS / name).read_bytes()


def main() -> int:
    """Write, or compare."""
    if "--check" not in sys.argv[1:]:
        write_all(stamp.ROOT)
        return 0
    old = [name for name in write_all(DRAFTS) if stale(name)]
    for name in old:
        print(f"{name} is out of date; run: .venv/bin/python -m tools.generated", file=sys.stderr)
    return 1 if old else 0


if __name__ == "__main__":
    raise SystemExit(main())
