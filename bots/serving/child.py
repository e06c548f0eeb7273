"""A process of its own for work that would hold up the hub: it gets no secret, little memory, and the back seat."""

import asyncio
import os
import resource
import sys
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
PASSED_ON = ("PATH", "LANG", "LC_ALL", "TMPDIR", "HOME", "SYSTEMROOT")
ONE_THREAD = {name: "1" for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")}
PIPE = 1 << 20


@asynccontextmanager
async def child(module: str) -> AsyncIterator[asyncio.subprocess.Process]:
    """Run `python -m module` with pipes for frames; when the context ends, however it ends, so has the process."""
    starting = asyncio.create_task(_started(module))
    try:
        process = await asyncio.shield(starting)
    except asyncio.CancelledError:
        await _surely(_end(await starting))
        raise
    try:
        yield process
    finally:
        await _surely(_end(process))


async def _started(module: str) -> asyncio.subprocess.Process:
    return await asyncio.create_subprocess_exec(
        sys.executable, "-m", module,
        stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, limit=PIPE, env=environment(),
    )  # fmt: skip


async def _surely(ending: Coroutine[None, None, None]) -> None:
    """Await it to its end, however often somebody cancels meanwhile."""
    task, cut = asyncio.ensure_future(ending), False
    while not task.done():
        try:
            await asyncio.shield(task)
        except asyncio.CancelledError:
            cut = True
    if cut:
        raise asyncio.CancelledError


async def _end(process: asyncio.subprocess.Process) -> None:
    """Kill it, if it still runs, and close its pipes."""
    if process.returncode is None:
        process.kill()
    if process.stdin is not None:
        process.stdin.close()
    await process.wait()
    while process.stdout is not None and await process.stdout.read(PIPE):
        pass


def environment() -> dict[str, str]:
    """Return what such a process may know of ours: no setting of the hub, for some are secret."""
    kept = {name: os.environ[name] for name in PASSED_ON if name in os.environ}
    return {**kept, **ONE_THREAD, "PYTHONPATH": str(ROOT), "PYTHONDONTWRITEBYTECODE": "1"}


def step_back(*, memory: int, seconds: int) -> None:
    """Bind this process: bytes of memory, seconds of processor time, and customers go first. Called inside it."""
    os.nice(10)
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    if seconds:
        resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))


def own_pipes() -> tuple[int, int]:
    """Return standard input and output for frames alone: whatever else prints does so to standard error."""
    out = os.dup(1)
    os.dup2(2, 1)
    return 0, out
