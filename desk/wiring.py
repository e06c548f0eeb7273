"""How the desk is plugged in: what it hears, and which jobs are its own. Called once, by the wiring of the process."""

from collections.abc import Sequence

from accounts.audit import Audit
from conversations.events import Stands
from desk.deadlines import Deadlines
from desk.keeping import ADOPT, LOOK, Keeping
from desk.policies import CALENDARS, POLICIES
from desk.promises import Promises
from desk.rows import BOOK, BOOKS, DEADLINES, ESCALATIONS, STAFF_NOTICES
from desk.timers import RING
from hub.clock import Clock
from hub.events import Events
from hub.store.port import Collection, Document, Store, Write
from hub.work.engine import Engine

COLLECTIONS: tuple[Collection[Document], ...] = (
    POLICIES, CALENDARS, DEADLINES, ESCALATIONS, STAFF_NOTICES, BOOKS,
)  # fmt: skip


class Desk:
    """The room's doors: `promises` for administrators, `deadlines` for who works by them."""

    def __init__(
        self, store: Store, events: Events, clock: Clock, audit: Audit, *, address: str, alone: bool = False
    ) -> None:
        """`address` is the hub's public one, for links in notices.

        `alone`: no other process works on this store, so this one knows, after `open`, whether anything was ever
        promised; until then conversations tell the desk nothing, which would be a row with every message.
        """
        self._store = store
        self._alone = alone
        self._promised = True
        self._keeping = Keeping(store, events, address=address)
        self.promises = Promises(store, audit)
        self.deadlines = Deadlines(store, clock, self._keeping)
        events.subscribe(Stands, "desk", self._keeping.on_stands, wants=self._wants)
        store.watch(self._heard)

    async def open(self) -> None:
        """Look whether anything was ever promised."""
        self._promised = not self._alone or await self._store.get(BOOKS, BOOK) is not None

    def _wants(self, event: Stands) -> bool:
        return self._promised

    def _heard(self, writes: Sequence[Write]) -> None:
        self._promised = self._promised or any(write.collection is BOOKS for write in writes)

    def register(self, engine: Engine) -> None:
        """Give the engine the handlers of this room's own jobs."""
        engine.register(RING, self._keeping.ring)
        engine.register(LOOK, self._keeping.look)
        engine.register(ADOPT, self._keeping.adopt)
