"""For every test: no blocking call in the loop, no word to the outside, the same examples in every CI run."""

from __future__ import annotations

import importlib
import ipaddress
import os
import socket
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import structlog
from blockbuster import BlockBuster, blockbuster_ctx
from hypothesis import HealthCheck, settings

from tools.floors import rooms

if TYPE_CHECKING:
    from collections.abc import Iterator

pytest_plugins = ["tests.stores"]

# Before numpy is first imported: on a few cores its threads wait for each other longer than they work.
for _name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ.setdefault(_name, "1")

settings.register_profile("local", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile(
    "ci", parent=settings.get_profile("local"), derandomize=True, print_blob=True, max_examples=200
)
settings.load_profile("ci" if os.environ.get("CI") == "true" else "local")


ALONE = ("cluster", "journeys", "soak")
"""Rooms of tests that fill every core by themselves: browsers, several hubs, kill after kill."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what must not share the machine: those rooms, and whatever drives a browser."""
    for item in items:
        room = item.path.relative_to(Path(__file__).parent).parts[0]
        if room in ALONE or item.get_closest_marker("browser"):
            item.add_marker("alone")


class OutsideWorld(RuntimeError):
    """A test wanted to reach another machine. Not an OSError: code that retries those would hide it."""


def is_near(address: object) -> bool:
    """Sockets of the file system, and loopback."""
    if not isinstance(address, tuple):
        return True
    host = str(address[0])
    if host in {"localhost", ""}:
        return True
    try:
        return ipaddress.ip_address(host.partition("%")[0]).is_loopback
    except ValueError:
        return False


@pytest.fixture(scope="session", autouse=True)
def stay_at_home() -> Iterator[None]:
    """Refuse every connection that leaves this machine."""
    connect, connect_ex = socket.socket.connect, socket.socket.connect_ex

    def check(address: object) -> None:
        if not is_near(address):
            raise OutsideWorld(f"A test may speak to this machine only, and wanted {address!r}")

    def guarded(self: socket.socket, address: Any) -> None:
        check(address)
        connect(self, address)

    def guarded_ex(self: socket.socket, address: Any) -> int:
        check(address)
        return connect_ex(self, address)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(socket.socket, "connect", guarded)
        patch.setattr(socket.socket, "connect_ex", guarded_ex)
        yield


@pytest.fixture(autouse=True)
def leave_the_log_alone() -> Iterator[None]:
    """A test that set up the process's log would leave the tests after it with a stream that pytest has closed."""
    yield
    factory = structlog.get_config()["logger_factory"]
    if isinstance(factory, structlog.WriteLoggerFactory):
        structlog.reset_defaults()
        pytest.fail("this test set up the log of the whole process; run the command as a process of its own")


@pytest.fixture(autouse=True)
def never_block() -> Iterator[BlockBuster]:
    """A blocking call made by our code inside the event loop fails the test; `allow` lists the exceptions."""
    with blockbuster_ctx([importlib.import_module(room) for room in rooms()]) as guard:
        allow(guard)
        yield guard


def allow(guard: BlockBuster) -> None:
    """Calls that block for no time worth speaking of."""
    for name in ("os.stat", "os.path.abspath"):
        guard.functions[name].deactivate()
