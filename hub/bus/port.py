"""The bus port: fan-out of small payloads to whoever listens, in any process."""

from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager
from typing import Protocol

LOST = ""
"""The topic of the item that tells a subscriber: hints were lost here (you were slow, or the line was cut)."""


class Bus(Protocol):
    """Fan-out of small payloads. A lost hint costs time (a sweep finds the row), never a message."""

    async def publish(self, topic: str, payload: bytes) -> None:
        """Tell every subscriber of `topic`, in any process. Never raises for a bus that is down."""
        ...

    def subscribe(self, *topics: str) -> AbstractAsyncContextManager[AsyncIterator[tuple[str, bytes]]]:
        """Listen to `topics` (exact names) from the moment the context is entered.

        Yields (topic, payload). (LOST, b"") stands where some were lost: fetch afresh what you show.
        """
        ...

    async def run(self) -> None:
        """Keep the line to other processes until cancelled."""
        ...

    async def close(self) -> None:
        """Let go of sockets."""
        ...
