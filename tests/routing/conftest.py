"""The house that most of routing's tests begin with; a file whose tests need another one has its own of this name."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.routing.house import House, house

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from tests.stores import Engine


@pytest.fixture
async def at_work(engine: Engine) -> AsyncIterator[House]:
    """A house with one team, "water"."""
    async with house(engine) as made:
        await made.team("water")
        yield made
