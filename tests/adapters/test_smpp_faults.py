"""SMPP when something is wrong: passwords, silence, nonsense on the wire, a centre that stays away."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest
from msgspec import structs

from adapters.simulators.smpp import Smpp as Simulator
from adapters.smpp import held, line, session
from hub.errors import ChannelBroken, TryLater, Unsupported
from hub.model import Address
from tests.adapters.texting.centre import Kept, kit, listening, outbound
from tests.clocks import FakeClock
from tests.waiting import until

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from hub.model import Outbound


@pytest.fixture
async def simulator() -> AsyncIterator[Simulator]:
    one = Simulator(tell=lambda _: None)
    async with one.running():
        yield one


async def test_a_wrong_password_is_told_to_the_administrator(simulator: Simulator) -> None:
    adapter = kit().adapter(port=simulator.port, password="wrong")
    [step] = await adapter.probe()
    assert (step.ok, "`password`" in step.hint) == (False, True)
    async with listening(adapter, Kept()):
        with pytest.raises(ChannelBroken) as broken:
            await adapter.send(outbound("x"))
    assert "`password`" in broken.value.hint
    [fine] = await kit().adapter(port=simulator.port).probe()
    assert fine.ok


async def test_listening_says_why_it_cannot_so_that_the_inbox_is_not_shown_as_connected(simulator: Simulator) -> None:
    with pytest.raises(ChannelBroken):
        await kit().adapter(port=simulator.port, password="wrong").listen(Kept().accept)
    await simulator.close()
    with pytest.raises(TryLater):
        await kit().adapter(port=simulator.port).listen(Kept().accept)


async def test_silence_is_noticed_by_heartbeats(simulator: Simulator, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(session, "PATIENCE", 0.3)
    adapter = kit().adapter(port=simulator.port, enquire_seconds=1)
    async with listening(adapter, Kept()):
        await until(lambda: _is(len(simulator.bound) == 1))
        [first] = simulator.bound
        first.write = lambda *_, **__: None  # type: ignore[method-assign]  # a centre that hears and says nothing
        await until(lambda: _is(bool(simulator.bound) and first not in simulator.bound))
        assert await adapter.send(outbound("x"))


async def test_only_numbers_and_texts_leave(simulator: Simulator) -> None:
    adapter = kit().adapter(port=simulator.port)
    odd = Address(channel="smpp", user="WATER")
    with pytest.raises(Unsupported):
        await adapter.send(_to(odd))
    with pytest.raises(Unsupported):
        await adapter.send(outbound("字" * 1531))
    assert simulator.sent == []


def test_reconnects_are_spread_and_grow() -> None:
    waits = [line.backoff(failures) for failures in range(40)]
    assert all(0.25 <= one <= line.LONGEST for one in waits)
    assert min(waits[10:]) >= line.LONGEST / 2
    assert len(set(waits)) == len(waits)


async def test_nonsense_on_the_wire_ends_the_session_and_not_the_listener(simulator: Simulator) -> None:
    kept = Kept()
    adapter = kit().adapter(port=simulator.port)
    async with listening(adapter, kept):
        for octets in (b"\xff" * 64, b"\0\0\0\0" * 4, b"\0\0\0\x12\0\0\0\x05\0\0\0\0\0\0\0\1\0\0"):
            await until(lambda: _is(bool(simulator.bound)))
            simulator.bound[0].writer.write(octets)
            await simulator.bound[0].writer.drain()
            await asyncio.sleep(0.02)
        await until(lambda: _is(bool(simulator.bound)))
        await until(lambda: _said(simulator, kept))
        assert "还在" in kept.texts


def test_what_came_lately_does_not_grow() -> None:
    memory, at = held.Held(), FakeClock().now()
    for number in range(300):
        seen = held.Seen(proof=str(number), key=str(number), session="s", at=at)
        memory = memory.with_seen(seen)
        memory = memory.with_group(held.Group(name=str(number), key="k", total=2, at=at))
    assert len(memory.lately) == held.LATELY
    assert len(memory.overdue(at)) == 300 - held.GROUPS


async def test_a_centre_that_stays_away_is_asked_more_and_more_seldom() -> None:
    clock = Impatient()
    away = line.Line(session.Account(host="127.0.0.1", port=9, system_id="a", password="b"), clock, inbox="inbox-1")
    keeping = asyncio.create_task(away.keep())
    await until(lambda: _is(len(clock.slept) >= 12))
    keeping.cancel()
    assert clock.slept[0] <= line.FIRST
    assert clock.slept[5] > 10 * line.FIRST
    assert clock.slept[11] >= line.LONGEST / 2


class Impatient(FakeClock):
    """Notes how long somebody would have slept."""

    def __init__(self) -> None:
        super().__init__()
        self.slept: list[float] = []

    async def sleep(self, seconds: float) -> None:
        """Return at once."""
        self.slept.append(seconds)
        await asyncio.sleep(0)


def _to(address: Address) -> Outbound:
    return structs.replace(outbound("x"), to=address)


async def _said(simulator: Simulator, kept: Kept) -> bool:
    await simulator.says("customer-1", "还在")
    return "还在" in kept.texts


async def _is(value: bool) -> bool:
    return value
