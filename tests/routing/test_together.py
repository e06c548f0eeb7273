"""Steps of one queue that wait behind each other are answered by one: nobody is left out, and their rows go with it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
import pytest
from msgspec import structs

from conversations.model import CONVERSATIONS, Conversation
from hub.store.port import By, Delete, Eq, put
from hub.work.jobs import JOBS
from routing.model import Outcome, Presence
from routing.step import STEP
from routing.wanted import Match, lane, matching, wanted
from tests.routing.house import House, house

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Sequence

    from hub.store.port import Write
    from hub.work.jobs import Job
    from tests.stores import Engine


@pytest.fixture
async def at_work(engine: Engine) -> AsyncIterator[House]:
    """A house with one team, "water"."""
    async with house(engine) as made:
        await made.team("water", auto_accept=True)
        yield made


async def _line(at_work: House) -> list[Job]:
    return await at_work.store.find(
        JOBS, Eq("lane", lane("water")), Eq("state", "ready"), order=(By("seq"), By("id")), limit=100
    )


async def _step(at_work: House, job: Job) -> Sequence[Write]:
    """Take one step as the engine would, and return its writes."""
    body = msgspec.json.decode(job.body, type=Match)
    return await at_work.routing.match(body, job, at_work.clock.now())


async def test_all_who_asked_meanwhile_are_served_by_one_commit(at_work: House) -> None:
    for number in range(3):
        await at_work.customer(f"c{number}", "water")
    await at_work.engine.settle()
    for name in ("anna", "bo", "cy"):
        await at_work.agent(name, "water", capacity=1, online=False)
    for name in ("anna", "bo", "cy"):
        await at_work.routing.presences.connect(name)
        await at_work.routing.presences.choose(name, Presence.ONLINE)
    first, *others = await _line(at_work)
    assert len(others) >= 2
    writes = await _step(at_work, first)
    given = [write.doc.id for write in writes if write.collection is CONVERSATIONS]
    assert sorted(given) == ["c0", "c1", "c2"]
    gone = {write.doc.id for write in writes if write.collection is JOBS and write.doc.id in {one.id for one in others}}
    assert gone == {one.id for one in others}
    await at_work.engine.settle()
    assert [(await at_work.conversation(f"c{n}")).agent for n in range(3)] == ["anna", "bo", "cy"]
    assert not await _line(at_work)


async def test_a_step_whose_row_another_has_answered_does_nothing(at_work: House) -> None:
    await at_work.agent("anna", "water")
    await at_work.customer("c1", "water")
    await at_work.engine.settle()
    gone = matching(conversation="c1", team="water", at=at_work.clock.now()).doc
    assert await at_work.routing.match(Match(conversation="c1", again=True), gone, at_work.clock.now()) == ()


async def test_whom_one_has_declined_is_still_asked_for_the_other(at_work: House) -> None:
    await at_work.customer("c1", "water")
    await at_work.customer("c2", "water")
    await at_work.engine.settle()
    read = await at_work.conversation("c1")
    await at_work.store.commit(put(CONVERSATIONS, read, structs.replace(read, declined_by=("anna",))))
    await at_work.agent("anna", "water", capacity=1)
    await at_work.engine.settle()
    assert (await at_work.conversation("c2")).agent == "anna"

    await at_work.customer("c3", "water")
    await at_work.engine.settle()
    await at_work.agent("bo", "water", capacity=2)
    await at_work.engine.settle()
    assert [(await at_work.conversation(id)).agent for id in ("c1", "c3")] == ["bo", "bo"]


async def test_two_of_one_line_each_find_whom_they_may_have(at_work: House) -> None:
    await at_work.customer("c1", "water", declined_by=("anna",))
    await at_work.customer("c2", "water", declined_by=("bo",))
    await at_work.engine.settle()
    for name in ("anna", "bo"):
        await at_work.agent(name, "water", capacity=1, online=False)
        await at_work.routing.presences.connect(name)
        await at_work.routing.presences.choose(name, Presence.ONLINE)
    await at_work.store.commit(*(Delete(JOBS, one) for one in await _line(at_work)))
    at = at_work.clock.now()
    await at_work.store.commit(*(matching(conversation=id, team="water", at=at) for id in ("c1", "c2")))
    first, _ = await _line(at_work)
    writes = await _step(at_work, first)
    given = {write.doc.id: write.doc.agent for write in writes if isinstance(write.doc, Conversation)}
    assert given == {"c1": "bo", "c2": "anna"}


async def test_a_crowd_is_served_whole_though_one_commit_cannot_hold_it(at_work: House) -> None:
    crowd = 2 * STEP + 5
    for number in range(crowd):
        await at_work.customer(f"c{number:02}", "water", later=0.01)
    await at_work.engine.settle()
    for number in range(crowd):
        await at_work.agent(f"a{number:02}", "water", capacity=1)
    rows = [await at_work.conversation(f"c{number:02}") for number in range(crowd)]
    assert sorted(row.agent or "" for row in rows) == [f"a{number:02}" for number in range(crowd)]
    records = [one for row in rows for one in await at_work.decisions(row.id) if one.outcome is Outcome.ASSIGNED]
    assert len(records) == crowd
    assert not await _line(at_work)


async def test_who_lost_many_races_takes_no_others_along(at_work: House) -> None:
    await at_work.agent("anna", "water", capacity=1)
    await at_work.customer("c1", "water")
    await at_work.engine.settle()
    at = at_work.clock.now()
    made = [wanted("anna", ("water",), at=at) for _ in range(3)]
    tired = structs.replace(made[0].doc, attempts=9)
    await at_work.store.commit(structs.replace(made[0], doc=tired), *made[1:])
    writes = await _step(at_work, tired)
    assert not [write for write in writes if write.collection is JOBS]
