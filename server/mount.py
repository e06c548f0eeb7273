"""From a declared route to an aiohttp handler: who asks, may they, what do they say; then the answer or the problem."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from typing import Any

import msgspec
import structlog
from aiohttp import web

from accounts.permissions import Permission
from hub.errors import Forbidden, HubError, TooMany
from server.api.contract import Call, Gate, Route
from server.api.decode import body_decoder, params_decoder, query_decoder, read_body
from server.api.problems import from_error, problem
from server.doors import need_csrf
from server.origin import SAFE, need_same_origin
from server.parts import EACH, HUB, Hub

log = structlog.get_logger(__name__)
Endpoint = Callable[[web.Request], Awaitable[web.StreamResponse]]
_encoder = msgspec.json.Encoder()
JSON = "application/json"
PREFIX = "/api/v1"


def mount(app: web.Application, routes: Iterable[Route], prefix: str = PREFIX) -> None:
    """Put routes on the application."""
    for route in routes:
        app.router.add_route(route.method, prefix + route.path, endpoint(route), name=None)


def endpoint(route: Route) -> Endpoint:
    """Make the handler of one route."""
    read = _reader(route)
    permission = None if route.permission in set(Gate) else Permission(route.permission)

    root = "$query" if route.body is None else "$"

    async def handle(request: web.Request) -> web.StreamResponse:
        hub = request.app[HUB]
        try:
            call = await _call(hub, request, route)
            _spend(call, route)
            _admit(call, route, permission)
            answer = await route.handler(call, **await read(request))
            return _respond(call, route, answer)
        except HubError as error:
            if isinstance(error, TooMany):
                hub.metrics.limited.labels(route.path).inc()
            return from_error(error, root=root)
        except (web.HTTPException, asyncio.CancelledError, ConnectionError):
            raise
        except Exception:
            log.exception("request_failed", route=route.name)
            return problem(500, "internal", "The hub made a mistake; it is in the log")

    return handle


async def _call(hub: Hub, request: web.Request, route: Route) -> Call:
    at = hub.clock.now()
    if request.method not in SAFE:
        need_same_origin(request, hub.settings.address)
    known = await hub.doors.known(request, at)
    if known and route.permission != Gate.PUBLIC and request.method not in SAFE:
        need_csrf(request, known)
    actor = known.actor if known else None
    return Call(hub=hub, request=request, at=at, ip=hub.proxies.client(request), actor=actor)


def _admit(call: Call, route: Route, permission: Permission | None) -> None:
    if route.permission == Gate.PUBLIC:
        return
    actor = call.actor
    if permission is not None and permission not in actor.permissions:
        raise Forbidden(
            "Your role does not allow that",
            permission=permission.value,
            hint="Ask an administrator for a role that includes this permission.",
        )


def _spend(call: Call, route: Route) -> None:
    now = call.hub.clock.monotonic()
    who = call.who.user if call.who else call.ip
    call.hub.buckets.take(f"all:{who}", times=call.hub.calls_per_second, per=EACH, now=now)
    if route.rate:
        call.hub.buckets.take(f"{route.name}:{who}", times=route.rate.times, per=route.rate.per, now=now)


def _reader(route: Route) -> Callable[[web.Request], Awaitable[dict[str, Any]]]:
    params = params_decoder(route.params)
    query = query_decoder(route.query) if route.query else None
    body = body_decoder(route.body) if route.body is not None else None

    async def read(request: web.Request) -> dict[str, Any]:
        values = params(request.match_info)
        if query:
            values["query"] = query(request.query)
        if body:
            values["body"] = body(await read_body(request, route.body_limit))
        return values

    return read


def _respond(call: Call, route: Route, answer: Any) -> web.StreamResponse:
    if isinstance(answer, web.StreamResponse):
        return answer
    status = call.answer.status or route.status
    if answer is None:
        response = web.Response(status=status)
    else:
        response = web.Response(status=status, body=_encoder.encode(answer), content_type=JSON)
    response.headers.update(call.answer.headers)
    for name, value, lasts in call.answer.cookies:
        response.set_cookie(
            name, value, max_age=int(lasts.total_seconds()), httponly=True, samesite="Lax",
            secure=call.hub.settings.secure, path="/",
        )  # fmt: skip
    return response
