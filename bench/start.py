"""From the start of the process to `/readyz` 200, with a million messages stored."""

import subprocess
import sys
import time

from bench import archive, station
from bench.figure import Figure, middle
from bench.plan import Plan
from bench.programs import free_port, run

FLOOR = "import aiohttp"


def measure(plan: Plan) -> list[Figure]:
    """Measure."""
    folder = archive.folder(plan)
    station.prepared(folder)
    took, floor, cpu = [], [], []
    for _ in range(plan.rounds):
        floor.append(_floor())
        port = free_port()
        env = {"YIZHAN_DATA": str(folder), "YIZHAN_PORT": str(port), "YIZHAN_LOG_LEVEL": "warning"}
        begun = time.perf_counter()
        with run(["-m", "server", "serve"], port=port, env=env) as program:
            program.wait_for("/readyz")
            took.append(time.perf_counter() - begun)
            cpu.append(program.cpu)
    return [
        Figure(
            name="start to ready", unit="s", value=middle(took), goal=3, floor=middle(floor),
            floor_name="python and import aiohttp", facts={"CPU s": middle(cpu), "messages": plan.messages},
        )
    ]  # fmt: skip


def _floor() -> float:
    begun = time.perf_counter()
    subprocess.run([sys.executable, "-c", FLOOR], check=True)
    return time.perf_counter() - begun
