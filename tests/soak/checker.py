"""Reads the store after everything has ended, and compares it with the ledgers of the provider and the sink."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from conversations.model import CONVERSATIONS, MESSAGES, PROFILES, Direction, Message
from hub.model import Status
from hub.store.port import Between, By, Eq
from hub.store.sqlite import SqliteStore
from hub.work.jobs import JOBS, JobState
from server.collections import EVERYTHING
from server.engines import DATABASE
from tests.soak.server import INBOX

if TYPE_CHECKING:
    from pathlib import Path

    from hub.store.port import Store
    from tests.soak.provider import Provider
    from tests.soak.sink import Sink

PAGE = 1000


async def check(folder: Path, provider: Provider, sink: Sink) -> dict[str, int]:
    """Return the figures of the run; any one broken promise fails."""
    store = SqliteStore(folder / DATABASE)
    await store.open(EVERYTHING)
    try:
        assert await store.count(JOBS, Eq("state", JobState.READY), limit=10) == 0, "the queue is not empty"
        assert await store.count(JOBS, Eq("state", JobState.DEAD), limit=10) == 0, "there are dead letters"
        threads = {user: await _thread(store, user) for user in provider.users}
    finally:
        await store.close()
    for user, messages in threads.items():
        _check_stored(user, messages, provider)
    _check_delivered(threads, sink)
    return {"inbound": provider.count, "calls": provider.calls, "delivered": len(sink.effects), "sends": sink.calls}


async def _thread(store: Store, user: str) -> list[Message]:
    (profile,) = await store.find(PROFILES, Eq("channel", "console"), Eq("user", user), limit=2)
    (conversation,) = await store.find(
        CONVERSATIONS, Eq("profile", profile.id), order=(By("last_at"), By("id")), limit=2
    )
    messages: list[Message] = []
    while True:
        where = (Eq("conversation", conversation.id), Between("seq", messages[-1].seq + 1 if messages else 0))
        page = await store.find(MESSAGES, *where, order=(By("seq"),), limit=PAGE)
        messages += page
        if len(page) < PAGE:
            return messages


def _check_stored(user: str, messages: list[Message], provider: Provider) -> None:
    said = [message.key for message in messages if message.direction is Direction.IN]
    assert said == [f"{INBOX}:{id}" for id in provider.taken[user]], f"{user}: lost, doubled or out of order"
    assert [message.seq for message in messages] == list(range(1, len(messages) + 1)), f"{user}: gaps"
    answers = [message for message in messages if message.direction is Direction.OUT]
    assert len(answers) == len(said), f"{user}: {len(said)} said, {len(answers)} answered"
    assert {message.status for message in answers} == {Status.SENT}, f"{user}: not everything was sent"


def _check_delivered(threads: dict[str, list[Message]], sink: Sink) -> None:
    queued = {message.id for messages in threads.values() for message in messages if message.direction is Direction.OUT}
    delivered = Counter(effect.id for effect in sink.effects)
    assert set(delivered) == queued, "what was delivered is not what was queued"
    assert max(delivered.values()) == 1, "delivered twice"
    newest: dict[str, int] = {}
    for effect in sink.effects:
        assert effect.seq > newest.get(effect.conversation, 0), f"{effect.conversation}: delivered out of order"
        newest[effect.conversation] = effect.seq
