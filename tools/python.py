"""The virtual environment: made once, and brought to the lock file whenever that changes."""

from __future__ import annotations

import importlib.util
import os
import shutil
import sys
from pathlib import Path

from tools import stamp
from tools.shell import output, run, say, stop, succeeds

VENV = stamp.ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
UV = stamp.ROOT / ".tools" / "uv"
LOCKS = stamp.ROOT / "requirements"
LEAST = (3, 11)
NO_PIP = (
    "this Python can make no virtual environment, for it comes without ensurepip. "
    "On Debian or Ubuntu run: apt install python3-venv"
)


def wanted_python() -> None:
    """Go on under a Python that is new enough, or say which one is missing."""
    if sys.version_info >= LEAST:
        return
    for minor in range(14, LEAST[1] - 1, -1):
        found = shutil.which(f"python3.{minor}")
        if found and output([found, "-c", "print(1)"]):
            os.execv(found, [found, "-m", "tools.setup", *sys.argv[1:]])
    stop(f"Python 3.11 or newer is needed, and python3 here is {sys.version.split()[0]}")


def install(level: str) -> None:
    """Bring the environment to `run` or `dev`; one that already has `dev` is never cut back to `run`."""
    before = stamp.read("python").split()
    if before[:1] == ["dev"]:
        level = "dev"
    lock = LOCKS / f"{level}.lock"
    state = f"{level} {stamp.digest([lock])}"
    if before == state.split() and PYTHON.exists():
        _command()
        return
    _make()
    say(f"Installing the libraries of requirements/{level}.lock")
    sync(PYTHON, lock)
    _command()
    stamp.write("python", state)


def _command() -> None:
    """Put `yizhan` beside the environment's Python, as an installed package would: it runs this checkout."""
    script = VENV / "bin" / "yizhan"
    start = f"import sys\n\nsys.path.insert(0, {str(stamp.ROOT)!r})\nfrom server.__main__ import main\n\nmain()\n"
    text = f"#!{PYTHON}\n{start}"
    if not script.exists() or script.read_text() != text:
        script.write_text(text)
        script.chmod(0o755)


def sync(python: Path, lock: Path) -> None:
    """Install exactly what the lock names, by uv where it runs and by pip where it does not."""
    uv = _uv()
    if uv and succeeds([uv, "pip", "sync", "-q", "--compile-bytecode", "--python", python, lock]):
        return
    run([*_pip(), "--python", python, "install", "-q", "--require-hashes", "-r", lock])


def new_environment(folder: Path) -> None:
    """An empty virtual environment; nothing happens to one that works."""
    if output([folder / "bin" / "python", "-c", "print(1)"]):
        return
    shutil.rmtree(folder, ignore_errors=True)
    plain = [] if importlib.util.find_spec("ensurepip") else ["--without-pip"]
    run([sys.executable, "-m", "venv", *plain, folder])


def _make() -> None:
    """The project's own environment, and the reader's word when Debian's Python lacks a part."""
    if not importlib.util.find_spec("ensurepip") and not importlib.util.find_spec("pip"):
        if os.geteuid() != 0 or not shutil.which("apt-get"):
            stop(NO_PIP)
        say("Installing python3-venv, for this Python comes without ensurepip")
        run(["apt-get", "update", "-qq"])
        run(["apt-get", "install", "-y", "-qq", "--no-install-recommends", "python3-venv"])
        importlib.invalidate_caches()
    new_environment(VENV)


def _pip() -> list[str | Path]:
    """Pip of the environment where it has one, else the system's, told which Python to install for."""
    if output([PYTHON, "-m", "pip", "--version"]):
        return [PYTHON, "-m", "pip"]
    return [sys.executable, "-m", "pip"]


def _uv() -> Path | None:
    """The pinned uv in a folder of its own, for syncing `run.lock` would otherwise remove it."""
    program = UV / "bin" / "uv"
    lock = LOCKS / "boot.lock"
    state = stamp.digest([lock])
    if stamp.read("uv") == state and program.exists():
        return program
    shutil.rmtree(UV, ignore_errors=True)
    if not succeeds([*_pip(), "install", "-q", "--require-hashes", "--target", UV, "-r", lock]):
        say("uv cannot be had here; going on with pip, which takes longer")
        return None
    stamp.write("uv", state)
    return program
