"""Hints between processes: what one commits, a window held by another shows."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import msgspec

from adapters.webchat.adapter import TOPIC, Nudge
from hub.bus import LOST, LocalBus
from server.chat.crowd import Crowd
from server.chat.hints import Announcer, Hints
from server.chat.wheel import Wheel
from tests.waiting import until

if TYPE_CHECKING:
    from adapters.webchat.protocol import ServerFrame
    from tests.chat.house import House


class Ear:
    """A listener that counts."""

    def __init__(self, visitor: str, conversation: str = "", *, waiting: bool = False) -> None:
        self.visitor = visitor
        self.conversation = conversation
        self.waiting = waiting
        self.woken = 0
        self.shown: list[ServerFrame] = []

    def wake(self) -> None:
        """Count."""
        self.woken += 1

    def show(self, frame: ServerFrame) -> None:
        """Keep."""
        self.shown.append(frame)

    async def close(self, code: int, reason: str = "") -> None:
        """Nothing is open."""


async def test_a_process_tells_the_others_whose_thread_changed(hub: House) -> None:
    line = LocalBus()
    announcer = Announcer(hub.store, line)
    telling = asyncio.create_task(announcer.run())
    opened = await hub.session()
    async with line.subscribe(TOPIC) as heard:
        window = await hub.window(opened["token"])
        await window.send(type="send", client_id="message-1", parts=[{"type": "text", "body": "你好"}])
        _, payload = await asyncio.wait_for(anext(heard), 5)
    telling.cancel()
    assert msgspec.json.decode(payload, type=Nudge) == Nudge(inbox="inbox-1", visitor=opened["visitor"])


async def test_nudges_wake_their_visitor_and_lost_ones_everybody() -> None:
    crowd, line = Crowd(), LocalBus()
    hints = Hints(crowd)
    mine, other = Ear("v_1", "c-1"), Ear("v_2", "c-2")
    crowd.join(mine)
    crowd.join(other)
    listening = asyncio.create_task(hints.listen(line))
    await asyncio.sleep(0)
    await line.publish(TOPIC, msgspec.json.encode(Nudge(inbox="i", visitor="v_1")))
    await until(lambda: _async(mine.woken == 1))
    await line.publish(TOPIC, b"another version's words")
    hints.heard(b"")
    assert (mine.woken, other.woken) == (1, 0)
    crowd.wake_all()
    assert (mine.woken, other.woken) == (2, 1)
    listening.cancel()
    assert LOST == ""


def test_a_crowd_finds_by_visitor_and_by_thread_and_forgets() -> None:
    crowd = Crowd()
    one, two, queued = Ear("v_1", "c-1"), Ear("v_1", "c-1"), Ear("v_2", "c-2", waiting=True)
    for ear in (one, two, queued):
        crowd.join(ear)
    assert (len(crowd), crowd.windows("v_1"), crowd.visitor_of("c-1")) == (3, 2, "v_1")
    crowd.wake_thread("c-1")
    crowd.wake_thread("nobody's")
    crowd.wake_queue()
    assert (one.woken, two.woken, queued.woken) == (1, 1, 1)
    crowd.leave(one)
    assert (crowd.windows("v_1"), crowd.visitor_of("c-1")) == (1, "v_1")
    crowd.leave(two)
    crowd.leave(two)
    assert (len(crowd), crowd.windows("v_1"), crowd.visitor_of("c-1")) == (1, 0, None)


async def _async(value: object) -> object:
    return value


class Patient:
    """Counts how often it is asked."""

    def __init__(self) -> None:
        self.asked = 0

    async def beat(self) -> None:
        """Count."""
        self.asked += 1


async def test_the_wheel_asks_everybody_once_a_turn_and_a_newcomer_after_a_whole_one() -> None:
    wheel, everybody = Wheel(5), [Patient() for _ in range(12)]
    for number, one in enumerate(everybody):
        wheel.add(one)
        before = one.asked
        for _ in range(4):
            await wheel.turn()
        assert (number, one.asked) == (number, before)
        await wheel.turn()
        assert one.asked == before + 1
    assert len(wheel) == 12
    wheel.remove(everybody[0])
    wheel.remove(everybody[0])
    asked = everybody[0].asked
    for _ in range(5):
        await wheel.turn()
    assert (len(wheel), everybody[0].asked) == (11, asked)
