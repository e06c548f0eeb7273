"""The desk's calendars as routing asks for them: the two rooms do not know each other."""

from conversations.hours import Hours
from desk.policies import CALENDARS
from hub.store.port import Store
from routing.terms import Calendars


class DeskCalendars(Calendars):
    """Reads them for each question: a queue is asked when somebody joins it."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def hours(self, calendar: str) -> Hours | None:
        """Return the hours, or None for a calendar that does not exist."""
        found = await self._store.get(CALENDARS, calendar)
        return found.terms.hours if found is not None else None
