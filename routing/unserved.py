"""Why nobody was given it: everybody who serves the queue, counted by what is in their way.

Of a large house the first few hundred are looked at, those with a place first, and the record says that it is partial;
of a queue in which hundreds join a second, what is in the way is looked up once a second for each line.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from msgspec import structs

from hub.store.port import By, Eq, Has, Store
from routing.candidates import candidates
from routing.decisions import Told
from routing.heads import Head, widened
from routing.lines import item_of
from routing.model import DESKS, Desk, Presence
from routing.places import ahead
from routing.policy.reasons import reason
from routing.serving import worker_of
from routing.terms import Terms

MOST = 300
"""People who are looked at for one reason."""
FRESH = timedelta(seconds=1)


class Unserved:
    """Says why somebody waits."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._known: dict[tuple[str | None, str], tuple[datetime, list[Desk]]] = {}

    async def told(self, head: Head, terms: Terms, seated: Sequence[Desk], at: datetime) -> Told:
        """Return what the record of it tells."""
        conversation, queue = head.conversation, terms.waited_in(head.line)
        present = await self._present(conversation.team, head.line.needs.kind, at)
        people = list({desk.id: desk for desk in (*seated, *present)}.values())
        wanted = widened(head.line, queue, conversation.queued_at or at, at)
        widest = structs.replace(item_of(conversation, head.line), needs=wanted[-1])
        found = reason(widest, (worker_of(desk) for desk in people), terms.rules.kinds, at=at.timestamp())
        return Told(
            candidates=candidates(widest, None, people, terms.rules, at),
            reason=found,
            partial=len(present) >= MOST,
            ring=len(wanted) - 1,
            ahead=await ahead(self._store, conversation) or 0,
        )

    async def _present(self, team: str | None, kind: str, at: datetime) -> list[Desk]:
        known = self._known.get((team, kind))
        if known is not None and known[0] <= at < known[0] + FRESH and len(known[1]) >= 50:
            return known[1]
        word = f"{kind}@{team or ''}"
        idle = await self._store.find(DESKS, Has("serves", (word,)), Eq("open", True), order=_TURN, limit=MOST)
        if team is None:
            rest = await self._store.find(DESKS, Eq("status", Presence.ONLINE), order=(By("id"),), limit=MOST)
        else:
            rest = await self._store.find(DESKS, Has("teams", (team,)), order=(By("id"),), limit=MOST)
        people = _first({desk.id: desk for desk in (*idle, *rest)}.values())
        self._known[team, kind] = at, people
        return people


_TURN = (By("turn"), By("part"), By("idle"), By("id"))


def _first(desks: Iterable[Desk]) -> list[Desk]:
    return list(desks)[:MOST]
