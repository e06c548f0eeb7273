"""A floor on SQLite for most tests, on both engines where the engine matters."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from conversations.hours import load_zones
from tests.conversations.channels import LIMITS
from tests.conversations.floor import COLLECTIONS, Floor
from tests.stores import open_store

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from hub.store.port import Store
    from tests.stores import Engine


@pytest.fixture(scope="session", autouse=True)
def zones() -> None:
    """Every time zone is read before a loop runs, as at start."""
    load_zones()


@pytest.fixture
async def floor(tmp_path: Path) -> AsyncIterator[Floor]:
    """The floor on SQLite, with one inbox "web" of the team "sales"."""
    async with open_store(tmp_path, COLLECTIONS) as store:
        made = Floor(store)
        await made.open_inbox()
        yield made


@pytest.fixture
async def channels(tmp_path: Path) -> AsyncIterator[Floor]:
    """The floor on SQLite, with an inbox for each channel of `tests.conversations.channels`."""
    async with open_store(tmp_path, COLLECTIONS) as store:
        yield await _with_channels(Floor(store, limits=LIMITS))


@pytest.fixture
async def both(engine: Engine) -> AsyncIterator[Floor]:
    """The same on both engines, one after the other."""
    store: Store = engine.make()
    await store.open(COLLECTIONS)
    yield await _with_channels(Floor(store, workers=4, limits=LIMITS))
    await store.close()


async def _with_channels(floor: Floor) -> Floor:
    for channel in ("wechat", "sms", "email"):
        await floor.open_inbox(channel, channel=channel)
    return floor


@pytest.fixture
async def either(engine: Engine) -> AsyncIterator[Floor]:
    """The floor on both engines, one after the other."""
    store: Store = engine.make()
    await store.open(COLLECTIONS)
    made = Floor(store, workers=4)
    await made.open_inbox()
    yield made
    await store.close()
