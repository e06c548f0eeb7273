"""Durable ingest of webhooks: POST, verify, parse, commit with fsync, 200; 256 connections, one process.

Measured twice: with the queues worked in the same process, and as a door alone (`--no-worker`). The floor is a bare
aiohttp handler that only parses the same JSON. Floor and figures take turns.
"""

import subprocess
import sys
import tempfile
import uuid
from collections.abc import Sequence
from pathlib import Path

import msgspec
from msgspec import Struct, structs

from bench import station
from bench.figure import Figure, middle
from bench.plan import Plan
from bench.press import Order, Pressed
from bench.programs import ROOT, Program

GOAL = 0.6
MOST_PER_SECOND = 25_000
WORKED = 0.25
"""Of the measured time, for a hub that works its queues too: what it took in is worked off before the next round."""
WARM = 0.25
"""Of the measured time: enough for caches, adapters and the interpreter's own warming."""


class Run(Struct, frozen=True, kw_only=True):
    """One press and what it cost the server: CPU microseconds a request until the answer, and until all was done."""

    pressed: Pressed
    cpu: float
    cpu_in_all: float


def measure(plan: Plan) -> list[Figure]:
    """Measure."""
    floors, doors, workers = [], [], []
    with tempfile.TemporaryDirectory(prefix="bench-") as folder, station.bare() as bare:
        for number in range(plan.rounds):
            floors.append(_run(bare, "/parse", "", plan))
            doors.append(_hub(Path(folder, f"door-{number}"), plan, worker=False))
            workers.append(_hub(Path(folder, f"work-{number}"), plan, worker=True))
    return [
        _figure("durable ingest, a door alone", doors, floors),
        _figure("durable ingest, worked in the same process", workers, floors),
    ]


def _hub(folder: Path, plan: Plan, *, worker: bool) -> Run:
    base, seconds = station.prepared(folder), plan.seconds * (WORKED if worker else 1)
    with station.serving(base.folder, worker=worker) as program:
        return _run(program, f"/hooks/{station.CONSOLE}", station.SIGNING, structs.replace(plan, seconds=seconds))


def _run(program: Program, path: str, signing: str, plan: Plan) -> Run:
    press(program, path, signing, plan, plan.seconds * WARM)
    before = program.rest()
    pressed = press(program, path, signing, plan, plan.seconds)
    used, in_all = program.cpu - before, program.rest() - before
    if pressed.good != sum(pressed.statuses.values()) or not pressed.good:
        raise RuntimeError(f"not everything was answered 200: {pressed.statuses}")
    return Run(pressed=pressed, cpu=used / pressed.good * 1e6, cpu_in_all=in_all / pressed.good * 1e6)


def press(program: Program, path: str, signing: str, plan: Plan, seconds: float) -> Pressed:
    """Let another process press."""
    order = Order(
        port=program.port, path=path, signing=signing, run=uuid.uuid4().hex[:8], connections=plan.connections,
        seconds=seconds, most=int(MOST_PER_SECOND * seconds),
    )  # fmt: skip
    ended = subprocess.run(
        [sys.executable, "-m", "bench.press"], cwd=ROOT, input=msgspec.json.encode(order), stdout=subprocess.PIPE,
        check=True,
    )  # fmt: skip
    return msgspec.json.decode(ended.stdout, type=Pressed)


def _figure(name: str, runs: Sequence[Run], floors: Sequence[Run]) -> Figure:
    facts = {
        "p50 ms": middle([run.pressed.p50 for run in runs]),
        "p99 ms": middle([run.pressed.p99 for run in runs]),
        "CPU us": middle([run.cpu for run in runs]),
        "CPU us until done": middle([run.cpu_in_all for run in runs]),
        "floor CPU us": middle([run.cpu for run in floors]),
        "floor p99 ms": middle([run.pressed.p99 for run in floors]),
    }
    return Figure(
        name=name, unit="/s", value=middle([run.pressed.rate for run in runs]), goal=GOAL, better="higher",
        of_floor=True, floor=middle([run.pressed.rate for run in floors]), floor_name="bare parse", facts=facts,
    )  # fmt: skip
