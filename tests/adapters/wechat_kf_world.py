"""WeChat customer service simulated, the hub's door, and the adapter between them: for the tests of that channel."""

from __future__ import annotations

from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

import pytest
from aiohttp import ClientSession, ClientTimeout

from adapters.registry import find
from adapters.setup import Setup
from adapters.simulators.wechat_kf import WechatKf
from adapters.wechat_kf import adapter as kf
from hub.model import Address, Bell, Outbound
from tests.adapters.contract import lent
from tests.adapters.small_hub import INBOX, SmallHub, small_hub
from tests.clocks import FakeClock

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from hub.model import Inbound, Part

LEI = "wmLeiLei0000000000000000000001"
REGISTRY = find(installed=False)


class World:
    """Everything of one test."""

    def __init__(self, sim: WechatKf, hub: SmallHub, setup: Setup, clock: FakeClock) -> None:
        self.sim, self.hub, self.setup, self.clock = sim, hub, setup, clock
        self.files: lent.Files = setup.files  # type: ignore[assignment]
        self.tokens: lent.Tokens = setup.tokens  # type: ignore[assignment]
        self.marks: lent.Marks = setup.marks  # type: ignore[assignment]
        self.adapter = self.built()
        hub.adapter = self.adapter
        self._answered = 0

    def built(self, **changed: object) -> kf.WechatKf:
        """Build the adapter, as another process would."""
        made = REGISTRY.build("wechat_kf", self.setup.with_settings(**changed))
        assert isinstance(made, kf.WechatKf)
        return made

    async def bells(self) -> list[Bell]:
        """Return the bells that rang."""
        return [one for one in await self.hub.stored(self.sim.desk.open_kfid) if isinstance(one, Bell)]

    async def fetch(self) -> None:
        """Answer each bell that nobody answered yet."""
        for bell in (await self.bells())[self._answered :]:
            self._answered += 1
            await self.adapter.pull(bell, self.hub.accept)

    async def seen(self, user: str = LEI) -> list[Inbound]:
        """Answer the bells, and return what one customer did."""
        await self.fetch()
        return await self.hub.stored(user)

    async def say(self, part: Part, *, id: str = "m-1", to: str = LEI, facts: dict[str, str] | None = None) -> str:
        """Send one part."""
        return await self.adapter.send(message(part, id=id, to=to, facts=facts))


def message(part: Part, *, id: str = "m-1", to: str = LEI, facts: dict[str, str] | None = None) -> Outbound:
    """Return a message of one part."""
    return Outbound(id=id, inbox=INBOX, to=Address(channel="wechat_kf", user=to), parts=(part,), conversation="c",
                    seq=1, facts=facts or {})  # fmt: skip


async def quietly(topic: str, payload: bytes) -> None:
    """Nobody listens."""


@asynccontextmanager
async def world_in(folder: Path, **settings: Any) -> AsyncIterator[World]:
    """Run it all in a folder; `settings` are the simulator's."""
    clock = FakeClock()
    sim = WechatKf(tell=lambda line: None, clock=clock, **settings)
    sim.pause = 0  # type: ignore[misc]  # no time passes between two tries
    async with small_hub(folder, clock) as hub, sim.running(), ClientSession(timeout=ClientTimeout(total=5)) as http:
        sim.hook = hub.hook
        setup = Setup(inbox=INBOX, settings=sim.settings(), http=http, push=quietly, clock=clock, files=lent.Files(),
                      tokens=lent.Tokens(clock), marks=lent.Marks())  # fmt: skip
        yield World(sim, hub, setup, clock)


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    """One world with the traps on."""
    async with world_in(tmp_path) as made:
        yield made
