"""Log-in, log-out, and the list of one's own sessions."""

from datetime import datetime, timedelta
from typing import Annotated

from msgspec import Meta, Struct

from accounts.known import is_over
from accounts.sessions import SESSIONS
from hub.errors import NotFound, Unauthenticated
from server.api.accounts.shown import Me, browser, let_in, show_me
from server.api.contract import Call, Gate, Rate, Routes
from server.doors import cookie_name

routes = Routes("session")
NONE = timedelta(0)
MINUTE = timedelta(minutes=1)


class LogIn(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What somebody at the door says."""

    email: Annotated[str, Meta(max_length=254)]
    password: Annotated[str, Meta(max_length=256)]

    def __repr__(self) -> str:
        """Say nothing."""
        return "LogIn()"


class SessionShown(Struct, frozen=True, kw_only=True):
    """One browser that is logged in; `agent` is like "Firefox, Windows"."""

    id: str
    created_at: datetime
    seen_at: datetime
    expires_at: datetime
    ip: str
    agent: str
    current: bool


class SessionsShown(Struct, frozen=True, kw_only=True):
    """One's own sessions, newest first."""

    items: tuple[SessionShown, ...]
    next: str | None = None


@routes.post("/session", permission=Gate.PUBLIC, rate=Rate(times=120, per=MINUTE))
async def log_in(call: Call, body: LogIn) -> Me:
    """Log in; sets the session cookie.

    A wrong password, an unknown address and a colleague who was shut out get the same 401; too many of them a 429.
    """
    old = call.request.cookies.get(cookie_name(secure=call.hub.settings.secure))
    entered = await call.hub.accounts.logins.enter(
        body.email, body.password, ip=call.ip, agent=browser(call), at=call.at, old=old
    )
    return await let_in(call, entered)


@routes.get("/session", permission=Gate.LOGGED_IN)
async def get_session(call: Call) -> Me:
    """Tell who is logged in, and the CSRF token of this session; an API token has none and needs none."""
    user = await call.hub.accounts.staff.get(call.actor.user)
    if call.actor.session is None:
        return await show_me(call, user, None)
    session = await call.hub.store.get(SESSIONS, call.actor.session)
    if session is None:
        raise Unauthenticated("The session has ended", hint="Log in again.")
    return await show_me(call, user, session)


@routes.delete("/session", permission=Gate.LOGGED_IN)
async def log_out(call: Call) -> None:
    """Log out: the session ends and its cookie goes."""
    if call.actor.session is None:
        raise NotFound("An API token has no session", hint="Revoke the token instead.")
    await call.hub.accounts.logins.leave(call.actor.user, call.actor.session)
    call.answer.cookie(cookie_name(secure=call.hub.settings.secure), "", NONE)


@routes.get("/sessions", permission=Gate.LOGGED_IN)
async def list_sessions(call: Call) -> SessionsShown:
    """List where one is logged in."""
    rows = await call.hub.accounts.sessions.all_of(call.actor.user)
    live = [row for row in reversed(rows) if not is_over(row, call.at)]
    return SessionsShown(
        items=tuple(
            SessionShown(
                id=row.id, created_at=row.created_at, seen_at=row.seen_at, expires_at=row.expires_at, ip=row.ip,
                agent=row.agent, current=row.id == call.actor.session,
            )
            for row in live
        )
    )  # fmt: skip


@routes.delete("/sessions/{id}", permission=Gate.LOGGED_IN)
async def end_session(call: Call, id: str) -> None:
    """End one of one's own sessions, wherever it is."""
    await call.hub.accounts.sessions.revoke(call.actor.user, id)
