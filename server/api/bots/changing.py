"""Changing what a bot is called, where its Rasa server is, and what opens it; taking it out of use."""

from typing import Any

from msgspec import UNSET, structs

from accounts.permissions import Permission
from bots.serving.archiving import archive, is_kept, leaning
from bots.serving.rows import BOTS, BotKind
from hub.errors import Invalid, WrongMove
from hub.store.port import put
from server.api.bots.acts import audited, remote_of, sealed
from server.api.bots.row import detail
from server.api.bots.shown import BotDetail, BotId, BotPatch
from server.api.contract import Call, Routes

routes = Routes("bots")


@routes.patch("/bots/{id}", permission=Permission.BOTS_MANAGE)
async def change_bot(call: Call, id: BotId, body: BotPatch) -> BotDetail:
    """Change a bot; its secrets go in and never come out."""
    read = await call.hub.workshop.versions.working(id)
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


@routes.delete("/bots/{id}", permission=Permission.BOTS_MANAGE)
async def remove_bot(call: Call, id: BotId) -> None:
    """Take a bot out of use: archived with its versions; gone when none was ever published. 409 while it is used."""
    store = call.hub.store
    if id in call.hub.bots.files and await store.get(BOTS, id) is None:
        raise WrongMove("This bot is a file of the machine", bot=id, hint="Take its file out of the folder `bots`.")
    bot = await call.hub.workshop.versions.bot(id)
    inboxes = sorted(inbox.name for inbox in await call.hub.talks.inboxes.all() if inbox.bot == id)
    bots = await leaning(store, id)
    if inboxes or bots:
        raise WrongMove(
            f"It is in use: {', '.join([*inboxes, *bots])}", bot=id, inboxes=inboxes, bots=list(bots),
            hint="Give these inboxes another bot, and these bots another shadow, first.",
        )  # fmt: skip
    action = "bot.archived" if await is_kept(store, bot) else "bot.deleted"
    await archive(store, bot, at=call.at, commit=audited(call, action, bot))
    await call.hub.bots.look(id)
