"""Where bots are made: drafts, versions, trainings, misses; and the shelf they answer from. One per process."""

import asyncio
from collections.abc import Callable

import structlog
from aiohttp import ClientSession
from msgspec import Struct

from bots.serving.drafts import Drafts
from bots.serving.encoding import Encoding
from bots.serving.keeping import Blobs, Chest
from bots.serving.misses import Misses
from bots.serving.training import Trainings
from bots.serving.versions import Versions
from bots.shelf import Shelf
from hub.bus import LOST, Bus
from hub.clock import Clock
from hub.errors import HubError
from hub.secrets import Vault
from hub.store.port import Store
from server.bot_making import Maker

TOPIC = "bots"
LOOK = 20.0
"""Seconds between two looks at every bot: a hint that was lost costs no more."""

log = structlog.get_logger(__name__)


class Workshop(Struct, frozen=True, kw_only=True):
    """What bots are made with."""

    chest: Chest
    drafts: Drafts
    versions: Versions
    misses: Misses
    making: Maker
    trainings: Trainings
    encoding: Encoding


def build(store: Store, blobs: Blobs, clock: Clock, vault: Vault, http: Callable[[], ClientSession]) -> Workshop:
    """Put the workshop together; nothing is read and no process is started yet."""
    chest, encoding = Chest(blobs), Encoding()
    return Workshop(
        chest=chest,
        drafts=Drafts(store, chest),
        versions=Versions(store),
        misses=Misses(store),
        making=Maker(store, chest, encoding, vault, clock, http),
        trainings=Trainings(store, chest, clock),
        encoding=encoding,
    )


async def follow(shelf: Shelf, bus: Bus, clock: Clock) -> None:
    """Load what is live, then what is published anywhere; after lost hints, and every so often, look at everything."""
    async with bus.subscribe(TOPIC) as heard, asyncio.TaskGroup() as group:
        group.create_task(_look_often(shelf, clock))
        async for topic, payload in heard:
            if topic == LOST:
                await shelf.refresh()
            else:
                await shelf.look(payload.decode())


async def _look_often(shelf: Shelf, clock: Clock) -> None:
    while True:
        try:
            await shelf.refresh()
        except HubError as error:
            log.warning("bots_not_looked_at", reason=error.code)
        await clock.sleep(LOOK)
