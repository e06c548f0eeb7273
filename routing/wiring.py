"""How routing is plugged in: what it hears, and which jobs are its own. Called once, by the wiring of the process."""

from collections.abc import Sequence
from datetime import datetime

from accounts.audit import Audit
from accounts.events import TeamDeleted, TeamsChanged, UserDeactivated
from conversations.events import Assigned, CustomerSaid, Freed, Queued
from conversations.limits import Limits
from hub.clock import Clock
from hub.events import Events
from hub.store.port import Collection, Document, Store, Write
from hub.work.engine import Engine
from hub.work.jobs import Job
from routing.abilities import MATRIX
from routing.announcing import Announcing
from routing.asking import Asking
from routing.batches import BATCHES, PIECES
from routing.batching import FORGET, ONE_PIECE, Batches
from routing.choosing import Choosing, waits
from routing.designing import Designing
from routing.endings import Endings
from routing.expiry import OFFER_OVER
from routing.lines import LINES
from routing.matching import Matching
from routing.model import DECISIONS, DESKS
from routing.offers import Offers
from routing.orphans import Orphans
from routing.overflow import KEPT_OVER, OVERFLOW
from routing.placing import Placing
from routing.presence import LAPSE, Presences
from routing.rearming import REARM, Rearming
from routing.refreshing import NEW_LINE, REFRESH, Refreshing
from routing.ruleset import DRAFTS, EDITIONS
from routing.settings import BOOKS, HOUSES, QUEUES
from routing.sticking import Sticking
from routing.terms import Calendars, TermsReader
from routing.wanted import MATCH, Match

COLLECTIONS: tuple[Collection[Document], ...] = (
    DESKS, DECISIONS, BATCHES, PIECES, MATRIX, QUEUES, HOUSES, BOOKS, LINES, DRAFTS, EDITIONS,
)  # fmt: skip


class Routing:
    """The room's doors for people, `offers`, `presences` and `batches`; everything else hears events."""

    def __init__(
        self, store: Store, events: Events, clock: Clock, *, limits: Limits | None = None,
        calendars: Calendars | None = None, audit: Audit | None = None,
    ) -> None:  # fmt: skip
        """With `limits` customers are told what their queue does; `calendars` knows the hours of the desk's."""
        self.terms = TermsReader(store, calendars)
        self.offers = Offers(store, events, clock, self.terms)
        self._sticking = Sticking(store, events)
        self.presences = Presences(store, events, clock, self.terms, self._sticking)
        self.batches = Batches(store, events, clock)
        endings = Endings(store, limits)
        placing = Placing(store, self.terms, endings, self._sticking)
        self.announcing = Announcing(store, clock, self.terms)
        choosing = Choosing(store, events, limits, self.terms, endings, self.announcing)
        self._matching = Matching(store, events, self.terms, placing, endings, choosing)
        self._orphans = Orphans(store, events, self.terms)
        self._refreshing = Refreshing(store, self.terms)
        self._rearming = Rearming(store, self.terms)
        self.designing = Designing(store, audit or Audit(store), self.terms, self.presences)
        self.asking = Asking(store, events, clock, self.designing)
        events.subscribe(Queued, "routing", self._matching.on_queued)
        events.subscribe(CustomerSaid, "routing", choosing.on_said, wants=waits)
        events.subscribe(Freed, "routing", self._matching.on_freed)
        events.subscribe(Assigned, "routing", self._matching.on_assigned)
        events.subscribe(TeamsChanged, "routing", self.presences.on_teams)
        events.subscribe(UserDeactivated, "routing", self._orphans.on_deactivated)
        events.subscribe(TeamDeleted, "routing", self._orphans.on_team_deleted)

    async def match(self, body: Match, job: Job, at: datetime) -> Sequence[Write]:
        """Make the pairs that can be made now, as the engine would."""
        return await self._matching.match(body, job, at)

    def register(self, engine: Engine) -> None:
        """Give the engine the handlers of this room's own jobs."""
        engine.register(MATCH, self._matching.match)
        engine.register(REFRESH, self._refreshing.refresh)
        engine.register(NEW_LINE, self._refreshing.tell)
        engine.register(REARM, self._rearming.rearm)
        engine.register(OVERFLOW, self._matching.step_reached)
        engine.register(KEPT_OVER, self._sticking.over)
        engine.register(OFFER_OVER, self.offers.over)
        engine.register(LAPSE, self.presences.lapse)
        engine.register(ONE_PIECE, self.batches.piece)
        engine.register(FORGET, self.batches.forget)
