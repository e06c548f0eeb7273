"""Two processes, one inbox that listens: one at a time, the other takes over when it dies; outages told once."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import pytest
from structlog.testing import capture_logs

from adapters.contract import Accept, Adapter, Request
from hub.errors import TryLater
from hub.leases import LEASES, LENGTH, Leases
from server.listening import SETTLED, Listening
from server.vitals import VITALS, Vitals
from tests.clocks import FakeClock
from tests.stores import open_store
from tests.waiting import until

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Sequence
    from pathlib import Path

    from hub.model import Inbound, Outbound
    from hub.store.port import Store


class Line(Adapter):
    """An adapter that listens until it is cut."""

    inside = 0

    def __init__(self) -> None:
        self.calls = 0
        self.here = False
        self.fault: Exception | None = None
        self.cut = asyncio.Event()

    def verify(self, request: Request) -> None:
        return None

    def parse(self, request: Request) -> list[Inbound]:
        return []

    async def send(self, message: Outbound) -> str:
        return ""

    async def listen(self, accept: Accept) -> None:
        self.calls += 1
        if self.fault:
            raise self.fault
        self.here, self.cut = True, asyncio.Event()
        Line.inside += 1
        try:
            await self.cut.wait()
        finally:
            self.here = False
            Line.inside -= 1


class Process:
    """What listens in one process; `kill` leaves its lease as a crash would."""

    def __init__(self, store: Store, clock: FakeClock) -> None:
        self.line = Line()
        self.listening = Listening(clock, Leases(store, clock, alone=False), Vitals(store, clock), spin=lambda: 1.0)
        self.listening.start("a", self.line, nothing)

    @property
    def state(self) -> str:
        """What the health page shows."""
        return self.listening.states.get("a", "")

    async def kill(self, monkeypatch: pytest.MonkeyPatch) -> None:
        async def no_release(self: Leases, name: str) -> None:
            return None

        with monkeypatch.context() as patch:
            patch.setattr(Leases, "release", no_release)
            await self.listening.stop_all()


async def nothing(inbounds: Sequence[Inbound]) -> None:
    return None


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[Store]:
    """An embedded store, shared as if there were two processes."""
    async with open_store(tmp_path, (LEASES, VITALS)) as opened:
        yield opened


async def pass_time(clock: FakeClock, seconds: float, step: float = 1) -> None:
    for _ in range(int(seconds / step)):
        await clock.advance(step)
        await asyncio.sleep(0.003)
        assert Line.inside <= 1, "two listen at once"


async def test_one_listens_and_another_takes_over_when_it_dies(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    clock = FakeClock()
    one, other = Process(store, clock), Process(store, clock)
    try:

        async def somebody() -> bool:
            await clock.advance(0.1)
            return one.line.here or other.line.here

        await until(somebody)
        await pass_time(clock, SETTLED + 2 * LENGTH.total_seconds())
        first, second = (one, other) if one.line.here else (other, one)
        assert (first.listening.states["a"], second.listening.states["a"]) == ("connected", "elsewhere")
        assert second.line.calls == 0
        await first.kill(monkeypatch)
        begun = clock.monotonic()

        async def heir() -> bool:
            await pass_time(clock, 1)
            return second.line.here

        await until(heir)
        assert clock.monotonic() - begun <= LENGTH.total_seconds() * 1.5
    finally:
        await one.listening.stop_all()
        await other.listening.stop_all()


async def test_who_ends_in_order_hands_over_at_once(store: Store) -> None:
    clock = FakeClock()
    one = Process(store, clock)

    async def listens() -> bool:
        await clock.advance(0.1)
        return one.line.here

    await until(listens)
    await one.listening.stop_all()
    assert one.listening.states == {}
    other = Process(store, clock)

    async def heir() -> bool:
        return other.line.here

    await until(heir)
    await other.listening.stop_all()


async def test_an_outage_is_told_once_and_tried_less_and_less(store: Store) -> None:
    clock = FakeClock()
    with capture_logs() as told:
        process = Process(store, clock)
        process.line.fault = TryLater("nobody there")
        await pass_time(clock, 1800, 10)
        failed = [one for one in told if one["event"] == "not_listening"]
        assert len(failed) == 1
        assert 10 <= process.line.calls <= 20
        assert process.state == "connecting"
        process.line.fault = None
        await pass_time(clock, 400, 4)
        assert process.state == "connected"
        assert [one["event"] for one in told].count("listening_again") == 1
        process.line.fault = ValueError("a bug")
        process.line.cut.set()
        await pass_time(clock, 5)
        process.line.fault = None
        await pass_time(clock, 60)
        assert process.line.here
        await process.listening.stop_all()
    levels: list[Any] = [one["log_level"] for one in told if one["event"] in ("not_listening", "listening_failed")]
    assert levels == ["warning", "error"]
