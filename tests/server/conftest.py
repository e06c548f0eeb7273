"""Fixtures of this folder."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.server.running import Running, running

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path


@pytest.fixture
async def hub_server(tmp_path: Path) -> AsyncIterator[Running]:
    """A hub with demo data."""
    async with running(tmp_path / "data") as hub:
        yield hub
