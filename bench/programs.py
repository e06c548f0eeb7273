"""Other processes: started on a free port, watched for CPU and memory, ended."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

import psutil

ROOT = Path(__file__).resolve().parent.parent
PATIENCE = 60.0
QUIET = 0.03


class Program:
    """A process of ours, with what it has used so far."""

    def __init__(self, process: "subprocess.Popen[bytes]", port: int) -> None:
        self.process = process
        self.port = port
        self._seen = psutil.Process(process.pid)

    @property
    def address(self) -> str:
        """Return where it listens."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def cpu(self) -> float:
        """Return the CPU seconds it has used, all threads."""
        used = self._seen.cpu_times()
        return float(used.user + used.system)

    @property
    def memory(self) -> int:
        """Return its resident bytes."""
        return int(self._seen.memory_info().rss)

    def rest(self, longest: float = 300.0) -> float:
        """Wait until it has nothing left to do, and return the CPU seconds it has used by then."""
        deadline, before = time.monotonic() + longest, self.cpu
        while time.monotonic() < deadline:
            time.sleep(0.5)
            now = self.cpu
            if now - before < QUIET * 0.5:
                return now
            before = now
        raise RuntimeError("The process found no rest")

    def wait_for(self, path: str) -> float:
        """Wait until a path answers 200, and return how long that took, in seconds."""
        begun = time.perf_counter()
        while time.perf_counter() - begun < PATIENCE:
            if self.process.poll() is not None:
                raise RuntimeError(f"The process ended with {self.process.returncode}; its log is above")
            if answers(self.address + path):
                return time.perf_counter() - begun
            time.sleep(0.005)
        raise RuntimeError(f"{path} did not answer within {PATIENCE:.0f} s")


@contextmanager
def run(command: Sequence[str], *, port: int, env: Mapping[str, str] | None = None) -> Iterator[Program]:
    """Run `python <command>` for as long as the context lasts; what it prints is shown only when it fails."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT), **(env or {})}
    process = subprocess.Popen(
        [sys.executable, *command], cwd=ROOT, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE
    )
    with process:
        try:
            yield Program(process, port)
        finally:
            process.terminate()
            _drain(process)


def _drain(process: "subprocess.Popen[bytes]") -> None:
    try:
        process.communicate(timeout=20)
    except subprocess.TimeoutExpired:
        process.kill()
        process.communicate()


def answers(url: str) -> bool:
    """Say whether a GET is answered 200."""
    try:
        with urlopen(url, timeout=5) as answer:  # noqa: S310 - our own address
            return bool(answer.status == 200)
    except (URLError, ConnectionError, TimeoutError):
        return False


def free_port() -> int:
    """Return a port nobody listens on at this moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
