"""The connection of an inbox to its provider: tested, watched, paused, agreed to; and the texts registered there."""

from datetime import datetime, timedelta
from typing import Any, Literal

from msgspec import Struct, structs

from accounts.audit import Entry
from accounts.permissions import Permission
from adapters.contract import Step, TemplateCard
from conversations.inboxes import INBOXES, Inbox
from hub.store.port import put
from server import probing
from server.api.accounts.shown import act_of
from server.api.contract import Call, Rate, Routes
from server.api.inboxes import InboxShown, show
from server.consent import begin
from server.vitals import Failed, Vital

routes = Routes("inboxes")
READ, MANAGE, REPLY = Permission.INBOXES_READ, Permission.INBOXES_MANAGE, Permission.CONVERSATIONS_REPLY
MINUTE = timedelta(minutes=1)
Given = dict[str, Any]


class TemplatesShown(Struct, frozen=True, kw_only=True):
    """The texts registered at the provider."""

    items: tuple[TemplateCard, ...]
    next: str | None = None


class TestAsked(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Settings to try before they are saved; secrets that are not given come from the stored `inbox`."""

    __test__ = False
    settings: Given = {}
    inbox: str | None = None

    def __repr__(self) -> str:
        """Leave the settings out."""
        return "TestAsked()"


class Tested(Struct, frozen=True, kw_only=True):
    """What was tried, step by step; nothing was sent to anybody."""

    ok: bool
    steps: tuple[Step, ...]


State = Literal["working", "troubled", "broken", "paused", "off"]
"""`troubled`: the last thing that happened went wrong, and is tried again; `broken`: somebody has to act."""


class TokenAge(Struct, frozen=True, kw_only=True):
    """When the provider gave the token in use, and when it ends."""

    got_at: datetime
    expires_at: datetime


class Health(Struct, frozen=True, kw_only=True):
    """How an inbox fares. `waiting` messages are to go out, counted among the first 1000 jobs; `figures` are the
    provider's own.
    """

    inbox: str
    state: State
    last_in_at: datetime | None = None
    last_out_at: datetime | None = None
    last_error: Failed | None = None
    listening: Literal["", "connected", "connecting", "elsewhere"] = ""
    token: TokenAge | None = None
    waiting: int = 0
    figures: dict[str, str] = {}


class Consent(Struct, frozen=True, kw_only=True):
    """Where the administrator agrees to our use of the account."""

    url: str


@routes.get("/inboxes/{id}/templates", permission=REPLY, rate=Rate(times=30, per=MINUTE))
async def list_templates(call: Call, id: str) -> TemplatesShown:
    """List the texts registered at the provider."""
    await call.hub.talks.inboxes.get(id)
    return TemplatesShown(items=tuple(await probing.templates(call.hub, id)))


@routes.post("/inboxes/{id}/test", permission=MANAGE, rate=Rate(times=12, per=MINUTE))
async def check_inbox(call: Call, id: str) -> Tested:
    """Connect to the provider as the inbox would, send nothing, and say how each step went."""
    inbox = await call.hub.talks.inboxes.get(id)
    return _tested(await probing.probe(call.hub, inbox.channel, {}, inbox))


@routes.post("/channels/{channel}/test", permission=MANAGE, rate=Rate(times=12, per=MINUTE))
async def check_settings(call: Call, channel: str, body: TestAsked) -> Tested:
    """Try settings before they are saved."""
    inbox = await call.hub.talks.inboxes.get(body.inbox) if body.inbox else None
    return _tested(await probing.probe(call.hub, channel, body.settings, inbox))


@routes.get("/inboxes/{id}/health", permission=READ)
async def inbox_health(call: Call, id: str) -> Health:
    """Say how an inbox fares."""
    inbox, channels = await call.hub.talks.inboxes.get(id), call.hub.channels
    vital = await channels.vitals.of(id)
    fault = channels.fault(id)
    error = vital.last_error
    if fault is not None:
        error = Failed(at=channels.since(id), code=fault.code, message=fault.message, hint=fault.hint)
    kept = await call.hub.tokens.ages(id)
    newest = max(kept, key=lambda row: row.got_at or call.at, default=None)
    return Health(
        inbox=id, state=_state(inbox, vital, broken=fault is not None),
        last_in_at=vital.last_in_at, last_out_at=vital.last_out_at, last_error=error,
        listening=channels.listening.states.get(id, ""),
        token=TokenAge(got_at=newest.got_at, expires_at=newest.expires_at)
        if newest and newest.got_at and newest.expires_at else None,
        waiting=await probing.waiting(call.hub, id), figures=await probing.figures(call.hub, id),
    )  # fmt: skip


@routes.post("/inboxes/{id}/pause", permission=MANAGE)
async def pause_inbox(call: Call, id: str) -> InboxShown:
    """Keep what comes in, let nothing go out, and listen to nobody."""
    return await _paused(call, id, paused=True)


@routes.post("/inboxes/{id}/resume", permission=MANAGE)
async def resume_inbox(call: Call, id: str) -> InboxShown:
    """Go on: what waited goes out in its order."""
    return await _paused(call, id, paused=False)


@routes.post("/inboxes/{id}/authorise", permission=MANAGE, rate=Rate(times=12, per=MINUTE))
async def authorise_inbox(call: Call, id: str) -> Consent:
    """Begin the agreement of the account's owner (OAuth 2); it ends at `/oauth/callback`."""
    return Consent(url=await begin(call.hub, await call.hub.talks.inboxes.get(id), call.actor, call.at))


async def _paused(call: Call, id: str, *, paused: bool) -> InboxShown:
    read = await call.hub.talks.inboxes.get(id)
    if read.paused == paused:
        return show(call, read)
    write = put(INBOXES, read, structs.replace(read, paused=paused))
    entry = Entry(action="inbox.paused" if paused else "inbox.resumed", target=id)
    await call.hub.accounts.audit.commit(act_of(call), entry, write)
    await call.hub.channels.reload(id)
    return show(call, write.doc)


def _state(inbox: Inbox, vital: Vital, *, broken: bool) -> State:
    if not inbox.active:
        return "off"
    if inbox.paused:
        return "paused"
    if broken or vital.broken:
        return "broken"
    return "troubled" if vital.troubled else "working"


def _tested(steps: list[Step]) -> Tested:
    return Tested(ok=all(step.ok for step in steps), steps=tuple(steps))
