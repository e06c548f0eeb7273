"""Inboxes that hold a connection to their provider (IMAP, SMPP): kept listening by one process at a time.

    wait for the lease -> listen -> (it ended, it failed) wait longer each time -> listen
                            '-- the lease was lost: stop, wait for it again

An outage is told once when it begins and once when it ends.
"""

import asyncio
import random
from collections.abc import Callable
from typing import Literal

import structlog

from adapters.contract import Accept, Adapter
from hub.clock import Clock
from hub.errors import HubError
from hub.leases import Leases
from server.vitals import Vitals

log = structlog.get_logger(__name__)
State = Literal["", "connected", "connecting", "elsewhere"]
FIRST, LONGEST = 1.0, 300.0
SETTLED = 5.0
"""Seconds inside `listen` after which it counts as connected: a failing one comes back sooner."""


class Listening:
    """The listeners of one process; without an `accept` it has none."""

    def __init__(
        self,
        clock: Clock,
        leases: Leases,
        vitals: Vitals,
        *,
        spin: Callable[[], float] = random.random,
        longest: float = LONGEST,
    ) -> None:
        """`longest` bounds the wait, in seconds, before it is tried again."""
        self.states: dict[str, State] = {}
        self._clock = clock
        self._leases = leases
        self._vitals = vitals
        self._spin = spin
        self._longest = longest
        self._tasks: dict[str, asyncio.Task[None]] = {}

    def start(self, inbox: str, adapter: Adapter, accept: Accept) -> None:
        """Begin; an adapter that has nothing to hear is left alone."""
        if type(adapter).listen is not Adapter.listen:
            self.states[inbox] = "elsewhere"
            self._tasks[inbox] = asyncio.create_task(self._stay(inbox, adapter, accept), name=f"listen {inbox}")

    async def stop(self, inbox: str) -> None:
        """Listen no more, and let another process have it."""
        task = self._tasks.pop(inbox, None)
        if task:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
        self.states.pop(inbox, None)

    async def stop_all(self) -> None:
        """Stop every listener."""
        await asyncio.gather(*(self.stop(inbox) for inbox in list(self._tasks)))

    async def _stay(self, inbox: str, adapter: Adapter, accept: Accept) -> None:
        lease = f"listen:{inbox}"
        while True:
            self.states[inbox] = "elsewhere"
            await self._leases.wait(lease)
            async with self._leases.kept(lease) as lost:
                listening = asyncio.create_task(self._again_and_again(inbox, adapter, accept))
                gone = asyncio.create_task(lost.wait())
                try:
                    await asyncio.wait({listening, gone}, return_when=asyncio.FIRST_COMPLETED)
                finally:
                    listening.cancel()
                    gone.cancel()
                    await asyncio.gather(listening, gone, return_exceptions=True)

    async def _again_and_again(self, inbox: str, adapter: Adapter, accept: Accept) -> None:
        wait, down = FIRST, False
        while True:
            self.states[inbox] = "connecting"
            begun = self._clock.monotonic()
            settled = asyncio.create_task(self._settle(inbox, down))
            error = await self._once(adapter, accept)
            settled.cancel()
            self.states[inbox] = "connecting"
            if self._clock.monotonic() - begun >= SETTLED:
                wait, down = FIRST, False
            if error is not None and not down:
                down = True
                self._tell(inbox, error)
            await self._clock.sleep(wait * (0.5 + self._spin() / 2))
            wait = min(wait * 2, self._longest)

    async def _once(self, adapter: Adapter, accept: Accept) -> Exception | None:
        try:
            await adapter.listen(accept)
        except Exception as error:  # noqa: BLE001  # the edge of the loop; judged and told by its caller
            return error
        return None

    async def _settle(self, inbox: str, down: bool) -> None:
        await self._clock.sleep(SETTLED)
        self.states[inbox] = "connected"
        if down:
            log.info("listening_again", inbox=inbox)

    def _tell(self, inbox: str, error: Exception) -> None:
        if isinstance(error, HubError):
            self._vitals.failed(inbox, error)
            log.warning("not_listening", inbox=inbox, why=error.message, hint=error.hint)
        else:
            log.error("listening_failed", inbox=inbox, exc_info=error)
