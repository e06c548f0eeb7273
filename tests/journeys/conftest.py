"""A hub of one's own, a browser, and the people at it."""

from __future__ import annotations

import asyncio
import shutil
from typing import TYPE_CHECKING

import aiohttp
import pytest
import pytest_asyncio
from msgspec import structs
from playwright.async_api import Browser, BrowserContext, async_playwright

from config.settings import Settings
from conversations.inboxes import INBOXES
from hub.store.port import put
from server.bootstrap import opened
from tests import needs
from tests.journeys.office import Office
from tests.journeys.people import Agent, Visitor
from tests.journeys.waterworks import waterworks
from tests.server.process import Process, hub_process
from tests.server.running import Client, furnish

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
    from pathlib import Path

FLAGS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
]  # fmt: skip
ALBUM = needs.ROOT / ".artifacts" / "journeys"


@pytest.fixture(scope="session")
def furnished(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder with the demo's people in it, made once."""
    folder = furnish(tmp_path_factory.mktemp("journeys") / "data")
    asyncio.run(alone(folder))
    return folder


@pytest.fixture(scope="session")
def trained(tmp_path_factory: pytest.TempPathFactory, furnished: Path) -> Iterator[Path]:
    """A data folder where the ready-made bot of the water utility answers, trained once, with its action server."""
    with waterworks(tmp_path_factory.mktemp("waterworks"), furnished) as folder:
        yield folder


async def alone(folder: Path) -> None:
    """Switch off the inboxes of simulators: somebody may be playing with one on this machine."""
    async with opened(Settings(data=str(folder), demo=True)) as hub:
        for inbox in await hub.talks.inboxes.all():
            if inbox.id.startswith("demo-"):
                await hub.store.commit(put(INBOXES, inbox, structs.replace(inbox, active=False)))


@pytest.fixture
def begin(furnished: Path) -> Path:
    """The data folder that the hub of a journey begins with."""
    return furnished


@pytest.fixture
def hub(tmp_path: Path, begin: Path) -> Iterator[Process]:
    """A hub that runs as its own process and can be killed."""
    needs.require("web")
    folder = tmp_path / "data"
    shutil.copytree(begin, folder)
    with hub_process(folder, "demo") as process:
        yield process


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def browser() -> AsyncIterator[Browser]:
    """One browser without a window; every person gets a context of their own in it."""
    path = needs.require("chromium")
    async with async_playwright() as playwright:
        playwright.selectors.set_test_id_attribute("data-test")
        yield await playwright.chromium.launch(executable_path=path, headless=True, args=FLAGS)


@pytest.fixture
def album(request: pytest.FixtureRequest) -> Path:
    """Where the pictures of this journey go."""
    return ALBUM / str(request.node.name).removeprefix("test_")


@pytest_asyncio.fixture(loop_scope="session")
async def people(browser: Browser) -> AsyncIterator[list[BrowserContext]]:
    """The contexts of a journey, closed with it."""
    contexts: list[BrowserContext] = []
    yield contexts
    for context in contexts:
        await context.close()


@pytest.fixture
def new_agent(
    hub: Process, browser: Browser, people: list[BrowserContext], album: Path
) -> Callable[..., Awaitable[Agent]]:
    """Seat somebody at the inbox, in a browser context of their own."""

    async def seat(*, language: str = "zh-CN", theme: str = "light", width: int = 1440, height: int = 860) -> Agent:
        context = await browser.new_context(
            viewport={"width": width, "height": height},
            locale=language,
            color_scheme="dark" if theme == "dark" else "light",
            reduced_motion="reduce",
        )
        people.append(context)
        return Agent(context, await context.new_page(), hub.base, album)

    return seat


@pytest.fixture
def new_visitor(
    hub: Process, browser: Browser, people: list[BrowserContext], album: Path
) -> Callable[..., Awaitable[Visitor]]:
    """Let somebody come to the demo site, in a browser context of their own."""

    async def come() -> Visitor:
        context = await browser.new_context(viewport={"width": 900, "height": 760}, locale="zh-CN")
        people.append(context)
        visitor = Visitor(context, await context.new_page(), hub.base, album)
        await visitor.arrive()
        return visitor

    return come


@pytest_asyncio.fixture(loop_scope="session")
async def office(hub: Process) -> AsyncIterator[Office]:
    """An administrator who arranges things over the API."""
    async with aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True)) as http:
        office = Office(Client(hub.base, http))
        await office.log_in()
        yield office
