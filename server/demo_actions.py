"""The simulated back end of the demo's bot: its action server, a process of its own on loopback, while the demo runs.

It needs rasa_sdk, which has an environment of its own (`make run` makes it). Without it the bot says that something
went wrong, and hands over.
"""

import asyncio
import os
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

import structlog

from bots.shelf import LIBRARY
from config.settings import Settings

FOLDER = LIBRARY / "water"
PORT = 5055
"""That of the project's endpoints.yml."""
GRACE = 5.0

log = structlog.get_logger(__name__)


@asynccontextmanager
async def acting(settings: Settings) -> AsyncIterator[None]:
    """Run the action server while the context lasts, if there is an environment for it and the port is free."""
    process = await _started(settings.demo_actions) if settings.demo_actions and await _free() else None
    try:
        yield
    finally:
        if process is not None:
            await _ended(process)


async def _started(python: str) -> asyncio.subprocess.Process | None:
    command = (python, "-m", "rasa_sdk", "--actions", "actions", "--port", str(PORT))
    quiet = asyncio.subprocess.DEVNULL
    told = {**os.environ, "SANIC_HOST": "127.0.0.1", "PYTHONDONTWRITEBYTECODE": "1", "RASA_TELEMETRY_ENABLED": "false"}
    try:
        return await asyncio.create_subprocess_exec(
            *command, cwd=FOLDER, env=told, stdin=quiet, stdout=quiet, stderr=quiet, start_new_session=True
        )
    except OSError as error:
        log.warning("demo_actions_not_started", reason=error.strerror, hint="Look at `demo_actions`.")
        return None


async def _ended(process: asyncio.subprocess.Process) -> None:
    """End it and the worker it made: they are a process group that we began."""
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGTERM)
    try:
        async with asyncio.timeout(GRACE):
            await process.wait()
    except TimeoutError:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        await process.wait()


async def _free() -> bool:
    """Say whether nobody listens there: somebody's own action server is as good."""
    try:
        _, writer = await asyncio.open_connection("127.0.0.1", PORT)
    except OSError:
        return True
    writer.close()
    return False
