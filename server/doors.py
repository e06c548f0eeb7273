"""Who is behind a request: a browser's session cookie, or a program's API token. The accounts floor knows both."""

from datetime import datetime
from hmac import compare_digest
from typing import Protocol

from aiohttp import web
from msgspec import Struct

from accounts.actor import Actor
from hub.errors import Forbidden

COOKIE = "yizhan_session"
HOST_COOKIE = f"__Host-{COOKIE}"
BEARER = "Bearer "


class Known(Struct, frozen=True, kw_only=True):
    """Who proved to be there. `csrf` is what writes must repeat; empty for a token, which no page can send."""

    actor: Actor
    csrf: str = ""


class Sessions(Protocol):
    """What the doors ask about a session cookie."""

    async def known(self, secret: str, at: datetime) -> tuple[Actor, str] | None:
        """Return who owns the live session and its CSRF value, or None."""
        ...


class Tokens(Protocol):
    """What the doors ask about an API token."""

    async def known(self, secret: str, at: datetime) -> Actor | None:
        """Return who owns the live token, or None."""
        ...


class Doors:
    """Ask the one that fits."""

    def __init__(self, sessions: Sessions, tokens: Tokens, *, secure: bool = False) -> None:
        self._sessions = sessions
        self._tokens = tokens
        self._cookie = cookie_name(secure=secure)

    async def known(self, request: web.Request, at: datetime) -> Known | None:
        """Return who asks, or None when nobody is proved."""
        said = request.headers.get("Authorization", "")
        if said.startswith(BEARER):
            actor = await self._tokens.known(said.removeprefix(BEARER), at)
            return Known(actor=actor) if actor else None
        cookie = request.cookies.get(self._cookie)
        if not cookie:
            return None
        found = await self._sessions.known(cookie, at)
        return Known(actor=found[0], csrf=found[1]) if found else None


def cookie_name(*, secure: bool) -> str:
    """Return the name of the session cookie; behind TLS a browser guards the prefix: no other host can set it."""
    return HOST_COOKIE if secure else COOKIE


def need_csrf(request: web.Request, known: Known) -> None:
    """Return quietly, or raise `Forbidden` when a session's write does not repeat its CSRF value."""
    if known.csrf and not compare_digest(request.headers.get("X-CSRF-Token", "").encode(), known.csrf.encode()):
        raise Forbidden("The CSRF token is missing or wrong", hint="Send `csrf` of GET /session as X-CSRF-Token.")
