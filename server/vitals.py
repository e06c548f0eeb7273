"""How each inbox fares: when something last came in and went out, and what last failed.

Noted in memory by whoever talks to providers, and kept in a row now and then, so that no message pays for it.
"""

from collections.abc import Callable
from datetime import datetime

import structlog
from msgspec import Struct, structs

from hub.clock import Clock
from hub.errors import ChannelBroken, HubError, OptedOut, Unsupported, WindowClosed
from hub.store.port import Collection, Document, Insert, Store, put

log = structlog.get_logger(__name__)
EVERY = 10.0
"""Seconds between two looks at what there is to keep."""
NOT_OURS = (Unsupported, WindowClosed, OptedOut)
"""Refusals that say nothing about the inbox."""


class Failed(Struct, frozen=True, kw_only=True):
    """The last thing that went wrong; no fact of a message is in it."""

    at: datetime
    code: str
    message: str
    hint: str = ""


class Vital(Document, frozen=True, kw_only=True):
    """What is known of one inbox; its id is the inbox's."""

    last_in_at: datetime | None = None
    last_out_at: datetime | None = None
    last_error: Failed | None = None

    @property
    def troubled(self) -> bool:
        """Say whether nothing went well since the last failure."""
        error = self.last_error
        if error is None:
            return False
        return all(well is None or well <= error.at for well in (self.last_in_at, self.last_out_at))

    @property
    def broken(self) -> bool:
        """Say whether an administrator has to act: broken, and nothing went well since."""
        return self.troubled and self.last_error is not None and self.last_error.code == ChannelBroken.code


VITALS = Collection("inbox_vitals", Vital)
Trouble = Callable[[str, Failed], None]
"""Hears once that an inbox broke."""


class Vitals:
    """The notes of one process. `broke` is called when an inbox stops working here."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self.broke: list[Trouble] = []
        self._store = store
        self._clock = clock
        self._noted: dict[str, Vital] = {}
        self._arrived: dict[str, datetime] = {}
        self._dirty: set[str] = set()

    def came_in(self, inbox: str, at: datetime | None = None) -> None:
        """Something arrived, now or at `at`, and is durable. Noted lightly, for it is part of every webhook."""
        self._arrived[inbox] = at or self._clock.now()

    def went_out(self, inbox: str) -> None:
        """The provider took a message."""
        self._note(inbox, structs.replace(self._known(inbox), last_out_at=self._clock.now()))

    def failed(self, inbox: str, error: HubError) -> None:
        """A call failed; the first of a row of breakages is told."""
        if isinstance(error, NOT_OURS):
            return
        before = self._known(inbox)
        told = Failed(at=self._clock.now(), code=error.code, message=error.message[:300], hint=error.hint[:300])
        now = structs.replace(before, last_error=told)
        self._note(inbox, now)
        if now.broken and not before.broken:
            log.warning("inbox_broken", inbox=inbox, why=error.message, hint=error.hint)
            for tell in self.broke:
                tell(inbox, told)

    async def of(self, inbox: str) -> Vital:
        """Return what this process and the kept row know together."""
        row = await self._store.get(VITALS, inbox)
        return _merged(row or Vital(id=inbox), self._known(inbox))

    async def run(self) -> None:
        """Keep what was noted, for ever."""
        while True:
            await self._clock.sleep(EVERY)
            await self.flush()

    async def flush(self) -> None:
        """Keep what was noted since the last time; what loses a race is kept the next time."""
        dirty, self._dirty = self._dirty.union(self._arrived), set()
        for inbox in sorted(dirty):
            try:
                await self._keep(inbox)
            except HubError as error:
                self._dirty.add(inbox)
                log.debug("vitals_not_kept", inbox=inbox, why=error.code)

    async def _keep(self, inbox: str) -> None:
        row = await self._store.get(VITALS, inbox)
        known = self._noted[inbox] = self._known(inbox)
        self._arrived.pop(inbox, None)
        now = _merged(row or Vital(id=inbox), known)
        if row is None:
            await self._store.commit(Insert(VITALS, now))
        elif now != row:
            await self._store.commit(put(VITALS, row, now))

    def _known(self, inbox: str) -> Vital:
        noted, arrived = self._noted.get(inbox) or Vital(id=inbox), self._arrived.get(inbox)
        return structs.replace(noted, last_in_at=arrived) if arrived else noted

    def _note(self, inbox: str, vital: Vital) -> None:
        self._noted[inbox] = vital
        self._dirty.add(inbox)


def _merged(row: Vital, known: Vital) -> Vital:
    """Return the later of each."""
    errors = [error for error in (row.last_error, known.last_error) if error]
    return structs.replace(
        row,
        last_in_at=_later(row.last_in_at, known.last_in_at),
        last_out_at=_later(row.last_out_at, known.last_out_at),
        last_error=max(errors, key=lambda error: error.at, default=None),
    )


def _later(one: datetime | None, other: datetime | None) -> datetime | None:
    if one is None or other is None:
        return one or other
    return max(one, other)
