"""After a change of settings every desk is written anew, and its owner gets what they can have now: page by page.

A new line is told by a job of its own: the page of the book is one row, over which steps of many queues would fight.
Who stands in the line is looked at once more when every process can know of it.
"""

from collections.abc import Sequence
from datetime import datetime

from msgspec import Struct

from conversations.model import Conversation
from hub.store.port import By, Insert, Store, Write, put
from hub.work.jobs import Job, Kind
from routing.model import DESKS
from routing.serving import settled
from routing.terms import TermsReader
from routing.wanted import matching, wanted

PAGE = 50


class Refresh(Struct, frozen=True, kw_only=True):
    """Write the desks after this id."""

    after: str = ""


class NewLine(Struct, frozen=True, kw_only=True):
    """This conversation stands in a line in which nobody stood before."""

    conversation: str
    team: str | None = None


REFRESH = Kind("routing.refresh", Refresh)
NEW_LINE = Kind("routing.new_line", NewLine)


def told(conversation: Conversation, at: datetime) -> Insert[Job]:
    """Make the job that tells of a new line."""
    body = NewLine(conversation=conversation.id, team=conversation.team)
    return NEW_LINE.job(body, lane="routing:lines", seq=0, at=at)


class Refreshing:
    """The handler of REFRESH and NEW_LINE."""

    def __init__(self, store: Store, terms: TermsReader) -> None:
        self._store = store
        self._terms = terms

    async def tell(self, body: NewLine, job: Job, at: datetime) -> Sequence[Write]:
        """Turn the page."""
        again = matching(conversation=body.conversation, team=body.team, at=at)
        return [await self._terms.turned(), again]

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
