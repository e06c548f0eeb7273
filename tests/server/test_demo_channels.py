"""The demo's inboxes of simulated providers: made once, brought up to date, and quiet while nobody plays."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from msgspec import structs

from server import demo, demo_channels
from server.simulate import PORTS, hook_of, inbox_of
from tests.server.running import running

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize("channel", ["weibo", "twilio", "aliyun", "tencent"])
async def test_what_a_simulator_says_reaches_its_inbox(tmp_path: Path, furnished: Path, channel: str) -> None:
    """The simulator of the terminal, on the port that the demo's inbox calls."""
    import importlib

    async with running(tmp_path / "data", like=furnished) as hub:
        team = await demo.fill(hub.hub)
        made = await demo_channels.fill(hub.hub, team)
        assert channel in made
        id = inbox_of(channel)
        first = await hub.hub.talks.inboxes.get(id)
        assert await demo_channels.fill(hub.hub, team) == made
        assert (await hub.hub.talks.inboxes.get(id)).version == first.version
        assert str(PORTS[channel]) in str(hub.hub.channels.opened(first))
        assert hub.hub.channels.fault(id) is None
        simulator = importlib.import_module(f"adapters.simulators.{channel}").build(hook_of(channel, hub.base))
        simulator.tell = lambda line: None
        async with simulator.running():
            assert (await simulator.says("customer-1", "hello")).status == 200


async def test_settings_that_were_changed_come_back(tmp_path: Path, furnished: Path) -> None:
    async with running(tmp_path / "data", like=furnished) as hub:
        team = await demo.fill(hub.hub)
        await demo_channels.fill(hub.hub, team)
        read = await hub.hub.talks.inboxes.get(inbox_of("weibo"))
        await hub.hub.talks.inboxes.change(read, structs.replace(read, settings={**read.settings, "uid": "1"}))
        await demo_channels.fill(hub.hub, team)
        again = await hub.hub.talks.inboxes.get(inbox_of("weibo"))
        assert again.settings["uid"] == read.settings["uid"]


def test_the_greeting_names_them() -> None:
    assert set(demo_channels.NAMES) == set(PORTS)
