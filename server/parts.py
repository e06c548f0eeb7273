"""The parts of a running hub, as the rooms of the server see them; `server/bootstrap.py` puts them together."""

from datetime import timedelta

from aiohttp import web
from msgspec import Struct, field

from accounts.services import Accounts
from config.settings import Settings
from hub.bus import Bus
from hub.clock import Clock
from hub.events import Events
from hub.keys import Keyring
from hub.secrets import Vault
from hub.store.port import Store
from server.doors import Doors
from server.metrics import Metrics
from server.origin import Proxies
from server.rates import Buckets

EACH = timedelta(seconds=1)


class Hub(Struct, frozen=True, kw_only=True):
    """Everything a request handler may reach. Made once per process."""

    settings: Settings
    store: Store
    clock: Clock
    bus: Bus
    events: Events
    keyring: Keyring
    vault: Vault
    accounts: Accounts
    doors: Doors
    metrics: Metrics = field(default_factory=Metrics)
    buckets: Buckets = field(default_factory=Buckets)
    proxies: Proxies
    calls_per_second: int = 100
    """Of one person or address, over every route."""

    def __repr__(self) -> str:
        """Name no part: some hold secrets."""
        return "Hub()"


HUB = web.AppKey("hub", Hub)
