"""Who waits and was given no place: rows of an earlier release, or whose step was given up. Nobody waits in silence."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from conversations.model import CONVERSATIONS, State
from hub.store.port import Between, By, Eq, Present, Store, Write
from routing.wanted import matching

PATIENCE = timedelta(minutes=1)
"""So long the step that gives a place may be on its way."""
MOST = 200


async def reminded(store: Store, at: datetime) -> Sequence[Write]:
    """Return a step for each of the oldest who should have had a place by `at`, oldest first."""
    waiting = await store.find(
        CONVERSATIONS, Eq("lane", ""), Present("queued_at"), Between("queued_at", high=at - PATIENCE),
        order=(By("queued_at"), By("id")), limit=MOST,
    )  # fmt: skip
    return [
        matching(conversation=one.id, team=one.team, at=at, again=False)
        for one in waiting
        if one.state is State.WAITING and one.offer is None and not one.wants.deferred
    ]
