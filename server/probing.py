"""Questions to an inbox's provider that an administrator asks: does it work, what is registered, what is left."""

import asyncio
from collections.abc import Awaitable, Mapping
from datetime import timedelta
from typing import TypeVar

import msgspec
import structlog
from msgspec import Struct

from adapters.contract import Adapter, Step, TemplateCard
from conversations.inboxes import Inbox
from hub.errors import ChannelBroken, HubError, NotFound, TryLater, Unsupported
from hub.outbox import DELIVER
from hub.store.port import By, Eq
from hub.work.jobs import JOBS, Job, JobState
from server.parts import Hub

log = structlog.get_logger(__name__)
T = TypeVar("T")
PATIENCE = 20.0
"""Seconds a provider may take to answer all of it."""
FRESH = timedelta(seconds=60)
COUNTED = 1000
TRIED = "settings-under-test"
"""The inbox id of settings that are not saved yet."""


class _Addressed(Struct):
    inbox: str


class _Waiting(Struct):
    message: _Addressed


async def probe(hub: Hub, channel: str, given: Mapping[str, object], inbox: Inbox | None) -> list[Step]:
    """Connect as the channel would with these settings over the inbox's own, and say how each step went."""
    if inbox is not None and inbox.channel != channel:
        raise NotFound("The inbox is of another channel", inbox=inbox.id)
    await hub.channels.load(channel)
    adapter = hub.channels.build(channel, inbox.id if inbox else TRIED, _over(hub, inbox, given))
    try:
        steps = await _asked(adapter.probe())
    except HubError as error:
        return [Step(name="connect", ok=False, detail=error.message, hint=error.hint)]
    return steps or [Step(name="settings", ok=True, detail="This channel has nothing to connect to.")]


async def templates(hub: Hub, inbox: str) -> list[TemplateCard]:
    """Return the texts registered at the provider; raises as a call to it does."""
    live = hub.channels.find(inbox)
    if live is None:
        raise ChannelBroken("The inbox does not work", inbox=inbox, hint=str(hub.channels.fault(inbox) or ""))
    if not live.manifest.templates:
        raise Unsupported("This channel has no templates", channel=live.manifest.name)
    return await _asked(live.adapter.templates())


async def figures(hub: Hub, inbox: str) -> dict[str, str]:
    """Return what the provider tells about the account, asked once a minute; nothing when it does not tell."""
    live, now = hub.channels.find(inbox), hub.clock.monotonic()
    if live is None or type(live.adapter).figures is Adapter.figures:
        return {}
    known = hub.figures.get(inbox)
    if known is not None and now - known[0] < FRESH.total_seconds():
        return known[1]
    try:
        told = await _asked(live.adapter.figures())
    except HubError as error:
        log.info("figures_not_told", inbox=inbox, why=error.code)
        told = {}
    hub.figures[inbox] = (now, told)
    return told


async def waiting(hub: Hub, inbox: str) -> int:
    """Count the messages of an inbox that are to go out, among the first `COUNTED` jobs."""
    jobs = await hub.store.find(JOBS, Eq("state", JobState.READY), order=(By("due"), By("id")), limit=COUNTED)
    return sum(job.kind == DELIVER.name and _inbox(job) == inbox for job in jobs)


def _inbox(job: Job) -> str:
    try:
        return msgspec.json.decode(job.body, type=_Waiting).message.inbox
    except ValueError:
        return ""


def _over(hub: Hub, inbox: Inbox | None, given: Mapping[str, object]) -> dict[str, object]:
    """Return the given settings over the stored ones; a secret that is not given keeps its value."""
    stored = hub.channels.opened(inbox) if inbox else {}
    secrets = hub.channels.registry.manifest(inbox.channel).secrets if inbox else frozenset[str]()
    return {**stored, **{name: value for name, value in given.items() if value or name not in secrets}}


async def _asked(question: Awaitable[T]) -> T:
    try:
        async with asyncio.timeout(PATIENCE):
            return await question
    except TimeoutError as error:
        raise TryLater("The provider does not answer", hint="Try again in a moment.") from error
    except HubError:
        raise
    except Exception as error:
        log.exception("provider_not_asked")
        raise ChannelBroken("The channel's code failed", hint="See the log.") from error
