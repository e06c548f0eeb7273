"""Stores for tests: SQLite in a temporary folder, MongoDB from `MONGO_URL` or a stand-in; all queries plan-checked.

Rooms whose code only needs *a* store use `open_store`; the contract suite runs on both through the fixture `engine`.
"""

from __future__ import annotations

import os
import socket
import subprocess
import tempfile
import time
from contextlib import asynccontextmanager, contextmanager
from typing import TYPE_CHECKING, Protocol
from uuid import uuid4

import pytest
from pymongo import AsyncMongoClient, MongoClient
from pymongo.errors import PyMongoError

from hub.store.sqlite import SqliteStore
from tests import needs
from tests.bound import bound

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator, Sequence
    from pathlib import Path

    from hub.store.mongo import MongoStore
    from hub.store.port import Collection, Document, Store

START = 60


@asynccontextmanager
async def open_store(folder: Path, collections: Sequence[Collection[Document]]) -> AsyncIterator[SqliteStore]:
    """A SQLite store in `folder`, open and plan-checked; the same folder opens the same data again."""
    store = SqliteStore(folder / "hub.db", checked=True)
    await store.open(collections)
    try:
        yield store
    finally:
        await store.close()


@asynccontextmanager
async def open_mongo(url: str, database: str, collections: Sequence[Collection[Document]]) -> AsyncIterator[MongoStore]:
    """A MongoDB store, open and plan-checked. `mongo_url` and `mongo_database` are fixtures."""
    from hub.store.mongo import MongoStore  # tests without MongoDB need no driver

    store = MongoStore(url, database, checked=True)
    await store.open(collections)
    try:
        yield store
    finally:
        await store.close()


class Engine(Protocol):
    """One of the two engines, pointed at a place of its own; every `make` sees the same data."""

    name: str

    def make(self) -> Store:
        """A store that is not open yet."""
        ...


class SqliteEngine:
    """The embedded engine in a temporary folder."""

    name = "sqlite"

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def make(self) -> SqliteStore:
        """A store that is not open yet."""
        return SqliteStore(self._folder / "hub.db", checked=True)


class MongoEngine:
    """The scale-out engine in a database of its own."""

    name = "mongo"

    def __init__(self, url: str, database: str) -> None:
        self.url = url
        self.database = database

    def make(self) -> MongoStore:
        """A store that is not open yet."""
        from hub.store.mongo import MongoStore

        return MongoStore(self.url, self.database, checked=True)


@pytest.fixture(params=["sqlite", pytest.param("mongo", marks=pytest.mark.mongo)])
def engine(request: pytest.FixtureRequest, tmp_path: Path) -> Engine:
    """Both engines, one after the other."""
    if request.param == "sqlite":
        return SqliteEngine(tmp_path)
    return MongoEngine(request.getfixturevalue("mongo_url"), request.getfixturevalue("mongo_database"))


@pytest.fixture(scope="session")
def mongo_url() -> Iterator[str]:
    """Address of a MongoDB: `MONGO_URL`, else a stand-in started for this run."""
    given = os.environ.get("MONGO_URL")
    if given:
        yield given
        return
    with stand_in() as url:
        yield url


@pytest.fixture
async def mongo_database(mongo_url: str) -> AsyncIterator[str]:
    """A database name of this test's own; dropped afterwards, unless the whole server goes with the test run."""
    name = f"test_{uuid4().hex[:12]}"
    yield name
    if "MONGO_URL" in os.environ:
        async with AsyncMongoClient[dict[str, object]](mongo_url) as client:
            await client.drop_database(name)


@contextmanager
def stand_in(*options: str) -> Iterator[str]:
    """Run a SecantusDB server that syncs on commit (without that it forgets acknowledged writes when killed)."""
    program = needs.require("secantusd")
    with tempfile.TemporaryDirectory(prefix="mongo-") as folder:
        port = free_port()
        command = [str(program), "--host", "127.0.0.1", "--port", str(port), "--storage-path", f"{folder}/db"]
        server = subprocess.Popen(
            bound([*command, *options, "--sync-on-commit", "--cache-size", "256M", "--log-level", "ERROR"]),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        try:
            url = f"mongodb://127.0.0.1:{port}/"
            await_server(url, server)
            yield url
        finally:
            server.terminate()
            try:
                server.wait(10)
            except subprocess.TimeoutExpired:
                server.kill()
                server.wait()


def await_server(url: str, server: subprocess.Popen[bytes]) -> None:
    """Return when the server answers; RuntimeError when it ended or takes too long."""
    deadline = time.monotonic() + START
    while time.monotonic() < deadline and server.poll() is None:
        try:
            with MongoClient[dict[str, object]](url, serverSelectionTimeoutMS=500) as client:
                client.admin.command("ping")
        except PyMongoError:
            time.sleep(0.05)
        else:
            return
    raise RuntimeError("the MongoDB stand-in did not start")


def free_port() -> int:
    """A port nobody listens on at this moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
