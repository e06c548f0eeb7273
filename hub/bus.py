"""Hints between processes: publish and subscribe, at most once, never the only copy of anything."""

from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager
from typing import Protocol


class Bus(Protocol):
    """Fan-out of small payloads. A lost hint costs time (a sweep finds the row), never a message."""

    async def publish(self, topic: str, payload: bytes) -> None:
        """Tell every subscriber of `topic`, in any process. Never raises for a bus that is down."""
        ...

    def subscribe(self, *topics: str) -> AbstractAsyncContextManager[AsyncIterator[tuple[str, bytes]]]:
        """Listen to `topics` (exact names) from the moment the context is entered."""
        ...
