"""A provider is down for an hour and comes back: nothing lost, order kept, no stampede. Real hub, time by hand."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

import pytest

from config.settings import Settings
from conversations.inboxes import NewInbox
from conversations.model import CONVERSATIONS, MESSAGES, Author, AuthorKind, Conversation
from conversations.reply import Reply
from hub.ids import new_id
from hub.model import Address, Said, Status, Text
from hub.store.port import Between, By, Eq
from server.bootstrap import opened
from tests.clocks import FakeClock
from tests.server.parrot.provider import KEY, Provider, install, provider
from tests.waiting import until

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from server.parts import Hub

HOUR = 3600
AGENT = Author(kind=AuthorKind.AGENT, id="a1", name="林晓")


class Town:
    """A hub on a clock that stands, its provider, and customers who wrote once."""

    def __init__(self, hub: Hub, clock: FakeClock, provider: Provider, inbox: str) -> None:
        self.hub = hub
        self.clock = clock
        self.provider = provider
        self.inbox = inbox

    async def rest(self) -> None:
        """Let everything that is due be done."""
        quiet = 0
        while quiet < 3:
            await asyncio.sleep(0.001)
            quiet = 0 if self.hub.engine.in_hand or self.hub.engine.waiting else quiet + 1

    async def pass_time(self, seconds: float, step: float = 2.0) -> None:
        """Let time pass in small steps, and what it brings be done."""
        for _ in range(int(seconds / step)):
            await self.clock.advance(step)
            await self.rest()

    async def customers(self, many: int) -> list[Conversation]:
        """So many people write."""
        for number in range(many):
            said = Said(
                inbox=self.inbox, provider_id=f"in-{number}", sent_at=self.clock.now(), parts=(Text(body="?"),),
                sender=Address(channel="parrot", user=f"bird-{number}"),
            )  # fmt: skip
            await self.hub.ingest.accept([said])

        async def all_there() -> bool:
            return len(await self.talks()) == many

        await until(all_there)
        return await self.talks()

    async def talks(self) -> list[Conversation]:
        """Conversations of this inbox."""
        order = (By("last_at"), By("id"))
        found = await self.hub.store.find(CONVERSATIONS, Eq("state", "waiting"), order=order, limit=100)
        return found or await self.hub.store.find(CONVERSATIONS, Eq("state", "agent"), order=order, limit=100)

    async def say(self, talk: Conversation, text: str) -> None:
        """An agent answers."""
        reply = Reply(author=AGENT, parts=(Text(body=text),), client_id=new_id())
        await self.hub.talks.replies.reply(talk.id, reply)

    async def statuses(self, talk: Conversation) -> list[Status]:
        """What became of our messages, in order."""
        where = (Eq("conversation", talk.id), Between("seq", 2))
        rows = await self.hub.store.find(MESSAGES, *where, order=(By("seq"),), limit=100)
        return [row.status for row in rows if row.direction == "out"]


@asynccontextmanager
async def town(folder: Path) -> AsyncIterator[Town]:
    """A hub, its clock in our hands."""
    clock = FakeClock()
    async with provider() as one, opened(Settings(data=str(folder), demo=True), clock=clock) as hub:
        install(hub)
        id = new_id()
        secrets = {"key": hub.vault.seal(KEY, id, "key")}
        new = NewInbox(name="P", channel="parrot", settings={"provider_url": one.url}, secrets=secrets)
        await hub.talks.inboxes.create(new, id=id)
        await hub.channels.reload(id)
        yield Town(hub, clock, one, id)


@pytest.mark.parametrize(("people", "each"), [(1, 1), (20, 3)])
async def test_an_hour_without_the_provider(tmp_path: Path, people: int, each: int) -> None:
    async with town(tmp_path / "data") as here:
        talks = await here.customers(people)
        here.provider.status = 503
        for talk in talks:
            for number in range(each):
                await here.say(talk, f"{talk.address.user} {number}")
        await here.pass_time(HOUR, step=15)
        assert here.provider.sent == []
        asked = here.provider.calls
        assert asked <= 16 + 40, "while it is down it is asked now and then, and not by everybody"
        assert {status for talk in talks for status in await here.statuses(talk)} == {Status.QUEUED}
        here.provider.status, here.provider.most_inside = 200, 0
        passed = 0
        while len(here.provider.sent) < people * each:
            await here.pass_time(2)
            passed += 2
            assert passed <= 10 * 60, "it comes back within minutes"
        await here.pass_time(60)
        assert here.provider.most_inside <= 16
        assert here.provider.calls - asked == people * each, "each is sent once"
        for talk in talks:
            mine = [text for text in here.provider.sent if text.startswith(f"{talk.address.user} ")]
            assert mine == [f"{talk.address.user} {number}" for number in range(each)]
            assert await here.statuses(talk) == [Status.SENT] * each


async def test_the_first_call_after_an_outage_is_alone(tmp_path: Path) -> None:
    async with town(tmp_path / "data") as here:
        talks = await here.customers(20)
        here.provider.status = 503
        for talk in talks:
            await here.say(talk, "x")
        await here.pass_time(120, step=5)
        here.provider.status = 200
        here.provider.hold.clear()
        before, passed = here.provider.calls, 0
        while here.provider.calls == before and passed < 600:
            await here.clock.advance(2)
            await asyncio.sleep(0.01)
            passed += 2
        for _ in range(20):
            await here.clock.advance(0.2)
            await asyncio.sleep(0.005)
        assert here.provider.calls - before == 1
        here.provider.hold.set()
        await here.pass_time(60)
        assert len(here.provider.sent) == 20
