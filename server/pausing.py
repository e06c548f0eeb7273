"""The way out of inboxes that may be paused: what is said meanwhile waits, in order, and costs no attempt."""

from collections.abc import Callable
from datetime import datetime, timedelta

from hub.clock import Clock
from hub.outbox import Delivery, Ledger, Outbox
from hub.work.engine import Engine
from hub.work.jobs import Job
from server.channels import Channels

LOOK = timedelta(seconds=30)
"""How soon a message looks again whether its inbox goes on, should nobody wake it."""


class PausableOutbox(Outbox):
    """An outbox that lets nothing of a paused inbox begin, and wakes what waited when it goes on."""

    def __init__(self, channels: Channels, ledger: Ledger, clock: Clock) -> None:
        super().__init__(channels, ledger, clock)
        self._channels = channels
        self._held: dict[str, set[str]] = {}
        self._wake: Callable[[str], None] | None = None

    def attach(self, engine: Engine) -> None:
        """Let `engine` do deliveries here."""
        super().attach(engine)
        self._wake = engine.wake
        self._channels.changed.append(self._go_on)

    def enter(self, body: Delivery, job: Job, at: datetime) -> datetime | None:
        """Take one of the inbox's calls (returns None), or say until when the job has to wait."""
        inbox = body.message.inbox
        if self._channels.paused(inbox):
            self._held.setdefault(inbox, set()).add(job.lane)
            return at + LOOK
        return super().enter(body, job, at)

    def _go_on(self, inbox: str) -> None:
        if self._channels.paused(inbox) or self._wake is None:
            return
        for lane in sorted(self._held.pop(inbox, ())):
            self._wake(lane)
