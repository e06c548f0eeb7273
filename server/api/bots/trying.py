"""The console: say something to a bot and see what it understood, said, and why."""

from datetime import timedelta

from accounts.permissions import Permission
from bots.serving.console import Tried, told, turn_of
from bots.serving.rows import BotRow, VersionRow
from hub.errors import WrongMove
from server.api.bots.shown import BotId, Try
from server.api.contract import Call, Rate, Routes

routes = Routes("bots")


@routes.post(
    "/bots/{id}/try",
    permission=Permission.BOTS_READ,
    body_limit=1 << 20,
    rate=Rate(times=240, per=timedelta(minutes=1)),
)
async def try_bot(call: Call, id: BotId, body: Try) -> Tried:
    """Say one thing to a bot; nothing is changed anywhere, and nobody outside is called."""
    bot = await call.hub.workshop.versions.working(id)
    version = await _version(call, bot, body.version)
    turn = turn_of(body.text, body.tracker, language=bot.language, at=call.at)
    return told(await call.hub.workshop.making.say(bot, version, turn))


async def _version(call: Call, bot: BotRow, wanted: str) -> VersionRow:
    versions = call.hub.workshop.versions
    if wanted == "draft":
        return await versions.newest_trained(bot.id)
    if wanted != "live":
        return await versions.get(bot.id, int(wanted))
    if not bot.live:
        raise WrongMove("No version of this bot is live", bot=bot.id, hint="Publish one first.")
    return await versions.get(bot.id, bot.live)
