"""Random histories over a real store: after the steps that follow, nobody waits for whom somebody free could be asked.

Checked with the policy's own `fits`, row by row, and not with what the router looked at.
"""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

import pytest
from msgspec import structs

from conversations.model import CONVERSATIONS, Conversation, Priority, State
from conversations.moves import close
from conversations.wants import Needed
from hub.store.port import By, Eq, Present
from routing.heads import widened
from routing.lines import item_of, line_of
from routing.model import DESKS, Outcome, Presence
from routing.places import taken
from routing.policy.fit import fits
from routing.policy.needs import Item
from routing.serving import worker_of
from routing.settings import OverflowStep, QueuePromise
from routing.terms import MOMENT
from tests.routing.house import House, house
from tests.stores import SqliteEngine

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path

    from routing.terms import Terms

TEAMS = ("t0", "t1", "t2")
SKILLS = ("燃气", "水表")
STEPS = (OverflowStep(after=0.5, levels=2), OverflowStep(after=1.0, anyone=True))


@pytest.mark.parametrize("seed", range(8))
async def test_nobody_waits_for_whom_somebody_free_could_be_asked(seed: int, tmp_path: Path) -> None:
    chance = random.Random(seed)
    async with house(SqliteEngine(tmp_path)) as made:
        for team in TEAMS:
            await made.team(team, auto_accept=chance.random() < 0.5)
        await made.queue("t1", QueuePromise(target=20, sticky=chance.choice((0.0, 10.0)), steps=STEPS))
        for number in range(5):
            await _join(made, f"a{number}", chance)
        for number in range(30):
            await _happen(made, number, chance)
            await made.engine.settle()
            await _check(made)


async def _join(made: House, id: str, chance: random.Random) -> None:
    skills = {skill: chance.randint(1, 3) for skill in chance.sample(SKILLS, k=chance.randint(0, 2))}
    teams = tuple(chance.sample(TEAMS, k=chance.randint(1, 2)))
    await made.agent(id, *teams, capacity=chance.randint(1, 2), skills=skills, bulk=chance.random() < 0.7)


async def _happen(made: House, number: int, chance: random.Random) -> None:
    """Let one random thing happen."""
    what = chance.choice(("come", "come", "come", "answer", "answer", "close", "presence", "time", "ask"))
    agent = f"a{chance.randrange(5)}"
    rows = await made.store.find(CONVERSATIONS, order=(By("id"),), limit=100)
    live = [row for row in rows if row.live]
    match what:
        case "come":
            wanted = {chance.choice(SKILLS): chance.randint(1, 3)} if chance.random() < 0.5 else None
            await made.customer(
                f"c{number:02}", chance.choice((*TEAMS, None)), skills=wanted, priority=chance.choice(list(Priority)),
                channel=chance.choice(("webchat", "voice", "email")), profile=_somebody(number, live, chance),
            )  # fmt: skip
        case "answer":
            for row in [row for row in live if row.offered_to][:2]:
                act = made.routing.offers.decline if chance.random() < 0.4 else made.routing.offers.accept
                await act(row.id, row.offered_to or "")
        case "close" if live:
            await made.change(chance.choice(live).id, lambda read: close(read, at=made.clock.now()))
        case "presence":
            await made.routing.presences.choose(agent, chance.choice(list(Presence)))
        case "ask" if live:
            await made.routing.asking.ask(chance.choice(live).id, Needed(vip=chance.randint(0, 2)), by="lead")
        case _:
            await made.routing.presences.renew([f"a{n}" for n in range(5)])
            await made.pass_time(chance.choice((1.0, 7.0, 11.0)))


def _somebody(number: int, live: list[Conversation], chance: random.Random) -> str:
    """Return who comes: mostly somebody new, else one of those who were here before and are not now."""
    known = f"p{chance.randrange(4)}"
    return f"new{number}" if any(row.profile == known for row in live) else known


async def _check(made: House) -> None:
    terms, at = await made.routing.terms.now(), made.clock.now()
    desks = [desk for desk in await made.store.find(DESKS, order=(By("id"),), limit=10)]
    for desk in desks:
        assert dict(await taken(made.store, desk.id)) == desk.held, (
            f"{desk.id} holds something else than their row says"
        )
        by_router = sum(count for kind, count in desk.held.items() if kind != "call")
        assert by_router <= desk.capacity, f"{desk.id} has too much"
    waiting = await made.store.find(CONVERSATIONS, Eq("state", State.WAITING), Present("queued_at"), limit=100)
    for row in waiting:
        if row.offered_to is None:
            assert row.lane == line_of(row).id, f"{row.id} stands in a line that is not its own"
            item = _widest(row, terms, at)
            free = [
                desk.id for desk in desks if fits(item, worker_of(desk), terms.rules.kinds, at=at.timestamp()) is None
            ]
            assert not free or row.kept_for, f"{row.id} waits, and {free} could serve it"
            told = [one for one in await made.decisions(row.id) if one.outcome is Outcome.NOBODY]
            assert told, f"{row.id} waits in silence"


def _widest(row: Conversation, terms: Terms, at: datetime) -> Item:
    """Return what is needed by now; a step's timer rings a moment after the step, and never before."""
    line, at = line_of(row), at - 2 * MOMENT
    return structs.replace(item_of(row, line), needs=widened(line, terms.waited_in(line), row.queued_at or at, at)[-1])
