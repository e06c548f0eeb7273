"""The demo's bot: a FAQ file answers until the trained one is there; a second start finds it at once."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bots.faq import FaqBot
from bots.serving.rows import State
from server import demo_bot
from server.demo import BOT
from tests.server.running import running
from tests.waiting import until

if TYPE_CHECKING:
    from pathlib import Path

    from tests.server.running import Running


async def test_it_is_trained_once_and_takes_over_by_itself(tmp_path: Path, furnished: Path) -> None:
    folder = tmp_path / "data"
    async with running(folder, like=furnished) as hub:
        await demo_bot.make(hub.hub)
        await demo_bot.make(hub.hub)
        assert isinstance(hub.hub.bots[BOT], FaqBot)
        await until(lambda: _live(hub), seconds=90)
        (version,) = await hub.hub.workshop.versions.page(BOT)
        assert (version.state, version.number) == (State.TRAINED, 1)
        assert not isinstance(hub.hub.bots[BOT], FaqBot)
    async with running(folder) as again:
        assert not isinstance(again.hub.bots[BOT], FaqBot)
        await until(lambda: _live(again), seconds=5)
        await demo_bot.make(again.hub)
        assert len(await again.hub.workshop.versions.page(BOT)) == 1


async def _live(hub: Running) -> bool:
    return hub.hub.bots.version(BOT) == 1
