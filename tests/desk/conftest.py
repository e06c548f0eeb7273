"""The zones are read once, as the process does at its start."""

from __future__ import annotations

import pytest

from conversations.hours import load_zones


@pytest.fixture(scope="session", autouse=True)
def _zones() -> None:
    """Reading them inside the loop would block it."""
    load_zones()
