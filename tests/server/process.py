"""A hub as its own process: `python -m server ...` on a free port, to be asked over HTTP, told to end, or killed.

with hub_process(folder, "demo") as hub:      # hub.base, hub.log(), hub.process.send_signal(...)
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
import urllib.error
import urllib.request
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from tests.server.running import free_port

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).resolve().parents[2]
START = 30


class Process:
    """One hub process; a second `start` continues on the same folder and port."""

    def __init__(self, folder: Path, command: str, settings: dict[str, str]) -> None:
        self.port = free_port()
        self.base = f"http://127.0.0.1:{self.port}"
        self._command = [sys.executable, "-m", "server", command]
        self._log = folder.parent / f"{folder.name}-{self.port}.log"
        known = {name: value for name, value in os.environ.items() if not name.startswith("YIZHAN_")}
        ours = {
            "YIZHAN_DATA": str(folder), "YIZHAN_PORT": str(self.port), "YIZHAN_LOG": "json",
            "YIZHAN_EGRESS_ALLOW": "127.0.0.0/8", "YIZHAN_DEMO_BOT": "false",
        }  # fmt: skip
        self._environment = known | ours | {f"YIZHAN_{name.upper()}": value for name, value in settings.items()}
        self.process: subprocess.Popen[bytes] | None = None

    def start(self, *, door: bool = True) -> float:
        """Start, and return after how many seconds it was ready (with `door`)."""
        begun = time.monotonic()
        with self._log.open("ab") as log:
            self.process = subprocess.Popen(
                self._command, cwd=ROOT, env=self._environment, stdout=log, stderr=log, stdin=subprocess.DEVNULL
            )
        while door and not self._ready():
            if self.process.poll() is not None or time.monotonic() - begun > START:
                raise RuntimeError(f"the hub did not start:\n{self.log()[-3000:]}")
            time.sleep(0.02)
        return time.monotonic() - begun

    def tell(self, number: int) -> None:
        """Send a signal."""
        assert self.process is not None
        self.process.send_signal(number)

    def ended(self, seconds: float = 30) -> int:
        """Wait for the end and return the exit code."""
        assert self.process is not None
        return self.process.wait(seconds)

    def kill(self) -> None:
        """SIGKILL, if it still runs."""
        if self.process is not None and self.process.poll() is None:
            self.process.kill()
            self.process.wait()

    def log(self) -> str:
        """Return everything it has said."""
        return self._log.read_text(encoding="utf-8") if self._log.exists() else ""

    def _ready(self) -> bool:
        try:
            with urllib.request.urlopen(f"{self.base}/readyz", timeout=2) as answer:  # noqa: S310  # loopback
                return bool(answer.status == 200)
        except (urllib.error.URLError, OSError):
            return False


@contextmanager
def hub_process(
    folder: Path, command: str = "demo", *, door: bool = True, like: Path | None = None, **settings: str
) -> Iterator[Process]:
    """A hub that runs; gone afterwards. `like` is a folder with data to begin with (fixture `furnished`)."""
    if like and not folder.exists():
        shutil.copytree(like, folder)
    hub = Process(folder, command, settings)
    hub.start(door=door)
    try:
        yield hub
    finally:
        hub.kill()
