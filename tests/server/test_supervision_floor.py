"""The rows behind the live picture, over both engines: every query finds its index, its order and its bound."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from conversations.model import CONVERSATIONS, Conversation, State
from hub.model import Address
from hub.store.port import Insert
from server.api.supervision import floor
from tests.clocks import START

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from hub.store.port import Store
    from tests.stores import Engine

MINUTE = timedelta(minutes=1)


def row(id: str, **more: Any) -> Conversation:
    facts: dict[str, Any] = {
        "inbox": "i", "address": Address(channel="webchat", user=id), "profile": id, "state": State.WAITING,
        "team": "water", "last_at": START, "opened_at": START, "changed_at": START,
    }  # fmt: skip
    return Conversation(id=id, **{**facts, **more})


@pytest.fixture
async def store(engine: Engine) -> AsyncIterator[Store]:
    """A store with something of everything."""
    made = engine.make()
    await made.open([CONVERSATIONS])
    rows = [row(f"q{n}", queued_at=START - n * MINUTE) for n in range(floor.HEADS + 2)]
    rows += [row("offered", queued_at=START, offered_to="anna"), row("nobodys", team=None, queued_at=START)]
    rows += [row("asleep", snoozed_until=START + MINUTE), row("gas", team="gas", queued_at=START, due_at=START)]
    rows += [row(f"h{n}", state=State.AGENT, agent=f"a{n}", due_at=START + n * MINUTE) for n in range(120)]
    closed = {"state": State.CLOSED, "live": False, "agent": "a1", "due_at": START}
    rows += [row("now", closed_at=START, **closed), row("then", closed_at=START - MINUTE, **closed)]
    await made.commit(*(Insert(CONVERSATIONS, one) for one in rows))
    yield made
    await made.close()


async def test_a_queue_and_its_heads(store: Store) -> None:
    count, heads = await floor.waiting(store, "water")
    assert count == floor.HEADS + 3, "who is offered still waits"
    assert [one.id for one in heads] == [f"q{n}" for n in range(floor.HEADS + 1, 1, -1)]
    assert [one.id for one in await floor.queue(store, None, 10)] == ["nobodys"]
    assert len(await floor.queue(store, "water", 3)) == 3


async def test_offers_and_what_was_handled(store: Store) -> None:
    assert await floor.offered(store) == {"water": 1}
    assert await floor.handled(store, "water", START) == 1
    assert await floor.handled(store, "water", START - MINUTE) == 2
    assert await floor.handled(store, None, START - MINUTE) == 0


async def test_what_people_have_in_several_rounds(store: Store) -> None:
    found = await floor.held(store, [f"a{n}" for n in range(120)])
    assert sorted(one.id for one in found) == sorted(f"h{n}" for n in range(120)), "a closed one is with nobody"
    assert await floor.held(store, []) == []
    assert [one.id for one in await floor.of(store, "a7", 5)] == ["h7"]


async def test_what_is_owed(store: Store) -> None:
    own = await floor.due(store, ["water"], START + 3 * MINUTE)
    assert [one.id for one in own] == ["h0", "h1", "h2"]
    assert [one.id for one in await floor.due(store, None, START + MINUTE)] == ["gas", "h0"]
    assert len(await floor.due(store, None, START + timedelta(days=1))) == floor.DUE_SHOWN
    assert await floor.due(store, [], START + timedelta(days=1)) == []
