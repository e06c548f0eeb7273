"""The fresh-machine proof: clone this commit, take Node and every cache away, and do what the README says.

`make run` has to print its addresses and answer /readyz, twice, the second time within three seconds;
then `make test` has to pass.
"""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from pathlib import Path

from tools import stamp
from tools.shell import run, say, stop

HIDDEN = {"corepack", "node", "nodejs", "npm", "npx", "pnpm", "uv", "uvx", "yarn", "yizhan"}
# How this machine reaches its package registries is part of the machine.
KEPT = re.compile(r"(?i)^(LANG|LC_.*|TERM|CI|.*_proxy|PIP_.*|UV_.*|NPM_CONFIG_.*|SSL_CERT_.*|NODE_EXTRA_CA_CERTS)$")
ADDRESS = re.compile(rb"http://[\w.\[\]:-]+:\d+")
FIRST_START = 900.0
SECOND_START = 3.0


def bare_path(folder: Path) -> str:
    """A folder of links to every program of this machine but those a fresh one would lack."""
    folder.mkdir()
    for place in os.get_exec_path():
        if not Path(place).is_dir():
            continue
        for program in Path(place).iterdir():
            link = folder / program.name
            if program.name not in HIDDEN and not link.is_symlink():
                link.symlink_to(program)
    for name in ("python3", "python"):
        (folder / name).unlink(missing_ok=True)
        (folder / name).symlink_to(Path(sys._base_executable))  # type: ignore[attr-defined]
    return str(folder)


def environment(home: Path) -> dict[str, str]:
    """What a new user of a new machine has."""
    kept = {name: value for name, value in os.environ.items() if KEPT.match(name)}
    return {**kept, "HOME": str(home), "PATH": bare_path(home / "bin")}


def starts(checkout: Path, env: dict[str, str], within: float) -> None:
    """`make run` prints an address that answers; then it is stopped, and has to end in good order."""
    log = checkout.parent / "run.log"
    begun = time.monotonic()
    with log.open("wb") as file:
        make = subprocess.Popen(
            ["make", "run"],
            cwd=checkout,
            env=env,
            stdout=file,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    try:
        while not ready(log.read_bytes()):
            if make.poll() is not None or time.monotonic() - begun > max(within, 60):
                stop(f"`make run` did not become ready:\n{log.read_text(errors='replace')}")
            time.sleep(0.05)
        took = time.monotonic() - begun
    finally:
        if make.poll() is None:
            os.killpg(make.pid, signal.SIGTERM)
            make.wait(timeout=30)
    print(log.read_text(errors="replace"))
    say(f"`make run` was ready after {took:.1f} s (at most {within:.0f} s)")
    if took > within:
        stop("`make run` took too long")


def ready(printed: bytes) -> bool:
    """Whether an address has been printed and its /readyz answers 200."""
    found = ADDRESS.search(printed)
    if not found:
        return False
    try:
        with urllib.request.urlopen(found[0].decode() + "/readyz", timeout=2) as answer:  # noqa: S310 - our own
            return bool(answer.status == 200)
    except (urllib.error.URLError, TimeoutError):
        return False


def main() -> None:
    """Both commands of the README, in a folder that is thrown away afterwards."""
    folder = Path(tempfile.mkdtemp(prefix="yizhan-fresh-"))
    try:
        home, checkout = folder / "home", folder / "yizhan"
        home.mkdir()
        env = environment(home)
        run(["git", "clone", "--quiet", stamp.ROOT, checkout])
        starts(checkout, env, FIRST_START)
        starts(checkout, env, SECOND_START)
        say("make test")
        if subprocess.run(["make", "test"], cwd=checkout, env=env, check=False).returncode:
            stop("`make test` failed on the fresh machine")
        say("Both commands succeed on a fresh machine")
    finally:
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main()
