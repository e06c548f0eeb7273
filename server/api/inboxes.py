"""Inboxes and channels: what an administrator sets up. Secrets go in and never come out."""

from datetime import datetime
from typing import Annotated, Any

from msgspec import UNSET, Meta, Struct, UnsetType, structs

from accounts.audit import Entry
from accounts.changes import changed
from accounts.permissions import Permission
from accounts.teams import TEAMS
from adapters.manifest import Manifest
from adapters.settings import check
from conversations.hours import Hours
from conversations.inboxes import INBOXES, Inbox
from hub.errors import Conflict, HubError, Invalid, WrongMove
from hub.ids import new_id
from hub.store.port import Delete, Insert, Write, put
from server.api.accounts.shown import act_of
from server.api.contract import Call, Routes
from server.api.cursor import Page
from server.sealing import kept

routes = Routes("inboxes")
READ, MANAGE = Permission.INBOXES_READ, Permission.INBOXES_MANAGE
SiteKey = Annotated[str, Meta(pattern="^[A-Za-z0-9_-]{4,64}$")]
Name = Annotated[str, Meta(min_length=1, max_length=128)]
Given = dict[str, Any]
"""Settings as the channel's schema has them; checked by `adapters.settings.check`."""


class InboxShown(Struct, frozen=True, kw_only=True):
    """An inbox. `secrets` names those that are set; `fault` says why an active one does not work."""

    id: str
    version: int
    name: str
    channel: str
    site_key: str | None
    team: str | None
    bot: str | None
    language: str
    active: bool
    paused: bool
    hours: Hours
    settings: dict[str, Any]
    secrets: tuple[str, ...]
    ask_rating: bool
    welcome: str
    reopen_hours: int
    created_at: datetime
    address: str
    fault: str = ""


class InboxesShown(Struct, frozen=True, kw_only=True):
    """Every inbox, oldest first."""

    items: tuple[InboxShown, ...]
    next: str | None = None


class InboxMade(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A new inbox. A web-chat inbox without `site_key` gets one."""

    name: Name
    channel: str
    site_key: SiteKey | None = None
    team: str | None = None
    bot: str | None = None
    language: Annotated[str, Meta(max_length=35)] = "zh-CN"
    active: bool = True
    hours: Hours = Hours()
    settings: Given = {}
    ask_rating: bool = False
    welcome: Annotated[str, Meta(max_length=2000)] = ""
    reopen_hours: Annotated[int, Meta(ge=0, le=8760)] = 24

    def __repr__(self) -> str:
        """Leave the settings out."""
        return f"InboxMade({self.name!r}, {self.channel!r})"


class InboxPatch(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What to change; what is absent stays. Of `settings` too: a secret that is not given keeps its value."""

    name: Name | UnsetType = UNSET
    site_key: SiteKey | UnsetType = UNSET
    team: str | UnsetType | None = UNSET
    bot: str | UnsetType | None = UNSET
    language: Annotated[str, Meta(max_length=35)] | UnsetType = UNSET
    active: bool | UnsetType = UNSET
    hours: Hours | UnsetType = UNSET
    settings: Given | UnsetType = UNSET
    ask_rating: bool | UnsetType = UNSET
    welcome: Annotated[str, Meta(max_length=2000)] | UnsetType = UNSET
    reopen_hours: Annotated[int, Meta(ge=0, le=8760)] | UnsetType = UNSET
    version: int | UnsetType = UNSET

    def __repr__(self) -> str:
        """Leave the settings out."""
        return "InboxPatch()"


class Channels(Struct, frozen=True, kw_only=True):
    """Every channel that an inbox can be made of."""

    items: tuple[Manifest, ...]
    next: str | None = None


@routes.get("/channels", permission=READ)
async def list_channels(call: Call) -> Channels:
    """List the channels with what they carry and the settings they ask for."""
    return Channels(items=call.hub.channels.registry.manifests)


@routes.get("/inboxes", permission=READ)
async def list_inboxes(call: Call, query: Page) -> InboxesShown:
    """List the inboxes, oldest first."""
    found = await call.hub.talks.inboxes.all()
    return InboxesShown(items=tuple(show(call, inbox) for inbox in found))


@routes.get("/inboxes/{id}", permission=READ)
async def get_inbox(call: Call, id: str) -> InboxShown:
    """Show one inbox."""
    return show(call, await call.hub.talks.inboxes.get(id))


@routes.post("/inboxes", permission=MANAGE, status=201)
async def create_inbox(call: Call, body: InboxMade) -> InboxShown:
    """Make an inbox; it works at once."""
    await _check_links(call, body.team, body.bot)
    id = new_id()
    facts = structs.asdict(body) | _kept(call, id, body.channel, body.settings, None)
    if body.channel == "webchat" and not body.site_key:
        facts["site_key"] = new_id().replace("-", "")
    inbox = Inbox(id=id, created_at=call.at, **facts)
    await _commit(call, "inbox.created", None, inbox, Insert(INBOXES, inbox))
    return show(call, inbox)


@routes.patch("/inboxes/{id}", permission=MANAGE)
async def change_inbox(call: Call, id: str, body: InboxPatch) -> InboxShown:
    """Change an inbox; its channel starts again with the new settings, and nothing else stops."""
    read = await call.hub.talks.inboxes.get(id)
    if body.version is not UNSET and body.version != read.version:
        raise Conflict("The inbox was changed meanwhile", collection=INBOXES.name, id=id)
    given = {
        name: value
        for name, value in structs.asdict(body).items()
        if value is not UNSET and name not in ("version", "settings")
    }
    await _check_links(call, given.get("team"), given.get("bot"))
    if body.settings is not UNSET:
        given |= _kept(call, id, read.channel, body.settings, read)
    now = structs.replace(read, **given)
    if now == read:
        return show(call, read)
    write = put(INBOXES, read, now)
    await _commit(call, "inbox.changed", read, write.doc, write)
    return show(call, write.doc)


@routes.delete("/inboxes/{id}", permission=MANAGE)
async def delete_inbox(call: Call, id: str) -> None:
    """Remove an inbox nobody ever wrote to; any other can only be switched off."""
    inbox = await call.hub.talks.inboxes.get(id)
    if await call.hub.talks.history.any_in(id):
        raise WrongMove(
            "Messages were received or sent here; they must keep their inbox",
            inbox=id,
            hint="Set `active` to false instead.",
        )
    await _commit(call, "inbox.deleted", inbox, None, Delete(INBOXES, inbox))


async def _commit(call: Call, action: str, before: Inbox | None, after: Inbox | None, write: Write) -> None:
    fields = changed(before, after, secret=("secrets", "settings"))
    entry = Entry(action=action, target=(after or before or write.doc).id, changes=fields)
    try:
        await call.hub.accounts.audit.commit(act_of(call), entry, write)
    except Conflict as error:
        if error.index:
            raise Invalid("This site key is taken", path="$.site_key") from error
        raise
    await call.hub.channels.reload(entry.target)


async def _check_links(call: Call, team: str | None, bot: str | None) -> None:
    if team and await call.hub.store.get(TEAMS, team) is None:
        raise Invalid("There is no such team", path="$.team")
    if bot and bot not in call.hub.bots:
        raise Invalid("There is no such bot", path="$.bot", known=sorted(call.hub.bots))


def _kept(call: Call, id: str, channel: str, given: Given, read: Inbox | None) -> dict[str, Any]:
    """Check settings against the channel's schema; secrets are sealed, those not given stay as they are."""
    return {**kept(call.hub.channels.registry, call.hub.vault, id, channel, given, read)}


def show(call: Call, inbox: Inbox) -> InboxShown:
    """Show an inbox, its secrets by name alone."""
    channels = call.hub.channels
    fault = channels.fault(inbox.id)
    return InboxShown(
        id=inbox.id, version=inbox.version, name=inbox.name, channel=inbox.channel, site_key=inbox.site_key,
        team=inbox.team, bot=inbox.bot, language=inbox.language, active=inbox.active, paused=inbox.paused,
        hours=inbox.hours, settings=_settings(call, inbox), secrets=tuple(sorted(inbox.secrets)),
        ask_rating=inbox.ask_rating, welcome=inbox.welcome, reopen_hours=inbox.reopen_hours,
        created_at=inbox.created_at, address=_address(call, inbox),
        fault=str(fault) if fault else "",
    )  # fmt: skip


def _settings(call: Call, inbox: Inbox) -> dict[str, Any]:
    """Return the settings with their types and defaults, as the form shows them; as stored when they do not fit."""
    try:
        fields = call.hub.channels.registry.manifest(inbox.channel).settings
        return dict(check(tuple(field for field in fields if not field.secret), inbox.settings))
    except HubError:
        return dict(inbox.settings)


def _address(call: Call, inbox: Inbox) -> str:
    """Return what to enter at the provider; a secret in it is named, and shown to nobody."""
    card = call.hub.channels.registry.channels.get(inbox.channel)
    key = card.manifest.address_key if card else ""
    return f"{call.hub.settings.address}/hooks/{inbox.id}{f'?key=<{key}>' if key else ''}"
