"""A store, a clock that stands still, and an engine over both."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from hub.work.engine import Engine
from hub.work.jobs import JOBS
from hub.work.local import LocalDispatch
from tests.clocks import FakeClock
from tests.hub.work.notes import NOTES, WRITE, write
from tests.stores import open_store

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from hub.store.port import Store


@pytest.fixture
def clock() -> FakeClock:
    """Stands still until advanced."""
    return FakeClock()


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[Store]:
    """SQLite on disk, plan-checked."""
    async with open_store(tmp_path, [JOBS, NOTES]) as store:
        yield store


@pytest.fixture
def engine(store: Store, clock: FakeClock) -> Engine:
    """Does `write` jobs; the jitter is at its longest, so waits are known."""
    engine = Engine(store, LocalDispatch(), clock, spin=lambda: 1.0)
    engine.register(WRITE, write)
    return engine
