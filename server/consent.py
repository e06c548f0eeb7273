"""An account's owner agrees to our use of it: OAuth 2 authorisation code (RFC 6749, 4.1), from settings page to inbox.

administrator -> POST /inboxes/{id}/authorise -> the provider's page -> GET /oauth/callback -> refresh token, sealed

The state is signed, ends soon, and is bound to the inbox and to the session that began: nobody else can finish it.
"""

import asyncio
from datetime import datetime, timedelta

import structlog
from aiohttp import web
from msgspec import Struct, structs

from accounts.actor import Act, Actor
from accounts.audit import Entry
from accounts.permissions import Permission
from adapters.contract import Adapter
from conversations.inboxes import INBOXES, Inbox
from hub.errors import ChannelBroken, Forbidden, HubError, Invalid, Refused, TryLater, Unauthenticated, Unsupported
from hub.signing import Signer
from hub.store.port import put
from server.parts import HUB, Hub
from server.sealing import kept

log = structlog.get_logger(__name__)
PATH = "/oauth/callback"
LIFE = timedelta(minutes=15)
PATIENCE = 25.0


class Asking(Struct, frozen=True, kw_only=True):
    """What the state says: which inbox, and whose session began."""

    inbox: str
    session: str


async def begin(hub: Hub, inbox: Inbox, actor: Actor, at: datetime) -> str:
    """Return the provider's page; raises `Unsupported` for channels that ask nobody, `Forbidden` for programs."""
    if actor.session is None:
        raise Forbidden("Only a person can agree to that", hint="Log in with a browser.")
    if not hub.channels.registry.manifest(inbox.channel).consent:
        raise Unsupported("This channel asks nobody for consent", channel=inbox.channel)
    state = _signer(hub).sign(Asking(inbox=inbox.id, session=actor.session), until=at + LIFE)
    try:
        return _adapter(hub, inbox).consent_url(state, _redirect(hub))
    except NotImplementedError as error:
        raise Unsupported("This inbox asks nobody for consent", inbox=inbox.id) from error


async def callback(request: web.Request) -> web.StreamResponse:
    """`GET /oauth/callback`: keep what the provider gave and go back to the inbox's settings, however it ended."""
    hub = request.app[HUB]
    at = hub.clock.now()
    known = await hub.doors.known(request, at)
    if known is None:
        raise Unauthenticated("Please log in, then authorise again")
    known.actor.must(Permission.INBOXES_MANAGE)
    asking = _signer(hub).verify(request.query.get("state", ""), at).payload
    if known.actor.session is None or asking.session != known.actor.session:
        raise Forbidden("This authorisation was begun by somebody else", hint="Begin again from the inbox's settings.")
    code = request.query.get("code", "")
    outcome = await _ended(hub, asking.inbox, code, Act(actor=known.actor, at=at, ip=hub.proxies.client(request)))
    page = f"/settings/inboxes/{asking.inbox}?authorised={outcome}"
    return web.Response(status=303, headers={"Location": page, "Cache-Control": "no-store"})


async def _ended(hub: Hub, id: str, code: str, act: Act) -> str:
    """Redeem the code and keep the result; return a code for the page."""
    if not code or len(code) > 4096:
        return "declined"
    try:
        inbox = await hub.talks.inboxes.get(id)
        async with asyncio.timeout(PATIENCE):
            given = await _adapter(hub, inbox).redeem(code, _redirect(hub))
        await _keep(hub, inbox, given, act)
    except TimeoutError:
        return TryLater.code
    except HubError as error:
        log.warning("consent_not_redeemed", inbox=id, why=error.message, hint=error.hint)
        return error.code
    return "yes"


async def _keep(hub: Hub, inbox: Inbox, given: dict[str, str], act: Act) -> None:
    if not given:
        raise Refused("The provider gave nothing to keep", inbox=inbox.id)
    try:
        changed = kept(hub.channels.registry, hub.vault, inbox.id, inbox.channel, given, inbox)
    except Invalid as error:
        raise ChannelBroken("What the provider gave does not fit the channel's settings", inbox=inbox.id) from error
    write = put(INBOXES, inbox, structs.replace(inbox, **changed))
    await hub.accounts.audit.commit(act, Entry(action="inbox.authorised", target=inbox.id), write)
    await hub.channels.reload(inbox.id)


def _adapter(hub: Hub, inbox: Inbox) -> Adapter:
    """Return the inbox's adapter, also of one that cannot work yet."""
    live = hub.channels.find(inbox.id)
    return live.adapter if live else hub.channels.build(inbox.channel, inbox.id, hub.channels.opened(inbox))


def _redirect(hub: Hub) -> str:
    return f"{hub.address}{PATH}"


def _signer(hub: Hub) -> Signer[Asking]:
    return Signer(hub.keyring, "consent", Asking)
