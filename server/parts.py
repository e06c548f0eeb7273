"""The parts of a running hub, as the rooms of the server see them; `server/bootstrap.py` puts them together."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta

from aiohttp import web
from msgspec import Struct, field

from accounts.services import Accounts
from bots.shelf import Shelf
from config.settings import Settings
from desk.wiring import Desk
from hub.bus import Bus
from hub.clock import Clock
from hub.events import Events
from hub.ingest import Ingest
from hub.keys import Keyring
from hub.secrets import Vault
from hub.store.port import Store
from hub.tokens import Tokens
from hub.work.engine import Engine
from routing.batching import Batches
from routing.offers import Offers
from routing.presence import Presences
from routing.wiring import Routing
from server.channels import Channels
from server.doors import Doors
from server.links import Links
from server.live.counts import Views
from server.live.live import Live
from server.metrics import Metrics
from server.origin import Proxies
from server.rates import Buckets
from server.room import Room
from server.shelf import BlobShelf
from server.simulations.orders import Orders
from server.talks import Talks
from server.typist import Typist
from server.workshop import Workshop

EACH = timedelta(seconds=1)


class Hub(Struct, frozen=True, kw_only=True):
    """Everything a request handler may reach. Made once per process."""

    settings: Settings
    address: str
    """The public address, no slash at its end."""
    store: Store
    clock: Clock
    bus: Bus
    far: Callable[[], Awaitable[bool]]
    """Says whether the engine behind bus and dispatch answers (Redis; always, inside one process)."""
    events: Events
    engine: Engine
    ingest: Ingest
    keyring: Keyring
    vault: Vault
    shelf: BlobShelf
    links: Links
    tokens: Tokens
    accounts: Accounts
    talks: Talks
    presences: Presences
    offers: Offers
    batches: Batches
    routing: Routing
    simulations: Orders
    desk: Desk
    bots: Shelf
    workshop: Workshop
    channels: Channels
    views: Views
    live: Live
    typist: Typist
    doors: Doors
    proxies: Proxies
    in_flight: Room
    hooks: Room
    metrics: Metrics = field(default_factory=Metrics)
    buckets: Buckets = field(default_factory=Buckets)
    draining: asyncio.Event = field(default_factory=asyncio.Event)
    working: asyncio.Event = field(default_factory=asyncio.Event)
    figures: dict[str, tuple[float, dict[str, str]]] = field(default_factory=dict)
    """What providers told about their accounts, by inbox, and when (monotonic)."""
    calls_per_second: int = 100
    """Of one person or address, over every route."""

    def __repr__(self) -> str:
        """Name no part: some hold secrets."""
        return "Hub()"


HUB = web.AppKey("hub", Hub)
