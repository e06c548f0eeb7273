"""The one file that knows every class: builds the parts of a hub from its settings, and takes them down in order."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import datetime, timedelta
from typing import Any

from msgspec import Struct

from accounts import services
from adapters.contract import Accept
from bots import wiring as bots_wiring
from bots.serving.rows import BOTS
from bots.shelf import LIBRARY, Shelf, stock
from config.settings import Settings
from conversations.fetching import FETCH, Fetches
from conversations.hours import load_zones
from conversations.inboxes import INBOXES
from conversations.snoozes import WAKE
from desk.notices import StaffLedger
from desk.wiring import Desk
from hub.clock import Clock, SystemClock
from hub.events import Events
from hub.ingest import PULL, RECEIVE, Ingest
from hub.model import Inbound
from hub.secrets import Vault
from hub.store.port import Store, Write
from hub.work.engine import Engine
from hub.work.jobs import Job
from routing.wiring import Routing
from server import engines, inbox_news, talks, workshop
from server.announcing import Announcer
from server.calendars import DeskCalendars
from server.channels import Channels
from server.doors import Doors
from server.fetching import Fetcher, Pulls
from server.health import release
from server.live.counts import Views
from server.live.live import Live
from server.loops import Loops
from server.meeting import meet
from server.metrics import Metrics
from server.origin import Proxies
from server.parts import Hub
from server.pausing import PausableOutbox
from server.room import Room
from server.simulations.orders import Orders
from server.simulations.replaying import Replaying
from server.simulations.working import Working
from server.talks import Talks
from server.typist import Typist
from server.vitals import Vitals

WORKERS = 64
FLOOD = 1
"""Inbounds that wait for the disk at once, from which on work stands back: at one already, for what is in hand then is
in the way of the next commit."""


@asynccontextmanager
async def opened(settings: Settings, *, clock: Clock | None = None) -> AsyncIterator[Hub]:
    """Give a running hub; when the context ends, what is in hand is finished and everything closed."""
    clock = clock or SystemClock()
    async with AsyncExitStack() as stack:
        base = await engines.start(settings, clock, stack)
        hub = await _built(settings, clock, base)
        accept = accepting(hub.ingest, hub.channels.vitals)
        await hub.channels.open(accept if settings.worker else None)
        stack.push_async_callback(hub.channels.close)
        stack.push_async_callback(hub.workshop.encoding.close)
        loops = Loops(hub)
        loops.start()
        try:
            yield hub
        finally:
            hub.draining.set()
            hub.live.drain()
            await loops.end(timedelta(seconds=settings.drain_seconds))


async def _built(settings: Settings, clock: Clock, base: engines.Engines) -> Hub:
    store, events = base.store, Events()
    keyring = await engines.keyring(settings)
    await asyncio.to_thread(load_zones)
    metrics = Metrics()
    metrics.build.labels(release()).set(1)
    met = await meet(settings, base, keyring, clock, metrics)
    channels, limits = met.channels, met.limits
    said = talks.build(store, events, clock, limits)
    accounts = services.build(store, events, keyring)
    routing = Routing(store, events, clock, limits=limits, calendars=DeskCalendars(store), audit=accounts.audit)
    desk = Desk(store, events, clock, accounts.audit, address=settings.address, alone=base.alone)
    await desk.open()
    vault = Vault(keyring)
    shop = workshop.build(store, met.shelf, clock, vault, lambda: channels.http)
    bots = Shelf(await asyncio.to_thread(stock, LIBRARY, settings.folder / "bots"), store, shop.making)
    await bots.open()
    wired = bots_wiring.wire(store, events, bots, limits, shop.misses)
    views = Views(store, said.lists)
    live = Live(store, base.bus, clock, views.of)
    ingest = Ingest(store, clock)
    engine = _engine(settings, clock, base, ingest)
    desk.register(engine)
    _register(engine, store, clock, events, said, routing, channels, ingest)
    bots_wiring.register(engine, wired)
    shop.trainings.attach(engine)
    Working(store, clock, Replaying(store)).attach(engine)
    store.watch(live.committed)
    store.watch(Announcer(base.bus, INBOXES, inbox_news.TOPIC).committed)
    store.watch(Announcer(base.bus, BOTS, workshop.TOPIC).committed)
    return Hub(
        settings=settings, address=settings.address, store=store, clock=clock, bus=base.bus, far=base.far,
        events=events, engine=engine, ingest=ingest, keyring=keyring, vault=vault, shelf=met.shelf, links=met.links,
        tokens=met.tokens, accounts=accounts, talks=said, presences=routing.presences, offers=routing.offers,
        batches=routing.batches, routing=routing, simulations=Orders(store), desk=desk,
        bots=bots, workshop=shop, channels=channels, views=views, live=live, typist=Typist(store, channels, clock),
        doors=Doors(accounts.known_sessions, accounts.known_tokens, secure=settings.secure),
        proxies=Proxies(settings.trusted_proxies), metrics=metrics, in_flight=Room(settings.in_flight),
        hooks=Room(settings.hooks_in_flight),
    )  # fmt: skip


def _engine(settings: Settings, clock: Clock, base: engines.Engines, ingest: Ingest) -> Engine:
    """Make the engine; while much comes in, storing that goes before working on it."""
    return Engine(
        base.store,
        base.dispatch,
        clock,
        workers=WORKERS if settings.worker else 0,
        alone=base.alone,
        busy=lambda: ingest.in_hand >= FLOOD,
    )


def _register(
    engine: Engine, store: Store, clock: Clock, events: Events, said: Talks, routing: Routing, channels: Channels,
    ingest: Ingest,
) -> None:  # fmt: skip
    engine.register(RECEIVE, said.receive.handle)
    engine.register(WAKE, said.alarms.ring)
    routing.register(engine)
    PausableOutbox(channels, StaffLedger(store, said.deliveries), clock).attach(engine)
    pulls = Pulls(channels, accepting(ingest, channels.vitals))
    engine.register(PULL, pulls.pull, gate=pulls)
    engine.register(FETCH, Fetches(store, Fetcher(channels)).fetch)
    for kind, hear in events.hearers:
        engine.register(kind, _hearing(hear))


def _hearing(
    hear: Callable[[Any, datetime], Awaitable[Sequence[Write]]],
) -> Callable[[Struct, Job, datetime], Awaitable[Sequence[Write]]]:
    """Let the engine call what hears an event: such a job is its event and nothing more."""

    async def handle(event: Struct, job: Job, at: datetime) -> Sequence[Write]:
        return await hear(event, at)

    return handle


def accepting(ingest: Ingest, vitals: Vitals) -> Accept:
    """Return the first door for what is heard or fetched, which notes that the inbox lives."""

    async def accept(inbounds: Sequence[Inbound]) -> None:
        await ingest.accept(inbounds)
        for inbox in {inbound.inbox for inbound in inbounds}:
            vitals.came_in(inbox)

    return accept
