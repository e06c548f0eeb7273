"""A real Rasa SDK action server on this machine: `python -m rasa_sdk` over a module of a folder."""

from __future__ import annotations

import http.client
import os
import signal
import subprocess
import time
from contextlib import closing, contextmanager, suppress
from typing import TYPE_CHECKING

from tests import needs
from tests.bound import bound
from tests.stores import free_port

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

START = 60
STOP = 10


@contextmanager
def serving(folder: Path, module: str, *, extra: Mapping[str, str] | None = None) -> Iterator[str]:
    """Give the address of its webhook while it runs. It listens on loopback only, and ends with whoever started it."""
    python = needs.require("rasa-sdk")
    port = free_port()
    told = {"SANIC_HOST": "127.0.0.1", "PYTHONPATH": str(folder), "PYTHONDONTWRITEBYTECODE": "1", **(extra or {})}
    command = bound([str(python), "-m", "rasa_sdk", "--actions", module, "--port", str(port)])
    log = folder / "rasa_sdk.log"
    with log.open("wb") as output:
        server = subprocess.Popen(
            command, cwd=folder, env={**os.environ, **told}, stdout=output, stderr=output, start_new_session=True
        )
    try:
        _await(port, server, log)
        yield f"http://127.0.0.1:{port}/webhook"
    finally:
        _end(server)


def _await(port: int, server: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + START
    while time.monotonic() < deadline and server.poll() is None:
        line = http.client.HTTPConnection("127.0.0.1", port, timeout=2)
        with suppress(OSError, http.client.HTTPException), closing(line):
            line.request("GET", "/health")
            if line.getresponse().status == 200:
                return
        time.sleep(0.05)
    raise RuntimeError(f"rasa_sdk did not start: {log.read_text(errors='replace')[-2000:]}")


def _end(server: subprocess.Popen[bytes]) -> None:
    """End it and the worker it made: they are a process group of their own, which we began."""
    server.terminate()
    try:
        server.wait(STOP)
    except subprocess.TimeoutExpired:
        with suppress(ProcessLookupError):
            os.killpg(server.pid, signal.SIGKILL)
        server.wait()
