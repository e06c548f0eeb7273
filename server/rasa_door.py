"""`POST /rasa/{token}`: a Rasa server calls back with what its bot says. Kept durably, in order, and only then 200.

401 for an address that is not one of ours, 400 no message of Rasa's, 413 too much, 503 try again.
"""

import structlog
from aiohttp import web

from bots.contract import Reaction
from bots.rasa import wire
from bots.rasa.lines import Came, Lines
from conversations.model import CONVERSATIONS, State
from server.api.decode import read_bounded
from server.parts import HUB, Hub
from server.rasa_address import caller

LARGEST = 64 * 1024
"""Bytes of one message."""

log = structlog.get_logger(__name__)


async def said(request: web.Request) -> web.Response:
    """Take one message. The answer must be JSON: Rasa stops its turn over anything else (facts: callback)."""
    hub = request.app[HUB]
    row = await caller(hub, request.match_info["token"])
    body = await read_bounded(request, LARGEST)
    conversation, reactions = wire.called(body)
    came = await _taken(hub, row.id, conversation, body, reactions) if reactions else "empty"
    hub.metrics.called_back.labels(came).inc()
    if came not in (Came.KEPT, Came.KNOWN):
        log.info("rasa_not_said", bot=row.id, conversation=conversation[:64], why=came)
    return web.json_response({})


async def _taken(hub: Hub, bot: str, conversation: str, body: bytes, reactions: tuple[Reaction, ...]) -> str:
    """Keep it for the bot's turn, or for one of its own; a bot is silent where a person has the conversation."""
    read = await hub.store.get(CONVERSATIONS, conversation)
    if read is None:
        return "no_conversation"
    if read.state is not State.BOT or read.bot != bot:
        return "not_with_this_bot"
    return await Lines(hub.store, bot).hear(conversation, body, reactions, hub.clock.now())
