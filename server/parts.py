"""The parts of a running hub, as the rooms of the server see them; `server/bootstrap.py` puts them together."""

from msgspec import Struct

from hub.bus import Bus
from hub.clock import Clock
from hub.events import Events
from hub.store.port import Store


class Hub(Struct, frozen=True, kw_only=True):
    """Everything a request handler may reach. Made once per process."""

    store: Store
    clock: Clock
    bus: Bus
    events: Events
