"""The room, once per test."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import pytest

from accounts.services import Accounts
from hub.store.port import Store
from tests.accounts.house import accounts_in

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path


class House(NamedTuple):
    """The services and the store under them."""

    accounts: Accounts
    store: Store


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    """The room over a SQLite file."""
    async with accounts_in(tmp_path) as (accounts, store):
        yield House(accounts, store)
