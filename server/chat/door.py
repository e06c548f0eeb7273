"""The chat's door: which inbox, from which page, with whose token; and the headers other sites' pages need."""

from collections.abc import Awaitable, Callable
from datetime import datetime
from urllib.parse import urlsplit

import structlog
from aiohttp import web
from msgspec import Struct

from adapters.webchat import visitors
from adapters.webchat.adapter import WebChat
from adapters.webchat.sites import Site
from adapters.webchat.visitors import Visitor
from conversations.inboxes import INBOXES, Inbox
from hub.errors import Forbidden, HubError, NotFound, Unverified
from hub.store.port import Eq, Present
from server.api.problems import from_error, problem
from server.chat.parts import CHAT, Chat

log = structlog.get_logger(__name__)
Endpoint = Callable[["Caller"], Awaitable[web.StreamResponse]]
ALLOWED = {
    "Access-Control-Allow-Methods": "GET, POST, OPTIONS",
    "Access-Control-Allow-Headers": "Authorization, Content-Type, X-File-Name",
    "Access-Control-Max-Age": "7200",
    "Vary": "Origin",
}


class Caller(Struct, frozen=True, kw_only=True):
    """One request at the door of one inbox."""

    chat: Chat
    request: web.Request
    inbox: Inbox
    adapter: WebChat
    ip: str
    at: datetime

    @property
    def site(self) -> Site:
        """Return the inbox's settings."""
        return self.adapter.site

    def visitor(self) -> Visitor:
        """Return whose Bearer token it is; raises `Unverified`."""
        scheme, _, token = self.request.headers.get("Authorization", "").partition(" ")
        if scheme.lower() != "bearer":
            raise Unverified("There is no visitor token", hint="Send `Authorization: Bearer` with the session's token.")
        return self.proved(token)

    def proved(self, token: str) -> Visitor:
        """Return whose token it is; raises `Unverified`."""
        return visitors.verify(self.adapter.signer, token, self.inbox.id, self.site.identity, self.at).payload


async def caller(request: web.Request) -> Caller:
    """Find the inbox of the site key; raises `NotFound` for one that is not there, switched off or broken."""
    chat = request.app[CHAT]
    key = request.match_info["key"]
    found = await chat.store.find(INBOXES, Eq("site_key", key), Present("site_key"), limit=1)
    live = chat.channels.find(found[0].id) if found else None
    if live is None or not isinstance(live.adapter, WebChat):
        raise NotFound("There is no such chat", site_key=key)
    return Caller(
        chat=chat, request=request, inbox=live.inbox, adapter=live.adapter, ip=chat.proxies.client(request),
        at=chat.clock.now(),
    )  # fmt: skip


def may_come_from(site: Site, request: web.Request, address: str) -> bool:
    """Say whether the page may talk to this inbox: one of ours, or one of the inbox's sites.

    A browser names the origin on every call to another site and on every socket; a program that names none may pass
    here, as it could name any.
    """
    origin = request.headers.get("Origin")
    if origin is None:
        socket = request.headers.get("Upgrade", "").lower() == "websocket"
        return not socket and request.headers.get("Sec-Fetch-Site", "none") in ("same-origin", "none")
    own = origin == address or urlsplit(origin).netloc == request.headers.get("Host")
    return bool(origin) and (own or site.allows(origin))


def public(
    handle: Endpoint, *, knows_strangers: bool = False
) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
    """Make an endpoint of a handler: find the inbox, look at the origin, say errors, set the headers.

    `knows_strangers`: the handler refuses pages of other origins itself (sockets do, with a close code).
    """

    async def endpoint(request: web.Request) -> web.StreamResponse:
        allowed = False
        try:
            who = await caller(request)
            if not knows_strangers:
                _admit(who)
            allowed = True
            who.chat.spend(f"chat:{who.ip}", who.chat.limits.read_ip)
            response = await handle(who)
        except HubError as error:
            response = from_error(error)
        except (web.HTTPException, ConnectionError):
            raise
        except Exception:
            log.exception("chat_request_failed", path=request.match_info.route.resource)
            response = problem(500, "internal", "The hub made a mistake; it is in the log")
        return _open_to(request, response, allowed=allowed)

    return endpoint


async def preflight(who: Caller) -> web.StreamResponse:
    """Answer a browser that asks before it calls."""
    return web.Response(status=204, headers=ALLOWED)


def _open_to(request: web.Request, response: web.StreamResponse, *, allowed: bool) -> web.StreamResponse:
    if response.prepared:
        return response
    response.headers["Vary"] = "Origin"
    response.headers.setdefault("Cache-Control", "no-store")
    if allowed:
        response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
        response.headers["Access-Control-Allow-Origin"] = request.headers.get("Origin", "*")
    return response


def _admit(who: Caller) -> None:
    if not may_come_from(who.site, who.request, who.chat.address):
        raise Forbidden(
            "This page may not open the chat",
            origin=who.request.headers.get("Origin", ""),
            hint="Add the page's origin to `origins` in the inbox's settings.",
        )
