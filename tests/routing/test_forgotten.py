"""Who has no place in a queue long after they joined it gets a step of their own; nobody else does."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from conversations.model import CONVERSATIONS, Conversation, Offer, State
from conversations.wants import Wants
from hub.model import Address
from hub.store.port import Insert
from hub.work.jobs import Job
from routing.forgotten import PATIENCE, reminded
from tests.stores import open_store

if TYPE_CHECKING:
    from pathlib import Path

AT = datetime(2026, 12, 1, 9, tzinfo=UTC)
LONG = AT - PATIENCE - timedelta(seconds=1)


def waiting(id: str, **more: Any) -> Conversation:
    facts: dict[str, Any] = {
        "id": id, "inbox": "i", "address": Address(channel="webchat", user=id), "profile": id, "team": "t",
        "state": State.WAITING, "queued_at": LONG, "last_at": LONG, "opened_at": LONG, "changed_at": LONG,
    }  # fmt: skip
    return Conversation(**{**facts, **more})


async def test_only_those_without_a_place_are_looked_at_oldest_first(tmp_path: Path) -> None:
    rows = [
        waiting("old"),
        waiting("older", queued_at=LONG - timedelta(hours=1)),
        waiting("placed", lane="somewhere"),
        waiting("fresh", queued_at=AT),
        waiting("held", state=State.AGENT, queued_at=None),
        waiting("later", wants=Wants(deferred="call_back")),
        waiting("offered", offer=Offer(agent="a", until=AT), offered_to="a"),
    ]
    async with open_store(tmp_path, [CONVERSATIONS]) as store:
        await store.commit(*(Insert(CONVERSATIONS, row) for row in rows))
        steps = [step.doc for step in await reminded(store, AT)]
    bodies = [step.body for step in steps if isinstance(step, Job)]
    assert [next(row.id for row in rows if f'"{row.id}"' in body) for body in bodies] == ["older", "old"]
