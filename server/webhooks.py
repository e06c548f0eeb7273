"""`/hooks/{inbox}`: challenge, verify, parse, store, and only then 200. The hottest path, so it carries nothing else.

Errors: 401 unverified, 400 malformed (the bytes are kept), 404 no such inbox, 413, 503 with Retry-After.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping

import structlog
from aiohttp import web

from adapters.contract import Ack, Request
from hub.errors import HubError, Malformed, NotFound, TooLarge, Unverified
from server.api.decode import PATIENCE, read_bounded
from server.api.problems import from_error, problem
from server.channels import Live
from server.parts import HUB, Hub
from server.quarantine import keep

log = structlog.get_logger(__name__)
LARGEST = 5 * 1024 * 1024
PREFIX = "/hooks/"
PATH = PREFIX + "{inbox}"
NOTHING: Mapping[str, str] = {}
INERT = {"X-Content-Type-Options": "nosniff", "Content-Security-Policy": "default-src 'none'; sandbox"}


async def hook(request: web.Request) -> web.Response:
    """Answer one call of a provider, as a route of the application."""
    hub = request.app[HUB]
    return await respond(hub, request.match_info["inbox"], lambda: _read(hub, request)) or web.Response()


async def respond(hub: Hub, inbox: str, called: Callable[[], Awaitable[Request]]) -> web.Response | None:
    """Return what to answer one call, of which `called` reads the rest; None is 200 without a word."""
    begun = time.perf_counter()
    response: web.Response | None
    live = hub.channels.find(inbox)
    channel = live.manifest.name if live else "none"
    try:
        with hub.hooks:
            response = await _answer(hub, called, live)
        result = "ok"
    except HubError as error:
        response, result = from_error(error), error.code
    except (TimeoutError, web.HTTPRequestTimeout):
        response, result = problem(408, "too_slow", "The body did not come in time"), "too_slow"
    except (asyncio.CancelledError, ConnectionError):
        raise
    except Exception:
        log.exception("webhook_failed", channel=channel)
        response, result = problem(500, "internal", "The hub made a mistake; please call again"), "fault"
    hub.metrics.hooked(channel, result, begun)
    return response


async def _answer(hub: Hub, call: Callable[[], Awaitable[Request]], live: Live | None) -> web.Response | None:
    if live is None or not live.manifest.webhook:
        raise NotFound("There is no such inbox")
    called = await call()
    challenge = live.adapter.challenge(called)
    if challenge is not None:
        return _say(challenge)
    try:
        live.adapter.verify(called)
        inbounds = live.adapter.parse(called)
    except Malformed as error:
        await keep(
            hub.store, inbox=live.inbox.id, at=called.at, error=error, body=called.body,
            content_type=called.headers.get("content-type", ""),
        )  # fmt: skip
        raise
    except Unverified as error:
        log.warning("webhook_unverified", inbox=live.inbox.id, why=error.message)
        raise
    if inbounds:
        accepted = await hub.ingest.accept(inbounds)
        hub.channels.vitals.came_in(live.inbox.id, called.at)
        if accepted.known:
            hub.metrics.known.labels(live.manifest.name).inc(accepted.known)
    ack = live.adapter.ack(called)
    return _say(ack) if ack.body else None


def _say(ack: Ack) -> web.Response:
    """Say what the provider wants to hear; its words may come out of its own request, so no browser runs them."""
    kind, _, charset = ack.content_type.partition(";")
    named = charset.rpartition("=")[2].strip() or None
    return web.Response(body=ack.body, content_type=kind.strip(), charset=named, headers=INERT)


async def _read(hub: Hub, request: web.Request) -> Request:
    length = request.content_length
    if length is not None and length > LARGEST:
        raise TooLarge("The body is too large", limit=LARGEST)
    body = await read_bounded(request, LARGEST) if length is None else await _whole(request, length)
    return Request(
        method=request.method,
        url=hub.address + request.raw_path,
        query=request.query if "?" in request.raw_path else NOTHING,
        headers=request.headers,
        body=body,
        at=hub.clock.now(),
    )


async def _whole(request: web.Request, length: int) -> bytes:
    """Return the body; mostly it came with its headers, and nothing has to be waited for."""
    if request.content.total_bytes >= length:
        return await request.read()
    async with asyncio.timeout(PATIENCE):
        return await request.read()
