"""The demo's bot: made of a project that comes along and trained as any other, at the first start.

Until that is done the FAQ file of the same id answers; then the trained version goes live by itself.
"""

import asyncio

import structlog

from accounts.actor import CONSOLE
from bots.serving.library import starting
from bots.serving.rows import BotRow
from hub.errors import HubError
from server.demo import BOT
from server.parts import Hub

PROJECT = "water/zh"
NAME = "云溪水务小溪"

log = structlog.get_logger(__name__)


async def make(hub: Hub) -> None:
    """Make it and begin its training, unless it is there; a project that cannot be trained leaves the FAQ file."""
    versions, drafts = hub.workshop.versions, hub.workshop.drafts
    if any(row.id == BOT for row in await versions.all()):
        return
    at, commit = hub.clock.now(), hub.store.commit
    try:
        files = await asyncio.to_thread(starting, PROJECT, "zh-CN")
        row = BotRow(id=BOT, name=NAME, publish_first=True, made_at=at)
        made = await drafts.create(row, files, by=CONSOLE.user, commit=commit)
        await versions.train(made, by=CONSOLE.user, at=at, commit=commit)
    except HubError as error:
        log.warning("demo_bot_not_made", reason=error.message)
