"""The power goes while messages of WeChat customer service are fetched: nothing lost, nothing twice, in order."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from msgspec import structs

from hub.ingest import Ingest
from hub.marks import MARKS, InboxMarks
from hub.model import Bell, Said, Text
from hub.work.jobs import JOBS
from tests.adapters.small_hub import INBOX, SmallHub
from tests.adapters.wechat_kf_world import LEI, REGISTRY, World, world_in
from tests.power import PowerCut, PowerStore, cuts
from tests.stores import open_store

if TYPE_CHECKING:
    from pathlib import Path

    from hub.store.port import Store

MESSAGES = 5
WROTE = [(Text(body=str(number)),) for number in range(MESSAGES)]


async def fetch(world: World, store: Store, bell: Bell) -> None:
    """What a worker does with a bell: the real ingest and the real marks over this store."""
    ingest = Ingest(store, world.clock)

    async def accept(inbounds: object) -> None:
        await ingest.accept(inbounds)  # type: ignore[arg-type]

    setup = structs.replace(world.setup, marks=InboxMarks(store, INBOX))
    await REGISTRY.build("wechat_kf", setup).pull(bell, accept)


async def bell_of(world: World) -> Bell:
    """Five messages wait, and one bell rang."""
    world.sim.muted = True
    for number in range(MESSAGES):
        await world.sim.says(LEI, str(number))
    world.sim.muted = False
    await world.sim.ring()
    (bell,) = await world.bells()
    return bell


async def test_wherever_the_power_goes_each_message_is_stored_once_and_in_order(tmp_path: Path) -> None:
    async with world_in(tmp_path, page=2, trap=True) as world:
        bell = await bell_of(world)
        (tmp_path / "calm").mkdir()
        async with open_store(tmp_path / "calm", [JOBS, MARKS]) as store:
            calm = PowerStore(store)
            await fetch(world, calm, bell)
        assert calm.steps >= 9  # three pages with messages, a cursor after each of six, and when it was
        for step, after in cuts(calm.steps):
            folder = tmp_path / f"{step}-{after}"
            folder.mkdir()
            async with open_store(folder, [JOBS, MARKS]) as store:
                with pytest.raises(PowerCut):
                    await fetch(world, PowerStore(store, step=step, after=after), bell)
                await world.clock.advance(1)  # a start takes a while
                await fetch(world, store, bell)
                stored = await SmallHub(store, world.clock).stored(LEI)
                assert [one.parts for one in stored if isinstance(one, Said)] == WROTE
