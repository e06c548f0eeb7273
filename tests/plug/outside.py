"""What lives outside the hub and keeps its power: a provider that repeats until it hears 200, a sink with a ledger."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hub.model import Address, Inbound, Outbound, Said, Text, plain
from hub.store.port import By, Eq
from hub.work.jobs import JOBS, JobState
from tests.clocks import START

if TYPE_CHECKING:
    from hub.ingest import Ingest
    from hub.store.port import Store
    from hub.work.engine import Engine
    from tests.clocks import FakeClock

INBOX = "inbox"
LONGEST = 200


class Provider:
    """Sends each message until it hears that it was taken, in order per customer."""

    def __init__(self, words: dict[str, list[str]]) -> None:
        self.words = words
        self._heard: set[str] = set()

    async def call(self, ingest: Ingest) -> None:
        """Send what was not answered with 200 yet; a power cut leaves the rest for the next life."""
        for user, words in self.words.items():
            for number, word in enumerate(words):
                said = _said(user, number, word)
                if said.provider_id not in self._heard:
                    await ingest.accept([said])
                    self._heard.add(said.provider_id)

    async def repeat(self, ingest: Ingest) -> None:
        """Send everything once more: the answer got lost on the way."""
        for user, words in self.words.items():
            await ingest.accept([_said(user, number, word) for number, word in enumerate(words)])


class Sink:
    """An idempotent provider: one message id has one effect, however often it is sent."""

    idempotent = True

    def __init__(self) -> None:
        self.effects: dict[str, list[str]] = {}
        self.calls = 0
        self._ids: set[str] = set()

    async def sender(self, inbox: str) -> Sink:
        """Send for every inbox."""
        return self

    async def send(self, message: Outbound) -> str:
        """Take it, once."""
        self.calls += 1
        if message.id not in self._ids:
            self._ids.add(message.id)
            self.effects.setdefault(message.to.user, []).append(plain(message.parts))
        return f"sink:{message.id}"


async def work(engine: Engine, store: Store, clock: FakeClock) -> None:
    """Work until the queue is empty, letting time pass when what is left is due later."""
    for _ in range(LONGEST):
        await engine.settle()
        if not await store.count(JOBS, Eq("state", JobState.READY), limit=1):
            return
        await clock.advance(60)
    raise AssertionError("the queue does not get empty")


async def dead(store: Store) -> list[str]:
    """Reasons of dead letters."""
    rows = await store.find(JOBS, Eq("state", JobState.DEAD), order=(By("ended_at"), By("id")), limit=100)
    return [f"{row.kind}: {row.reason}" for row in rows]


def _said(user: str, number: int, word: str) -> Inbound:
    return Said(
        inbox=INBOX,
        provider_id=f"{user}-{number}",
        sender=Address(channel="console", user=user),
        sent_at=START,
        parts=(Text(body=word),),
    )
