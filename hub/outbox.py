"""The way out: one delivery job per message; the provider's answer moves the message's status forward.

queued --the provider took it--> sent
  |  ^-- TryLater, the line is busy or its circuit open: due moves
  |
  +-- Refused, Unsupported, ChannelBroken, no such inbox, too old --> failed (and why)
  |
  +-- bytes were written and no answer came, or the attempt was cut:
          idempotent sender: queued again (the provider takes a message id once)
          any other: --> unknown; a receipt or a person moves it on, we never send it again blindly
"""

import asyncio
import re
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Protocol

import structlog
from msgspec import Struct

from hub.clock import Clock
from hub.errors import ChannelBroken, HubError, NotFound, OutcomeUnknown, Refused, TryLater, Unsupported
from hub.lines import Line
from hub.model import Outbound, Status
from hub.store.port import Insert, Write
from hub.work.engine import Engine
from hub.work.jobs import Job, Kind, Record

log = structlog.get_logger(__name__)


class Delivery(Struct, frozen=True, kw_only=True):
    """The body of a `deliver` job. After `expires` it is of no use to anybody (a one-time code)."""

    message: Outbound
    expires: datetime | None = None


LONGEST_DETAIL = 300
_TOKEN = re.compile(r"[A-Za-z0-9_+/=-]{32,}")

DELIVER: Kind[Delivery] = Kind("deliver", Delivery, external=True, attempts=400, longest_wait=timedelta(minutes=5))
"""More attempts than fit into a message's life: it is the clock that gives up, so that a long outage loses nothing."""


def delivery(message: Outbound, *, at: datetime, expires: datetime | None = None) -> Insert[Job]:
    """Make the write that sends `message`, after every earlier message of its conversation."""
    body = Delivery(message=message, expires=expires)
    return DELIVER.job(body, lane=f"out:{message.conversation}", seq=message.seq, at=at)


class Sender(Protocol):
    """What the outbox needs of an adapter. `idempotent`: the provider takes one message id once."""

    @property
    def idempotent(self) -> bool:
        """Say whether sending the same message id twice has one effect."""
        ...

    async def send(self, message: Outbound) -> str:
        """Return the provider's id, or raise as `adapters.contract.Adapter.send` says."""
        ...


class Senders(Protocol):
    """Who sends for an inbox."""

    async def sender(self, inbox: str) -> Sender:
        """Return the sender; raises `NotFound` when there is no such inbox (any more)."""
        ...


class Ledger(Protocol):
    """Who keeps the fate of messages (conversations)."""

    async def outcome(
        self, message_id: str, status: Status, *, provider_id: str | None, reason: str, detail: str, at: datetime
    ) -> Sequence[Write]:
        """Return the writes that move the message's status forward; none when it is further already."""
        ...


class Fate(Struct, frozen=True, kw_only=True):
    """What became of an attempt. `reason` is a code, `detail` the provider's own words, bounded and without tokens."""

    status: Status
    provider_id: str | None = None
    reason: str = ""
    detail: str = ""


class Outbox:
    """Does the `deliver` jobs. One `Line` per inbox keeps a slow or dead provider from holding up the others."""

    def __init__(
        self,
        senders: Senders,
        ledger: Ledger,
        clock: Clock,
        *,
        calls: int = 16,
        patience: timedelta = timedelta(seconds=60),
        life: timedelta = timedelta(hours=24),
    ) -> None:
        """`calls` at once per inbox; `patience` with one call; a message older than `life` is not sent any more."""
        self._senders = senders
        self._ledger = ledger
        self._clock = clock
        self._calls = calls
        self._patience = patience
        self._life = life
        self._lines: dict[str, Line] = {}
        self._engine: Engine | None = None

    def attach(self, engine: Engine) -> None:
        """Let `engine` do deliveries here."""
        self._engine = engine
        engine.register(DELIVER, self.deliver, gate=self)

    def enter(self, body: Delivery, job: Job, at: datetime) -> datetime | None:
        """Take one of the inbox's calls (returns None), or say until when the job has to wait for one."""
        return self._line(body).enter(job.lane, at)

    def leave(self, body: Delivery, job: Job) -> None:
        """Give the call back and wake whoever waits for it."""
        for lane in self._line(body).leave():
            if self._engine:
                self._engine.wake(lane)

    async def deliver(self, body: Delivery, job: Job, at: datetime) -> Record:
        """Send the message once and return the record of what became of it; raises `TryLater` to try again."""
        fate = await self._fate(body, job, at)
        if fate.status is not Status.SENT:
            log.warning("delivery.ended", message=body.message.id, inbox=body.message.inbox, status=fate.status,
                        reason=fate.reason, attempts=job.attempts + 1)  # fmt: skip

        async def record(ended: datetime) -> Sequence[Write]:
            return await self._ledger.outcome(
                body.message.id, fate.status, provider_id=fate.provider_id, reason=fate.reason, detail=fate.detail,
                at=ended,
            )  # fmt: skip

        return record

    async def _fate(self, body: Delivery, job: Job, at: datetime) -> Fate:
        try:
            sender = await self._senders.sender(body.message.inbox)
        except NotFound:
            return Fate(status=Status.FAILED, reason="no_inbox")
        if job.cut and not sender.idempotent:
            return Fate(status=Status.UNKNOWN, reason="cut")
        if at >= (body.expires or job.made_at + self._life):
            return Fate(status=Status.UNKNOWN if job.cut else Status.FAILED, reason="expired")
        try:
            return Fate(status=Status.SENT, provider_id=await self._send(sender, body))
        except (Refused, Unsupported, ChannelBroken) as error:
            return Fate(status=Status.FAILED, reason=error.code, detail=told(error))
        except (TryLater, OutcomeUnknown) as error:
            return _again(error, sender, last=job.attempts + 1 >= DELIVER.attempts)

    async def _send(self, sender: Sender, body: Delivery) -> str:
        """Call the provider, and let the line learn from the answer."""
        line = self._line(body)
        try:
            async with asyncio.timeout(self._patience.total_seconds()):
                provider_id = await sender.send(body.message)
        except Unsupported:
            raise
        except Refused:
            line.breaker = line.breaker.answered()
            raise
        except HubError:
            line.breaker = line.breaker.failed(self._clock.now())
            raise
        except Exception as error:
            log.exception("delivery.fault", message=body.message.id, inbox=body.message.inbox)
            line.breaker = line.breaker.failed(self._clock.now())
            raise OutcomeUnknown("The sender failed in the middle", inbox=body.message.inbox) from error
        line.breaker = line.breaker.answered()
        return provider_id

    def _line(self, body: Delivery) -> Line:
        return self._lines.setdefault(body.message.inbox, Line(self._calls))


def _again(error: TryLater | OutcomeUnknown, sender: Sender, *, last: bool) -> Fate:
    """Raise `TryLater` when another attempt is allowed, or return how it ends."""
    if isinstance(error, OutcomeUnknown):
        if last or not sender.idempotent:
            return Fate(status=Status.UNKNOWN, reason=error.code, detail=told(error))
        raise TryLater("No answer; the provider takes a message once, so it is sent again") from error
    if last:
        return Fate(status=Status.FAILED, reason=error.code, detail=told(error))
    raise error


def told(error: HubError) -> str:
    """Say a failure in its own words, for the people who read the thread: short, and nothing that could be a token."""
    facts = " ".join(f"{name}={value}" for name, value in error.facts.items())
    return _TOKEN.sub("***", " | ".join(part for part in (error.message, facts) if part))[:LONGEST_DETAIL]
