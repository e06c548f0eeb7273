"""Idle web-chat sockets in one process: what ten thousand of them take of memory."""

import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import msgspec

from adapters.webchat import visitors
from adapters.webchat.visitors import Visitor
from bench import station
from bench.crowd import Holding
from bench.figure import Figure
from bench.plan import Plan
from bench.programs import ROOT, Program
from bench.station import Station
from hub.clock import SystemClock

MB = 1024 * 1024
GOAL = 400
SETTLE = 2.0


def measure(plan: Plan) -> list[Figure]:
    """Measure."""
    _allow_files(plan.sockets)
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        base = station.prepared(Path(folder))
        with station.serving(base.folder) as program:
            order = Holding(
                port=program.port, path=f"/chat/{station.SITE}-0/socket", first='{"type":"hello","seq":0}',
                headers=chat_headers(base, program, plan.sockets),
            )  # fmt: skip
            empty, full = _grown(program, order, plan.sockets)
    with station.bare() as program:
        bare_empty, bare_full = _grown(
            program, Holding(port=program.port, path="/echo", headers=[[]] * plan.sockets), plan.sockets
        )
    each, bare_each = (full - empty) / plan.sockets / 1024, (bare_full - bare_empty) / plan.sockets / 1024
    return [
        Figure(
            name=f"{plan.sockets:,} idle web-chat sockets", unit="MB", value=full / MB, goal=GOAL,
            floor=bare_full / MB, floor_name="bare aiohttp", 
            facts={"KB a socket": each, "floor KB a socket": bare_each, "MB before": empty / MB},
        )
    ]  # fmt: skip


def chat_headers(base: Station, program: Program, count: int, *, inboxes: int = 1) -> list[list[str]]:
    """Return the handshake headers of so many visitors, each with a token of their own."""
    signer = visitors.signer(base.keyring)
    until = SystemClock().now() + timedelta(hours=1)
    tokens = (
        signer.sign(Visitor(inbox=f"{station.CHAT}-{number % inboxes}", visitor=visitors.anonymous()), until=until)
        for number in range(count)
    )
    return [[f"Origin: {program.address}", f"Sec-WebSocket-Protocol: yizhan.chat.1, token.{token}"] for token in tokens]


def _grown(program: Program, order: Holding, count: int) -> tuple[int, int]:
    """Return the process's memory without and with the sockets open; raises when some did not stay."""
    before = program.memory
    with _held(order) as told:
        if told != f"open {count}":
            raise RuntimeError(f"{count} sockets were wanted: {told}")
        time.sleep(SETTLE)
        return before, program.memory


@contextmanager
def _held(order: Holding) -> Iterator[str]:
    """Hold the sockets in another process; gives what it said when all were open."""
    command = [sys.executable, "-m", "bench.crowd"]
    with subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write(msgspec.json.encode(order) + b"\n")
        process.stdin.flush()
        yield process.stdout.readline().decode().strip()
        process.stdin.close()
        process.stdout.read()


def _allow_files(count: int) -> None:
    """Let this process and its children open enough files."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = count + 1000
    if soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (min(wanted, hard), hard))
