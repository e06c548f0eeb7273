"""`make test-rasa`, opt-in: a real Rasa 3.6.21 beside our own engine, over one ready-made bot.

.tools/rasa <- rasa 3.6.21 on Python 3.10
data validate x 8 -> train water/zh -> serve it and its actions on loopback -> parses and turns compared
What happened is written to docs/rasa-run.md as it happens, also when it stops half-way.
"""

from __future__ import annotations

import asyncio
import json
import os
import re
import shutil
import socket
import subprocess
import sys
import time
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.error import URLError
from urllib.request import urlopen

from tools import rasa_compare, stamp
from tools import sdk as sdk_python
from tools.python import UV
from tools.shell import output, run, say, stop

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

VERSION = "3.6.21"
HOME = stamp.ROOT / ".tools" / "rasa"
WORK = stamp.ROOT / ".tools" / "rasa-work"
PYTHON = HOME / "bin" / "python"
LIBRARY = stamp.ROOT / "bots" / "library"
BOT, LANGUAGE = "water", "zh"
REPORT = stamp.ROOT / "docs" / "rasa-run.md"
QUIET = {"RASA_TELEMETRY_ENABLED": "false", "TF_CPP_MIN_LOG_LEVEL": "3", "SQLALCHEMY_SILENCE_UBER_WARNING": "1"}
START = 300
"""Seconds until Rasa serves: it imports TensorFlow first."""
STAGES = ("validate", "train", "talk")
"""Named alone, a stage goes on from what is there, and adds to the page."""
OWN = re.compile(r"^\S*/rasa/shared/\S+ (?=UserWarning: )")
"""Before a warning of Rasa itself; those of its libraries keep their path and are left out."""
UNUSED = re.compile(r"The utterance '([^']+)' is not used in any story or rule")
VALIDATE = """
import sys
from rasa.__main__ import main
for folder in sys.argv[1:]:
    print("=== " + folder.split("library/")[1], flush=True)
    sys.argv = ["rasa", "data", "validate", "--data", folder + "/data", "-d", folder + "/domain.yml",
                "-c", folder + "/config.yml"]
    try:
        main()
        print("exit 0", flush=True)
    except SystemExit as ended:
        print(f"exit {ended.code or 0}", flush=True)
"""


class Page:
    """The written report."""

    def __init__(self, *, goes_on: bool) -> None:
        kept = REPORT.read_text(encoding="utf-8").splitlines() if goes_on and REPORT.exists() else []
        self._lines = kept or ["# A run beside real Rasa", "", "Written by `make test-rasa`; as printed.", ""]

    def add(self, *lines: str) -> None:
        """Print the lines, and keep them at once."""
        print("\n".join(lines), flush=True)
        self._lines += lines
        REPORT.write_text("\n".join(self._lines) + "\n", encoding="utf-8")


def install() -> None:
    """Bring Rasa under .tools/rasa; nothing happens when it is there."""
    if output([PYTHON, "-c", f"import importlib.metadata as m; assert m.version('rasa') == '{VERSION}'; print(1)"]):
        return
    python = shutil.which("python3.10")
    if not python or not output([python, "-c", "print(1)"]):
        stop("Rasa 3.6 needs Python 3.10, and there is no python3.10 here")
    say(f"Installing rasa {VERSION} under .tools/rasa: 163 packages, 2.7 GB")
    run([python, "-m", "venv", HOME])
    wanted = [f"rasa=={VERSION}", "jieba"]
    uv = UV / "bin" / "uv"
    if output([uv, "--version"]):
        run([uv, "pip", "install", "-q", "--python", PYTHON, *wanted])
    else:
        run([PYTHON, "-m", "pip", "install", "-q", *wanted])


def validated(page: Page) -> None:
    """Let Rasa itself validate every ready-made project, in one process, for its import takes the longest."""
    folders = sorted(str(one.parent) for one in LIBRARY.glob("*/*/domain.yml"))
    page.add("## `rasa data validate`, every ready-made project", "", "```")
    page.add(*_gathered(_printed([PYTHON, "-c", VALIDATE, *folders], WORK)), "```", "")


def trained(page: Page) -> None:
    """Train the bot in Rasa; stops the run when that fails."""
    folder = WORK / BOT
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(LIBRARY / BOT / LANGUAGE, folder)
    begun = time.monotonic()
    lines = _printed([HOME / "bin" / "rasa", "train", "--fixed-model-name", "bot"], folder)
    page.add(f"## `rasa train`, {BOT}/{LANGUAGE}: {time.monotonic() - begun:.0f} s", "", "```", *lines[-12:], "```", "")
    if not (folder / "models" / "bot.tar.gz").exists():
        stop("Rasa could not train the bot; docs/rasa-run.md has what it printed")


def talked(page: Page) -> None:
    """Serve the trained bot with its actions on loopback, and compare."""
    folder, api, actions = WORK / BOT, _port(), _port()
    (folder / "endpoints.yml").write_text(f"action_endpoint:\n  url: http://127.0.0.1:{actions}/webhook\n")
    (folder / "credentials.yml").write_text("rest:\n")
    sdk: list[str | Path] = [sdk_python.PYTHON, "-m", "rasa_sdk", "--actions", "actions", "--port", str(actions)]
    server: list[str | Path] = [
        HOME / "bin" / "rasa", "run", "--enable-api", "-i", "127.0.0.1", "-p", str(api),
        "-m", "models/bot.tar.gz", "--endpoints", "endpoints.yml", "--credentials", "credentials.yml",
    ]  # fmt: skip
    with _running(sdk, LIBRARY / BOT, folder / "actions.log"), _running(server, folder, folder / "rasa.log") as process:
        seconds = _await(f"http://127.0.0.1:{api}/status", process)
        page.add("## Served on loopback", "", f"Ready after {seconds:.0f} s.", "")
        hook = f"http://127.0.0.1:{actions}/webhook"
        page.add(*asyncio.run(rasa_compare.compared(LIBRARY / BOT / LANGUAGE, f"http://127.0.0.1:{api}", hook)))


def main(stages: Sequence[str]) -> None:
    """Run the stages, all of them if none is named."""
    if unknown := set(stages) - set(STAGES):
        stop(f"there is no stage {', '.join(sorted(unknown))}; there are {', '.join(STAGES)}")
    install()
    page = Page(goes_on=bool(stages))
    commit = output(["git", "-C", stamp.ROOT, "rev-parse", "--short", "HEAD"])
    told = (
        f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC, rasa {VERSION}, {output([PYTHON, '--version'])}, our commit {commit}"
    )
    page.add(f"{told}: {', '.join(stages or STAGES)}.", "")
    WORK.mkdir(parents=True, exist_ok=True)
    work = {"validate": validated, "train": trained, "talk": talked}
    for stage in stages or STAGES:
        work[stage](page)


def _printed(command: Sequence[str | Path], cwd: Path) -> list[str]:
    """Run, and return what a reader wants of it: no progress bars, no warnings about Rasa's own libraries."""
    done = subprocess.run(
        [str(part) for part in command], cwd=cwd, env={**os.environ, **QUIET}, check=False, text=True,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
    )  # fmt: skip
    lines = re.sub(r"\x1b\[\d*m", "", done.stdout).replace("\r", "\n").replace(str(stamp.ROOT) + "/", "").splitlines()
    lines = [OWN.sub("", line) for line in lines]
    noise = ("site-packages", "it/s", "warnings.warn", "Process", "Implementing implicit namespace")
    return [line for line in lines if line.strip() and line[0] != " " and not any(word in line for word in noise)]


def _gathered(lines: Sequence[str]) -> list[str]:
    """Put the utterances that no story names, for an action or a form says them, in one line for each project."""
    found: list[str] = []
    unused: list[str] = []
    for line in lines:
        if named := UNUSED.search(line):
            unused.append(named[1])
            continue
        if unused and line.startswith("exit"):
            found.append(f"UserWarning, {len(unused)} times: The utterance ... is not used in any story or rule.")
            found.append(f"  {', '.join(sorted(unused))}")
            unused = []
        found.append(line)
    return found


def _port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port: int = found.getsockname()[1]
        return port


@contextmanager
def _running(command: Sequence[str | Path], cwd: Path, log: Path) -> Iterator[subprocess.Popen[bytes]]:
    """Run beside, and end it afterwards."""
    extra = {**QUIET, "SANIC_HOST": "127.0.0.1", "PYTHONDONTWRITEBYTECODE": "1"}
    with log.open("wb") as written:
        process = subprocess.Popen(
            [str(part) for part in command], cwd=cwd, env={**os.environ, **extra}, stdout=written, stderr=written
        )
        try:
            yield process
        finally:
            process.terminate()
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def _await(url: str, process: subprocess.Popen[bytes]) -> float:
    begun = time.monotonic()
    while time.monotonic() - begun < START and process.poll() is None:
        try:
            with urlopen(url, timeout=5) as answer:  # noqa: S310 - an address of this machine
                if json.loads(answer.read()).get("model_file"):
                    return time.monotonic() - begun
        except (URLError, OSError, ValueError):
            time.sleep(1)
    stop(f"Rasa does not serve; see rasa.log under {WORK.name}")


if __name__ == "__main__":
    main(sys.argv[1:])
