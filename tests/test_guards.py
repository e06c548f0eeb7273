"""The guards of conftest.py do what they promise, and tell a missing program from a broken test."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Callable

import pytest
from blockbuster import BlockingError

from tests import needs
from tests.conftest import OutsideWorld, is_near
from tools.stamp import ROOT


@pytest.mark.parametrize(
    ("address", "near"),
    [
        (("127.0.0.1", 80), True),
        (("127.8.8.8", 80), True),
        (("::1", 80, 0, 0), True),
        (("localhost", 80), True),
        ("a/socket/of/the/file/system", True),
        (("192.0.2.1", 80), False),
        (("example.com", 80), False),
        (("localhost.example.com", 80), False),
    ],
)
def test_only_this_machine_is_near(address: object, near: bool) -> None:
    assert is_near(address) is near


def test_a_connection_to_the_outside_is_refused() -> None:
    with socket.socket() as outside:
        with pytest.raises(OutsideWorld):
            outside.connect(("192.0.2.1", 80))
        with pytest.raises(OutsideWorld):
            outside.connect_ex(("192.0.2.1", 80))


def test_a_missing_program_skips_here_and_fails_in_ci(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(needs, "find", lambda _: None)
    monkeypatch.delenv("CI", raising=False)
    with pytest.raises(pytest.skip.Exception, match=r"missing: chromium \(apt install chromium\)"):
        needs.require("chromium")
    monkeypatch.setenv("CI", "true")
    with pytest.raises(pytest.fail.Exception, match="missing: chromium"):
        needs.require("chromium")


def test_redis_comes_with_the_development_libraries(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    assert needs.require("redis-server").is_file()


async def test_a_blocking_call_of_a_room_fails_inside_the_loop() -> None:
    room: dict[str, Callable[[], None]] = {}
    source = "import time\ndef nap():\n    time.sleep(0.001)\n"
    exec(compile(source, str(ROOT / "hub" / "nap.py"), "exec"), room)  # noqa: S102 - stands in for a file of hub
    with pytest.raises(BlockingError):
        room["nap"]()
    await asyncio.to_thread(room["nap"])
