"""`make check`: every rule of the house, one stage each; `make check ARGS="lint types"` runs those two."""

from __future__ import annotations

import subprocess
import sys
import time

from tools import stamp, web

PY = (sys.executable, "-m")
STAGES: dict[str, tuple[str, ...]] = {
    "format": (*PY, "ruff", "format", "--check", "--quiet", "."),
    "lint": (*PY, "ruff", "check", "--quiet", "."),
    "types": (*PY, "mypy", "--no-error-summary"),
    "floors": (*PY, "tools.floors"),
    "house": (*PY, "tools.house"),
    "manifests": (*PY, "server", "check"),
    "generated": (*PY, "tools.generated", "--check"),
    "pages": ("npm", "run", "--silent", "typecheck"),
    "plug": (*PY, "pytest", "-q", "-m", "plug"),
}


def passes(name: str) -> bool:
    """Run one stage and say how it went; its own output is shown as it comes."""
    print(f"== {name}", flush=True)
    of_web = name == "pages"
    begun = time.monotonic()
    done = subprocess.run(
        STAGES[name],
        cwd=web.WEB if of_web else stamp.ROOT,
        env=web.environment() if of_web else None,
        check=False,
    )
    word = "FAILED" if done.returncode else "ok"
    print(f"== {name}: {word} ({time.monotonic() - begun:.1f} s)", flush=True)
    return done.returncode == 0


def main() -> int:
    """Run all stages, so that one call shows everything there is to repair."""
    names = sys.argv[1:] or list(STAGES)
    unknown = [name for name in names if name not in STAGES]
    if unknown:
        print(f"no such stage: {', '.join(unknown)}; there are {', '.join(STAGES)}", file=sys.stderr)
        return 2
    failed = [name for name in names if not passes(name)]
    print(f"check: {'failed in ' + ', '.join(failed) if failed else 'all stages passed'}")
    return 1 if failed else 0


if __name__ == "__main__":
    raise SystemExit(main())
