"""The outermost layer of every request but webhooks: a number for the log, room, safe headers, problems.

Webhooks take a short cut: `/hooks/` has its own bound and needs none of this (`server/webhooks.py`).
"""

import asyncio
import re
import time

import structlog
from aiohttp import web
from aiohttp.typedefs import Handler

from hub.errors import HubError, Overloaded
from hub.ids import new_id
from server.api.contract import NUMBER
from server.api.problems import from_error, problem
from server.parts import HUB, Hub

log = structlog.get_logger(__name__)
KNOWN_ID = re.compile(r"[A-Za-z0-9._-]{8,64}")
QUIET = ("/healthz", "/readyz", "/metrics")
WAITS = re.compile("/chat/[^/]+/poll")
"""A poll that waits is no work in progress."""
CSP = (
    "default-src 'none'; script-src 'self'; style-src 'self'; style-src-attr 'unsafe-inline'; "
    "img-src 'self' data: blob:; media-src 'self' blob:; font-src 'self' data:; connect-src 'self'; "
    "frame-src 'self' blob:; worker-src 'self'; manifest-src 'self'; "
    "base-uri 'none'; form-action 'self'; frame-ancestors 'none'; object-src 'none'"
)
HEADERS = {
    "Content-Security-Policy": CSP,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), payment=()",
}


@web.middleware
async def edge(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Answer one request."""
    if request.path.startswith("/hooks/"):
        return await handler(request)
    hub = request.app[HUB]
    begun = time.perf_counter()
    given = request.headers.get("X-Request-ID", "")
    number = given if KNOWN_ID.fullmatch(given) else new_id()
    request[NUMBER] = number
    with structlog.contextvars.bound_contextvars(request=number):
        response = await _bounded(hub, request, handler)
        _tell(hub, request, response.status, begun)
    if not response.prepared:
        response.headers["X-Request-ID"] = number
    return response


async def _bounded(hub: Hub, request: web.Request, handler: Handler) -> web.StreamResponse:
    """Let so many in and no more: the next one hears at once that it is too much."""
    if _is_socket(request) or request.path in QUIET or WAITS.fullmatch(request.path):
        return await _answer(request, handler)
    try:
        with hub.in_flight:
            return await _answer(request, handler)
    except Overloaded as error:
        hub.metrics.shed.inc()
        return from_error(error)


async def _answer(request: web.Request, handler: Handler) -> web.StreamResponse:
    try:
        return await handler(request)
    except HubError as error:
        return from_error(error)
    except web.HTTPException as error:
        return error if error.status < 400 else _problem_of(error)
    except (asyncio.CancelledError, ConnectionError):
        raise
    except Exception:
        log.exception("request_failed", route=_route(request))
        return problem(500, "internal", "The hub made a mistake; it is in the log")


def _problem_of(error: web.HTTPException) -> web.Response:
    allow = error.headers.get("Allow")
    code = error.reason.lower().replace(" ", "_")
    return problem(error.status, code, error.reason, headers={"Allow": allow} if allow else None)


def _is_socket(request: web.Request) -> bool:
    return request.headers.get("Upgrade", "").lower() == "websocket"


def _route(request: web.Request) -> str:
    resource = request.match_info.route.resource
    return resource.canonical if resource else "(none)"


def _tell(hub: Hub, request: web.Request, status: int, begun: float) -> None:
    route = _route(request)
    hub.metrics.answered(route, request.method, status, begun)
    if request.path in QUIET:
        return
    milliseconds = round((time.perf_counter() - begun) * 1000, 1)
    log.info("request", method=request.method, route=route, status=status, ms=milliseconds)


async def put_headers(request: web.Request, response: web.StreamResponse) -> None:
    """Put the safe headers on every answer that does not bring its own (signal `on_response_prepare`)."""
    if request.path.startswith("/hooks/"):
        return
    response.headers["Server"] = "yizhan"
    for name, value in HEADERS.items():
        response.headers.setdefault(name, value)
    if request.app[HUB].settings.secure:
        response.headers.setdefault("Strict-Transport-Security", "max-age=31536000")
    if request.path.startswith("/api/"):
        response.headers.setdefault("Cache-Control", "no-store")
