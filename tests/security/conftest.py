"""One hub per module, with one colleague of every role logged in."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
import pytest_asyncio

from accounts.permissions import Role
from tests.security.site import Browser, Site, running

if TYPE_CHECKING:
    from collections.abc import AsyncIterator


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def site(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Site]:
    """A running hub with one colleague of every role, named after it."""
    async with running(tmp_path_factory.mktemp("hub")) as site:
        for role in Role:
            await site.hire(role.value, role)
        yield site


@pytest.fixture(autouse=True)
def calm(site: Site) -> None:
    """Every test starts with nobody having called."""
    site.calm()


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def browsers(site: Site) -> dict[Role, Browser]:
    """One logged-in browser of every role."""
    return {role: await site.browser(f"{role.value}@example.com") for role in Role}


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def boss(browsers: dict[Role, Browser]) -> Browser:
    """The administrator's browser."""
    return browsers[Role.ADMINISTRATOR]
