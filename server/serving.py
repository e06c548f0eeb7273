"""A process from its start to its end: sockets open, signals heard, what is in hand finished, exit."""

import asyncio
import gc
import signal
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from datetime import timedelta

import structlog
import typer
from aiohttp import web

from config.settings import Settings
from hub.errors import HubError
from server import health
from server.app import application
from server.bootstrap import opened
from server.parts import HUB, Hub
from server.wicket import Gate

log = structlog.get_logger(__name__)
Prepare = Callable[[Hub], Awaitable[str]]
"""Makes the hub ready for its first caller, and returns what to say when the door is open."""
BACKLOG = 1024
PATIENCE = 60.0
NOTICE = 0.3
"""Seconds between saying "not ready" and closing the door, for whoever balances the load."""


async def serve(settings: Settings, prepare: Prepare) -> None:
    """Serve until told to end (SIGTERM, SIGINT)."""
    app = application(lambda: opened(settings))
    runner = runner_of(app, settings)
    await runner.setup()
    try:
        stop = _stop_signal()
        greeting = await prepare(app[HUB])
        _settle_memory()
        async with gate_of(runner, app[HUB]):
            admin = await _admin(app, settings)
            await asyncio.to_thread(typer.echo, greeting)
            log.info("ready", address=settings.address)
            await stop.wait()
            await _say_goodbye(app[HUB])
            await admin.cleanup()
    finally:
        await runner.cleanup()
        log.info("ended")


def runner_of(app: web.Application, settings: Settings, *, patience: float = PATIENCE) -> web.AppRunner:
    """Return what runs the application; `patience` is how long a connection may say nothing, or no whole request."""
    return web.AppRunner(
        app,
        access_log=None,
        handle_signals=False,
        shutdown_timeout=settings.drain_seconds,
        keepalive_timeout=patience,
    )


@asynccontextmanager
async def gate_of(runner: web.AppRunner, hub: Hub, *, patience: float = PATIENCE) -> AsyncIterator[Gate]:
    """Listen where the settings say, for as long as the context lasts; the runner is set up."""
    assert runner.server is not None  # noqa: S101 - it is set up
    gate, settings = Gate(hub, runner.server, patience=patience), hub.settings
    with _listening(settings.host, settings.port):
        await gate.listen(settings.host, settings.port, backlog=BACKLOG)
    try:
        yield gate
    finally:
        await gate.close(settings.drain_seconds)


@contextmanager
def _listening(host: str, port: int) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise HubError(
            "Cannot listen", host=host, port=port, reason=error.strerror, hint="Set `host` and `port`."
        ) from error


async def work(settings: Settings) -> None:
    """Work the queues without a door, until told to end."""
    stop = _stop_signal()
    async with opened(settings) as hub:
        app = web.Application()
        app[HUB] = hub
        admin = await _admin(app, settings)
        _settle_memory()
        log.info("working")
        await stop.wait()
        hub.draining.set()
        await admin.cleanup()


async def _admin(app: web.Application, settings: Settings) -> web.AppRunner:
    """Open the operators' port, when there is one."""
    beside = web.Application()
    beside[HUB] = app[HUB]
    beside.router.add_get("/healthz", health.healthz)
    beside.router.add_get("/readyz", health.readyz)
    beside.router.add_get("/metrics", health.all_metrics)
    runner = web.AppRunner(beside, access_log=None, handle_signals=False)
    await runner.setup()
    if settings.admin_port:
        with _listening(settings.host, settings.admin_port):
            await web.TCPSite(runner, settings.host, settings.admin_port, backlog=BACKLOG).start()
    return runner


async def _say_goodbye(hub: Hub) -> None:
    """Not ready any more; nothing new is worked on; everybody connected comes back elsewhere."""
    log.info("draining")
    hub.draining.set()
    hub.live.drain()
    await asyncio.sleep(NOTICE)
    await hub.engine.drain(timedelta(seconds=hub.settings.drain_seconds))


def _settle_memory() -> None:
    """Let the garbage collector leave alone what lives as long as the process, and look less often for the rest.

    A request makes objects by the hundred and no cycles; with Python's own thresholds a quarter of the time of a busy
    process went into looking for some.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(10_000, 20, 50)


def _stop_signal() -> asyncio.Event:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    return stop
