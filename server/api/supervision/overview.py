"""The live picture: queues, colleagues, what is at risk; and the lists from which many are chosen.

A page reads it again when the live socket tells of a change, once a second at most; nothing here is kept in between.
"""

import asyncio
from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Annotated

from msgspec import Meta, Struct

from conversations.model import Conversation
from hub.errors import Invalid
from routing.batching import MOST
from routing.model import Desk, Presence
from server.api.contract import Call, Routes
from server.api.supervision import floor
from server.api.supervision.line import Held, Line, held, line
from server.api.supervision.scope import SUPERVISE, desks_of, must_lead, subordinate, teams_of

routes = Routes("supervision")
FURTHEST = timedelta(hours=48)
AT_RISK = 20
SOON = timedelta(minutes=30)
Id = Annotated[str, Meta(max_length=64)]


class Day(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """When the reader's day began, for what was handled today; 48 hours back at the most, a day without a word."""

    since: Annotated[datetime, Meta(tz=True)] | None = None


class QueueShown(Struct, frozen=True, kw_only=True):
    """A team and its queue. Counts stop at 1000. `free` is how many more its people who are ready could take."""

    team: str | None
    name: str
    waiting: int
    offered: int
    oldest_at: datetime | None
    handled: int
    online: int
    busy: int
    away: int
    free: int
    longest: tuple[Line, ...]


class AgentShown(Struct, frozen=True, kw_only=True):
    """A colleague at work; `set_by` is the lead who set `chosen`, if one did."""

    user: str
    name: str
    teams: tuple[str, ...]
    status: Presence
    chosen: Presence
    set_by: str
    load: int
    capacity: int
    idle_since: datetime
    here: bool
    held: tuple[Held, ...]


class Overview(Struct, frozen=True, kw_only=True):
    """The whole picture as it was at `at`. `at_risk` is who has waited longest for an answer, in a queue or not; `due`
    what is owed within `SOON`, or was already, soonest first.
    """

    at: datetime
    queues: tuple[QueueShown, ...]
    agents: tuple[AgentShown, ...]
    at_risk: tuple[Line, ...]
    due: tuple[Line, ...]


class ChoiceAsked(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Of which queue or whose; neither is the queue of no team."""

    team: Id = ""
    agent: Id = ""


class LinesShown(Struct, frozen=True, kw_only=True):
    """Conversations to choose from, oldest first, 500 at the most."""

    items: tuple[Line, ...]
    next: str | None = None


@routes.get("/supervision", permission=SUPERVISE)
async def overview(call: Call, query: Day) -> Overview:
    """Show the queues and colleagues this supervisor answers for, as they are now."""
    since = max(query.since or call.at - timedelta(days=1), call.at - FURTHEST)
    teams, desks, offers = await asyncio.gather(teams_of(call), desks_of(call), floor.offered(call.hub.store))
    names: dict[str | None, str] = {**{team.id: team.name for team in teams}, None: ""}
    waits, done, taken, due = await asyncio.gather(
        asyncio.gather(*(floor.waiting(call.hub.store, team) for team in names)),
        asyncio.gather(*(floor.handled(call.hub.store, team, since) for team in names)),
        floor.held(call.hub.store, [desk.id for desk in desks]),
        floor.due(call.hub.store, None if call.actor.sees_all else [team.id for team in teams], call.at + SOON),
    )
    queues = [
        _queue(team, name, desks, count, heads, offers[team], closed)
        for (team, name), (count, heads), closed in zip(names.items(), waits, done, strict=True)
    ]
    by_agent = defaultdict(list)
    for row in taken:
        by_agent[row.agent].append(row)
    return Overview(
        at=call.at,
        queues=tuple(queue for queue in queues if queue.team is not None or queue.waiting or queue.handled),
        agents=tuple(_agent(desk, by_agent[desk.id]) for desk in desks),
        at_risk=at_risk((*(row for _, heads in waits for row in heads), *taken)),
        due=tuple(map(line, due)),
    )


@routes.get("/supervision/conversations", permission=SUPERVISE)
async def choose_from(call: Call, query: ChoiceAsked) -> LinesShown:
    """List what waits in a queue, or what a colleague has."""
    if query.team and query.agent:
        raise Invalid("A queue or a colleague, not both", path="$query.agent")
    if query.agent:
        await subordinate(call, query.agent)
        found = await floor.of(call.hub.store, query.agent, MOST)
    else:
        must_lead(call, query.team or None)
        found = await floor.queue(call.hub.store, query.team or None, MOST)
    return LinesShown(items=tuple(map(line, found)))


def at_risk(rows: Iterable[Conversation]) -> tuple[Line, ...]:
    """Return those whose customers have waited longest, longest first. Pure."""
    waiting = [row for row in rows if (row.waiting_since or row.queued_at) and row.snoozed_until is None]
    return tuple(map(line, sorted(waiting, key=_since)[:AT_RISK]))


def _since(row: Conversation) -> tuple[datetime, str]:
    return (min(filter(None, (row.queued_at, row.waiting_since)), default=row.last_at), row.id)


def _queue(
    team: str | None, name: str, desks: Sequence[Desk], count: int, heads: Sequence[Conversation], offers: int,
    closed: int,
) -> QueueShown:  # fmt: skip
    serving = [desk for desk in desks if team is None or team in desk.teams]
    ready = [desk for desk in serving if desk.status is Presence.ONLINE]
    return QueueShown(
        team=team, name=name, waiting=count, offered=offers, oldest_at=heads[0].queued_at if heads else None,
        handled=closed, online=len(ready), busy=sum(desk.status is Presence.BUSY for desk in serving),
        away=sum(desk.status is Presence.AWAY for desk in serving),
        free=sum(max(0, desk.capacity - desk.load) for desk in ready), longest=tuple(map(line, heads)),
    )  # fmt: skip


def _agent(desk: Desk, taken: Iterable[Conversation]) -> AgentShown:
    own = sorted(taken, key=lambda row: (row.held_since or row.opened_at, row.id))
    return AgentShown(
        user=desk.id, name=desk.name, teams=desk.teams, status=desk.status, chosen=desk.chosen, set_by=desk.set_by,
        load=desk.load, capacity=desk.capacity, idle_since=desk.idle_since, here=desk.seen_until is not None,
        held=tuple(map(held, own)),
    )  # fmt: skip
