"""The contract suite's store: each engine in turn, with the suite's own collections."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.hub.store.things import ALL

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from hub.store.port import Store
    from tests.stores import Engine


@pytest.fixture
async def store(engine: Engine) -> AsyncIterator[Store]:
    """An open, empty store."""
    made = engine.make()
    await made.open(ALL)
    yield made
    await made.close()
