"""An agent types: the customer's channel is told, where it can show that. A hint, never worth an error."""

import asyncio

import structlog

from conversations.model import CONVERSATIONS
from hub.clock import Clock
from hub.store.port import Store
from server.channels import Channels

log = structlog.get_logger(__name__)
EVERY = 5.0
"""Seconds between two hints for one conversation; WeChat takes about one in so many."""
PATIENCE = 5.0
MOST = 32
"""Hints under way at once; more are dropped."""
KEPT = 10_000


class Typist:
    """Passes hints on, from the process that has the agent's socket and no other."""

    def __init__(self, store: Store, channels: Channels, clock: Clock) -> None:
        self._store = store
        self._channels = channels
        self._clock = clock
        self._last: dict[str, tuple[bool, float]] = {}
        self._under_way: dict[str, asyncio.Task[None]] = {}

    def types(self, conversation: str, *, on: bool) -> None:
        """Tell the customer, unless that was said a moment ago."""
        now = self._clock.monotonic()
        said, at = self._last.get(conversation, (False, -EVERY))
        if len(self._under_way) >= MOST or (said == on and (not on or now - at < EVERY)):
            return
        if len(self._last) >= KEPT:
            self._last.clear()
        self._last[conversation] = (on, now)
        task = asyncio.create_task(self._tell(conversation, on, self._under_way.get(conversation)))
        self._under_way[conversation] = task
        task.add_done_callback(lambda done: self._ended(conversation, done))

    def _ended(self, conversation: str, done: asyncio.Task[None]) -> None:
        if self._under_way.get(conversation) is done:
            del self._under_way[conversation]

    async def _tell(self, id: str, on: bool, before: asyncio.Task[None] | None) -> None:
        """Tell, after the hint before it: the last word counts."""
        if before is not None:
            await asyncio.wait({before})
        try:
            async with asyncio.timeout(PATIENCE):
                conversation = await self._store.get(CONVERSATIONS, id)
                live = self._channels.find(conversation.inbox) if conversation else None
                if conversation and live and live.manifest.typing and not live.inbox.paused:
                    await live.adapter.typing(conversation.address, on)
        except Exception as error:  # noqa: BLE001  # the edge of a hint, whose failure is nobody's business
            log.debug("typing_not_told", why=type(error).__name__)
