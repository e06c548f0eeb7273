"""Bots: which there are, making one, what is ready-made."""

import asyncio
from collections.abc import Iterable

from accounts.permissions import Permission
from bots.serving.library import ready_made, starting
from bots.serving.rows import BotKind, BotRow, State, VersionRow
from hub.errors import Invalid, NotFound
from server import rasa_address
from server.api.bots.acts import audited, remote_of, sealed
from server.api.bots.shown import (
    BotDetail,
    BotId,
    BotMade,
    BotsAsked,
    BotShown,
    BotsShown,
    Library,
    RemoteShown,
    StateShown,
    VersionShown,
)  # fmt: skip
from server.api.contract import Call, Routes

routes = Routes("bots")
READ, MANAGE = Permission.BOTS_READ, Permission.BOTS_MANAGE
RESERVED = frozenset({"library"})
"""It would hide a route."""


@routes.get("/bots", permission=Permission.INBOXES_READ)
async def list_bots(call: Call, query: BotsAsked) -> BotsShown:
    """List the bots that an inbox can be given, and those still in the making; or those in the archive."""
    every = await call.hub.workshop.versions.all()
    rows = {row.id: row for row in every if (row.archived_at is not None) is query.archived}
    live = await call.hub.workshop.versions.live_of(list(rows.values()))
    places = await _places(call)
    ids = sorted({*({} if query.archived else call.hub.bots.files), *rows})
    return BotsShown(items=tuple(_shown(call, id, rows.get(id), live.get(id), places.get(id, ())) for id in ids))


@routes.post("/bots", permission=MANAGE, status=201)
async def create_bot(call: Call, body: BotMade) -> BotDetail:
    """Make a bot: of a ready-made project, of the smallest one there is, or one that speaks to a Rasa server."""
    if body.id in RESERVED:
        raise Invalid("This id is taken", path="$.id")
    kind = BotKind(body.kind)
    if (kind is BotKind.RASA) != (body.remote is not None):
        raise Invalid("A bot of kind `rasa`, and no other, has a `remote`", path="$.remote")
    files = {} if kind is BotKind.RASA else await asyncio.to_thread(starting, body.origin, body.language)
    bot = BotRow(
        id=body.id, name=body.name, kind=kind, language=body.language, remote=remote_of(body.remote),
        secrets=sealed(call, body.id, body.secrets), live=0 if kind is BotKind.RASA else None, made_at=call.at,
    )  # fmt: skip
    made = await call.hub.workshop.drafts.create(bot, files, by=call.actor.user, commit=audited(call, "bot.created"))
    await call.hub.bots.look(made.id)
    return await detail(call, made.id)


@routes.get("/bots/library", permission=READ)
async def list_ready_made(call: Call) -> Library:
    """List the projects that come along."""
    return Library(items=await asyncio.to_thread(ready_made))


@routes.get("/bots/{id}", permission=READ)
async def get_bot(call: Call, id: BotId) -> BotDetail:
    """Show one bot with its versions."""
    return await detail(call, id)


async def detail(call: Call, id: str) -> BotDetail:
    """Show one bot with everything about it."""
    workshop = call.hub.workshop
    rows = [row for row in await workshop.versions.all() if row.id == id]
    row = rows[0] if rows else None
    if row is not None and row.archived_at is not None and id in call.hub.bots.files:
        row = None  # the file answers again
    if row is None and id not in call.hub.bots.files:
        raise NotFound("No such bot", bot=id)
    versions = await workshop.versions.page(id) if row else []
    live = next((one for one in versions if row and one.number == row.live), None)
    places = await _places(call)
    plain = _shown(call, id, row, live, places.get(id, ()))
    draft = await workshop.drafts.row(id)
    return BotDetail(
        **{name: getattr(plain, name) for name in plain.__struct_fields__},
        versions=tuple(show_version(one, row.live if row else None) for one in versions),
        intents=draft.intents if draft else (),
        remote=_remote(call, row) if row else None,
        secrets=tuple(sorted(row.secrets)) if row else (),
    )


def _remote(call: Call, row: BotRow) -> RemoteShown | None:
    if row.remote is None:
        return None
    callback = rasa_address.address(call.hub, row) if MANAGE in call.actor.permissions else ""
    return RemoteShown(url=row.remote.url, shadow=row.remote.shadow, way=row.remote.way, callback=callback)


def show_version(row: VersionRow, live: int | None) -> VersionShown:
    """Show a version as far as a list needs it."""
    return VersionShown(
        number=row.number, state=_state(row, live), note=row.note, made_by=row.made_by, made_at=row.made_at,
        trained_at=row.trained_at, seconds=row.seconds, accuracy=row.accuracy, faults=row.warnings,
        progress=row.progress if row.state is State.TRAINING else None,
    )  # fmt: skip


def _state(row: VersionRow, live: int | None) -> StateShown:
    if row.number == live:
        return "live"
    return "retired" if row.published_at else row.state.value


def _shown(call: Call, id: str, row: BotRow | None, live: VersionRow | None, places: Iterable[str]) -> BotShown:
    if row is None:
        bot = call.hub.bots.files[id]
        return BotShown(id=id, name=bot.name, language="", kind="faq", inboxes=tuple(places))
    return BotShown(
        id=id, name=row.name, language=row.language, kind=row.kind.value, live=row.live or None,
        draft=row.kind is BotKind.ENGINE, archived_at=row.archived_at, fault=call.hub.bots.fault(id),
        inboxes=tuple(places),
        trained_at=live.trained_at if live else None, accuracy=live.accuracy if live else None,
    )  # fmt: skip


async def _places(call: Call) -> dict[str, list[str]]:
    """Return the ids of the inboxes that name a bot, by bot."""
    places: dict[str, list[str]] = {}
    for inbox in await call.hub.talks.inboxes.all():
        if inbox.bot:
            places.setdefault(inbox.bot, []).append(inbox.id)
    return places
