"""Decide on fresh reads, commit, and on `Conflict` decide again: how everything outside a job writes."""

from collections.abc import Awaitable, Callable, Sequence
from datetime import timedelta
from typing import TypeVar

from hub.errors import Conflict, TryLater
from hub.store.port import Store, Write

T = TypeVar("T")
TRIES = 100
"""One of the rivals wins every round, so this many can meet on one row before anybody has to give up."""


async def settle(store: Store, decide: Callable[[], Awaitable[tuple[Sequence[Write], T]]]) -> T:
    """Return what `decide` returned beside the writes that were committed; it runs again after a `Conflict`.

    Raises whatever `decide` raises, and `TryLater` when the row never stood still.
    """
    for _ in range(TRIES):
        writes, answer = await decide()
        if not writes:
            return answer
        try:
            await store.commit(*writes)
        except Conflict:
            continue
        return answer
    raise TryLater("Too many are changing this at once", after=timedelta(seconds=1))
