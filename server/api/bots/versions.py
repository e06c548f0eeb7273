"""Versions of a bot: training one, its report, letting it answer."""

from datetime import timedelta
from typing import Any

import msgspec

from accounts.permissions import Permission
from bots.nlu.evaluation import Report
from server.api.bots.acts import audited
from server.api.bots.row import detail, show_version
from server.api.bots.shown import BotDetail, BotId, Number, VersionDetail, VersionShown
from server.api.contract import Call, Rate, Routes

routes = Routes("bots")
READ, MANAGE = Permission.BOTS_READ, Permission.BOTS_MANAGE


@routes.post("/bots/{id}/train", permission=MANAGE, status=202, rate=Rate(times=20, per=timedelta(minutes=1)))
async def train_bot(call: Call, id: BotId) -> VersionShown:
    """Begin to train the draft; the answer is the new version, in training."""
    versions = call.hub.workshop.versions
    bot = await versions.working(id)
    row = await versions.train(bot, by=call.actor.user, at=call.at, commit=audited(call, "bot.trained"))
    return show_version(row, bot.live)


@routes.get("/bots/{id}/versions/{number}", permission=READ)
async def get_version(call: Call, id: BotId, number: Number) -> VersionDetail:
    """Show a version with its report."""
    versions = call.hub.workshop.versions
    bot, row = await versions.bot(id), await versions.get(id, number)
    plain = show_version(row, bot.live)
    facts = {name: getattr(plain, name) for name in plain.__struct_fields__}
    return VersionDetail(**facts, report=_report(row.report))


@routes.post("/bots/{id}/versions/{number}/publish", permission=MANAGE)
async def publish_version(call: Call, id: BotId, number: Number) -> BotDetail:
    """Let a trained version answer from now on; an older one is a roll back. What does not load is refused."""
    versions = call.hub.workshop.versions
    bot, row = await versions.working(id), await versions.get(id, number)
    versions.may_publish(bot, row)
    await call.hub.bots.tried(bot, row)
    await versions.publish(bot, row, at=call.at, commit=audited(call, "bot.published", bot))
    await call.hub.bots.look(id)
    return await detail(call, id)


def _report(kept: dict[str, Any]) -> Report | None:
    return msgspec.convert(kept, Report) if kept else None
