"""Fixtures of this folder."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.server.running import Running, furnish, running

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path


@pytest.fixture(scope="session")
def furnished(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder with the demo's people in it."""
    return furnish(tmp_path_factory.mktemp("furnished") / "data")


@pytest.fixture
async def hub_server(tmp_path: Path, furnished: Path) -> AsyncIterator[Running]:
    """A hub with demo data."""
    async with running(tmp_path / "data", like=furnished) as hub:
        yield hub
