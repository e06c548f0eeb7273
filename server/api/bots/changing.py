"""Changing what a bot is called, where its Rasa server is, and what opens it."""

from typing import Any

from msgspec import UNSET, structs

from accounts.permissions import Permission
from bots.serving.rows import BOTS, BotKind
from hub.errors import Invalid
from hub.store.port import put
from server.api.bots.acts import audited, remote_of, sealed
from server.api.bots.row import detail
from server.api.bots.shown import BotDetail, BotId, BotPatch
from server.api.contract import Call, Routes

routes = Routes("bots")


@routes.patch("/bots/{id}", permission=Permission.BOTS_MANAGE)
async def change_bot(call: Call, id: BotId, body: BotPatch) -> BotDetail:
    """Change a bot; its secrets go in and never come out."""
    read = await call.hub.workshop.versions.bot(id)
    given: dict[str, Any] = {
        name: value for name in ("name", "language") if (value := getattr(body, name)) is not UNSET
    }
    if body.remote is not UNSET:
        if read.kind is not BotKind.RASA:
            raise Invalid("Only a bot of kind `rasa` has a `remote`", path="$.remote")
        given["remote"] = remote_of(body.remote, read.remote)
    if body.secrets is not UNSET:
        given["secrets"] = sealed(call, read, body.secrets)
    now = structs.replace(read, **given)
    if now != read:
        await audited(call, "bot.changed", read)(put(BOTS, read, now))
        await call.hub.bots.look(id)
    return await detail(call, id)
