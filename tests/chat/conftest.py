"""Fixtures of the chat's tests."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.chat.house import House, house

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path


@pytest.fixture
async def hub(tmp_path: Path) -> AsyncIterator[House]:
    """A running hub with one web-chat inbox in its plainest form."""
    async with house(tmp_path) as running:
        yield running
