"""A bind that is kept: opened, served, and opened again after a fault, later each time and never at the same moment."""

import asyncio
import contextlib
import random
from collections.abc import Callable

import structlog
from aiosmpplib import SubmitSm

from adapters.smpp.session import Account, Answer, BindRefused, Deliver, Session
from hub.clock import Clock
from hub.errors import ChannelBroken, HubError, TryLater

log = structlog.get_logger(__name__)
FIRST, LONGEST = 0.5, 60.0
WAIT = 5.0
"""How long a message waits for a bind that is being opened, in seconds."""
REFUSALS = {
    0x0D: "The message centre refuses to bind: ask the operator.",
    0x0E: "Compare `password` with the operator's.",
    0x0F: "Compare `system_id` with the operator's.",
    0x53: "Compare `system_type` with the operator's.",
}
"""What an administrator has to mend (SMPP 3.4, 5.1.3)."""


class Line:
    """One bind of one account. With `deliver` it also receives."""

    def __init__(
        self, account: Account, clock: Clock, *, inbox: str, deliver: Deliver | None = None,
        bound: Callable[[], None] = lambda: None,
    ) -> None:  # fmt: skip
        self._account = account
        self._clock = clock
        self._inbox = inbox
        self._deliver = deliver
        self._bound = bound
        self._session: Session | None = None
        self._tried = asyncio.Event()
        """Set while there is a bind, or a reason that time does not mend."""
        self._fault: HubError | None = None
        self._failures = 0
        self.used = clock.monotonic()

    async def keep(self, *, give_up: bool = False) -> None:
        """Stay bound until cancelled; with `give_up`, raise why a bind cannot be had (`listen` is called again)."""
        while True:
            if session := await self._open():
                try:
                    await session.run(self._deliver)
                finally:
                    self._session = None
                    self._tried.clear()
                    await _closed(session)
                log.warning("smpp_lost", inbox=self._inbox)
                self._fault = TryLater("The message centre has hung up")
            elif give_up and self._fault:
                raise self._fault
            await self._clock.sleep(backoff(self._failures))
            self._failures += 1

    async def submit(self, message: SubmitSm) -> Answer:
        """Send one short message. Raises as `Session.submit`, and `ChannelBroken` when we are not let in."""
        self.used = self._clock.monotonic()
        if not isinstance(self._fault, ChannelBroken):
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(WAIT):
                    await self._tried.wait()
        if self._session is None:
            raise self._fault or TryLater("There is no bind at the message centre yet", hint="Look at `host`.")
        return await self._session.submit(message)

    async def _open(self) -> Session | None:
        """Bind, or note why not; an outage of a bind that only sends is logged once."""
        try:
            self._session = await Session.open(self._account, receives=self._deliver is not None)
        except (BindRefused, OSError, EOFError, TimeoutError, HubError) as error:
            if self._fault is None and self._deliver is None:  # who listens has a caller that tells
                log.warning("smpp_not_bound", inbox=self._inbox, why=type(error).__name__)
            self._fault = fault_of(error)
            if isinstance(self._fault, ChannelBroken):
                self._tried.set()
            return None
        log.info("smpp_bound", inbox=self._inbox, receives=self._deliver is not None)
        self._failures = 0
        self._fault = None
        self._bound()
        self._tried.set()
        return self._session


def fault_of(error: Exception) -> HubError:
    """Return what a failed bind means: an administrator acts, or it passes."""
    if isinstance(error, BindRefused):
        if hint := REFUSALS.get(error.status):
            return ChannelBroken("The message centre does not let us in", status=hex(error.status), hint=hint)
        return TryLater("The message centre does not bind now", status=hex(error.status))
    return TryLater("The message centre cannot be reached", hint="Look at `host` and `port`.")


def backoff(failures: int) -> float:
    """Return how many seconds to wait: doubling, at most a minute, and half of it by chance."""
    most = min(LONGEST, FIRST * 2 ** min(failures, 20))
    return float(most * random.uniform(0.5, 1.0))  # noqa: S311  # spreads reconnects; nothing secret


async def _closed(session: Session) -> None:
    """Hang up, also while we are being cancelled."""
    with contextlib.suppress(Exception):
        async with asyncio.timeout(2):
            await session.close()
