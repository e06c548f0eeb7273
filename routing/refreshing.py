"""After a change of settings every desk is written anew, and its owner gets what they can have now: page by page."""

from collections.abc import Sequence
from datetime import datetime

from msgspec import Struct

from hub.store.port import By, Store, Write, put
from hub.work.jobs import Job, Kind
from routing.model import DESKS
from routing.serving import settled
from routing.terms import TermsReader
from routing.wanted import wanted

PAGE = 50


class Refresh(Struct, frozen=True, kw_only=True):
    """Write the desks after this id."""

    after: str = ""


REFRESH = Kind("routing.refresh", Refresh)


class Refreshing:
    """The handler of REFRESH."""

    def __init__(self, store: Store, terms: TermsReader) -> None:
        self._store = store
        self._terms = terms

    async def refresh(self, body: Refresh, job: Job, at: datetime) -> Sequence[Write]:
        """Write one page of desks."""
        rules = await self._terms.rules()
        desks = await self._store.find(DESKS, order=(By("id"),), limit=PAGE, after=(body.after,))
        writes: list[Write] = []
        for desk in desks:
            writes.append(put(DESKS, desk, settled(desk, rules, held=desk.held, at=at)))
            if desk.seen_until is not None:
                writes.append(wanted(desk.id, desk.teams, at=at))
        if len(desks) == PAGE:
            writes.append(REFRESH.job(Refresh(after=desks[-1].id), lane=job.lane, seq=0, at=at))
        return writes
