"""WeChat simulated, the hub's first door, and the adapter between them, all on this machine."""

from __future__ import annotations

from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

from aiohttp import ClientSession, ClientTimeout

from adapters.registry import find
from adapters.setup import Setup
from adapters.simulators import wechat, wechat_mini
from adapters.weixin.adapter import Weixin
from hub.model import Address, Outbound, Part
from tests.adapters.contract.lent import Files, Marks, Tokens
from tests.adapters.small_hub import INBOX, SmallHub, small_hub
from tests.clocks import FakeClock

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from adapters.lent import Tokens as LentTokens

REGISTRY = find(installed=False)
BUILD = {"wechat": wechat.build, "wechat_mini": wechat_mini.build}
LEI = "oLeiLei"


class World:
    """Everything of one test."""

    def __init__(self, sim: wechat.WeChat, hub: SmallHub, adapter: Weixin, clock: FakeClock, setup: Setup) -> None:
        self.sim, self.hub, self.adapter, self.clock, self.setup = sim, hub, adapter, clock, setup
        self.said: list[str] = []

    @property
    def files(self) -> Files:
        """What was kept."""
        assert isinstance(self.setup.files, Files)
        return self.setup.files

    async def say(self, part: Part, *, to: str = LEI, id: str = "m-1") -> str:
        """Send one part."""
        address = Address(channel=self.sim.name, user=to)
        return await self.adapter.send(Outbound(id=id, inbox=INBOX, to=address, parts=(part,), conversation="c", seq=1))

    def another(self, tokens: LentTokens | None = None, **changed: object) -> Weixin:
        """Return the adapter of another process, or with other settings."""
        setup = self.setup.with_settings(**changed)
        made = REGISTRY.build(self.sim.name, Setup(
            inbox=INBOX, settings=setup.settings, http=setup.http, push=setup.push, files=setup.files,
            tokens=tokens or setup.tokens, marks=setup.marks, clock=self.clock,
        ))  # fmt: skip
        assert isinstance(made, Weixin)
        return made


async def quietly(topic: str, payload: bytes) -> None:
    """Nobody listens."""


@asynccontextmanager
async def world(folder: Path, channel: str = "wechat", **settings: Any) -> AsyncIterator[World]:
    """Run all of it; `settings` are the simulator's."""
    clock = FakeClock()
    said: list[str] = []
    sim = BUILD[channel](clock=clock, tell=said.append, **settings)
    sim.pause = 0.0  # type: ignore[misc]  # no time passes between two tries
    async with small_hub(folder, clock) as hub, sim.running(), ClientSession(timeout=ClientTimeout(total=5)) as http:
        sim.hook = hub.hook
        setup = Setup(inbox=INBOX, settings=dict(sim.settings()), http=http, push=quietly, files=Files(),
                      tokens=Tokens(clock), marks=Marks(), clock=clock)  # fmt: skip
        adapter = REGISTRY.build(channel, setup)
        assert isinstance(adapter, Weixin)
        hub.adapter = adapter
        made = World(sim, hub, adapter, clock, setup)
        made.said = said
        yield made
        await sim.settled()
