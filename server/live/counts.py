"""How many conversations each view of a person holds: for the first paint, and for the `counts` frame after changes."""

import asyncio
from datetime import datetime

from msgspec import Struct

from accounts.actor import Actor
from accounts.teams import TEAMS
from conversations.lists import Lists, Tally
from conversations.views import views_of
from hub.store.port import By, Store

MOST_TEAMS = 200


class ViewShown(Struct, frozen=True, kw_only=True):
    """A list and how many are in it, counted to 1000. `kind` is its id, or "team" for a team's queue."""

    id: str
    kind: str
    count: int
    team: str | None = None
    name: str = ""
    oldest_at: datetime | None = None


class Views:
    """Counts the views of one person at a time."""

    def __init__(self, store: Store, lists: Lists) -> None:
        self._store = store
        self._lists = lists

    async def of(self, actor: Actor) -> tuple[ViewShown, ...]:
        """Return every view of the actor with its count."""
        teams = await self._store.find(TEAMS, order=(By("name"), By("id")), limit=MOST_TEAMS)
        names = {team.id: team.name for team in teams}
        wanted = views_of(actor, tuple(names))
        tallies = await asyncio.gather(*(self._lists.tally(view, actor) for view in wanted))
        return tuple(_shown(tally, names) for tally in tallies)


def _shown(tally: Tally, names: dict[str, str]) -> ViewShown:
    kind, _, team = tally.id.partition(":")
    return ViewShown(
        id=tally.id,
        kind=kind,
        team=team or None,
        name=names.get(team, ""),
        count=tally.count,
        oldest_at=tally.oldest_at,
    )
