"""How routing is plugged in: what it hears, and which jobs are its own. Called once, by the wiring of the process."""

from accounts.events import TeamDeleted, TeamsChanged, UserDeactivated
from conversations.events import Assigned, Freed, Queued
from hub.clock import Clock
from hub.events import Events
from hub.store.port import Collection, Document, Store
from hub.work.engine import Engine
from routing.batches import BATCHES, PIECES
from routing.batching import FORGET, ONE_PIECE, Batches
from routing.expiry import OFFER_OVER
from routing.matching import MATCH, Matching
from routing.model import DECISIONS, DESKS
from routing.offers import Offers
from routing.orphans import Orphans
from routing.presence import LAPSE, Presences

COLLECTIONS: tuple[Collection[Document], ...] = (DESKS, DECISIONS, BATCHES, PIECES)


class Routing:
    """The room's doors for people, `offers`, `presences` and `batches`; everything else hears events."""

    def __init__(self, store: Store, events: Events, clock: Clock) -> None:
        self.offers = Offers(store, events, clock)
        self.presences = Presences(store, events, clock)
        self.batches = Batches(store, events, clock)
        self._matching = Matching(store, events)
        self._orphans = Orphans(store, events)
        events.subscribe(Queued, "routing", self._matching.on_queued)
        events.subscribe(Freed, "routing", self._matching.on_freed)
        events.subscribe(Assigned, "routing", self._matching.on_assigned)
        events.subscribe(TeamsChanged, "routing", self.presences.on_teams)
        events.subscribe(UserDeactivated, "routing", self._orphans.on_deactivated)
        events.subscribe(TeamDeleted, "routing", self._orphans.on_team_deleted)

    def register(self, engine: Engine) -> None:
        """Give the engine the handlers of this room's own jobs."""
        engine.register(MATCH, self._matching.match)
        engine.register(OFFER_OVER, self.offers.over)
        engine.register(LAPSE, self.presences.lapse)
        engine.register(ONE_PIECE, self.batches.piece)
        engine.register(FORGET, self.batches.forget)
