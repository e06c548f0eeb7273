"""For operators and orchestrators: alive, ready, which version, which figures."""

import asyncio
from importlib.metadata import PackageNotFoundError, version

import msgspec
import structlog
from aiohttp import web
from msgspec import Struct

from hub.errors import HubError
from server.parts import HUB, Hub

log = structlog.get_logger(__name__)
PING = 0.5
"""Seconds the store may take to answer."""


class Ready(Struct, frozen=True, kw_only=True):
    """Whether to send requests here; `degraded` names what is slower than it should be and does not stop us."""

    ready: bool
    reasons: tuple[str, ...] = ()
    degraded: tuple[str, ...] = ()


def release() -> str:
    """Return the version of this installation."""
    try:
        return version("yizhan")
    except PackageNotFoundError:
        return "0.1.0"


async def healthz(request: web.Request) -> web.Response:
    """The process is alive: its loop answers."""
    return web.Response(text="ok\n")


async def readyz(request: web.Request) -> web.Response:
    """Requests may come: the store answers, work is done, nothing is going down."""
    state = await look(request.app[HUB])
    body = msgspec.json.encode(state)
    return web.Response(status=200 if state.ready else 503, body=body, content_type="application/json")


async def look(hub: Hub) -> Ready:
    """Ask every part that must work."""
    reasons = []
    if hub.draining.is_set():
        reasons.append("draining")
    if hub.settings.worker and not hub.working.is_set():
        reasons.append("worker")
    try:
        async with asyncio.timeout(PING):
            await hub.store.ping()
    except (TimeoutError, HubError) as error:
        log.warning("store_does_not_answer", why=str(error))
        reasons.append("store")
    degraded = () if await hub.far() else ("redis",)
    return Ready(ready=not reasons, reasons=tuple(reasons), degraded=degraded)


async def version_of(request: web.Request) -> web.Response:
    """Which release runs here."""
    return web.json_response({"name": "yizhan", "version": release()})


async def metrics(request: web.Request) -> web.Response:
    """Figures for Prometheus; on the main port for this machine alone."""
    hub = request.app[HUB]
    through_proxy = "X-Forwarded-For" in request.headers or "Forwarded" in request.headers
    if hub.settings.admin_port or through_proxy or (request.remote or "") not in ("127.0.0.1", "::1"):
        raise web.HTTPNotFound
    return hub.metrics.response()


async def all_metrics(request: web.Request) -> web.Response:
    """Figures for Prometheus, on the operators' own port."""
    return request.app[HUB].metrics.response()
