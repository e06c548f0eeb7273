"""Routing at work: offers, answers, silence, and the order of the queue. Over both engines."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest
from msgspec import structs

from conversations.model import CONVERSATIONS, State
from conversations.moves import close, to_queue
from hub.errors import Forbidden, NotFound, WrongMove
from routing.model import Outcome, Presence, Verdict
from routing.places import ahead
from routing.wanted import MATCH, Match

if TYPE_CHECKING:
    from tests.routing.house import House


async def test_the_longest_idle_gets_the_offer_and_the_record_says_why(at_work: House) -> None:
    await at_work.agent("anna", "water")
    await at_work.agent("bo", "water")
    await at_work.agent("cy", "gas")
    await at_work.customer("c1", "water")
    await at_work.engine.settle()

    row = await at_work.conversation("c1")
    assert (row.state, row.offered_to) == (State.WAITING, "anna")
    assert (await at_work.desk("anna")).load == 1
    (record,) = await at_work.decisions("c1")
    assert (record.outcome, record.agent, record.team) == (Outcome.OFFERED, "anna", "water")
    assert {one.agent: one.verdict for one in record.candidates} == {
        "anna": Verdict.CHOSEN,
        "bo": Verdict.LONGER_IDLE_FIRST,
    }


async def test_accepting_makes_it_theirs_and_the_next_goes_to_the_other(at_work: House) -> None:
    await at_work.agent("anna", "water")
    await at_work.agent("bo", "water")
    await at_work.customer("c1", "water")
    await at_work.engine.settle()
    row = await at_work.routing.offers.accept("c1", "anna")
    assert (row.state, row.agent, row.offer, row.queued_at) == (State.AGENT, "anna", None, None)
    assert await at_work.routing.offers.accept("c1", "anna") == await at_work.conversation("c1"), "twice is harmless"

    await at_work.customer("c2", "water")
    await at_work.engine.settle()
    assert (await at_work.conversation("c2")).offered_to == "bo"


async def test_an_offer_that_nobody_answers_goes_on_and_the_silent_one_is_away(at_work: House) -> None:
    await at_work.agent("anna", "water")
    await at_work.agent("bo", "water")
    before = await at_work.customer("c1", "water")
    await at_work.engine.settle()
    await at_work.pass_time(29)
    assert (await at_work.conversation("c1")).offered_to == "anna"
    await at_work.routing.presences.renew(["anna", "bo"])
    await at_work.pass_time(2)

    row = await at_work.conversation("c1")
    assert (row.offered_to, row.queued_at) == ("bo", before.queued_at)
    assert (await at_work.desk("anna")).status is Presence.AWAY
    assert [one.outcome for one in await at_work.decisions("c1")] == [
        Outcome.OFFERED,
        Outcome.TIMED_OUT,
        Outcome.OFFERED,
    ]


async def test_a_declined_one_is_not_offered_again_to_the_same_person(at_work: House) -> None:
    await at_work.agent("anna", "water")
    await at_work.customer("c1", "water")
    await at_work.engine.settle()
    await at_work.routing.offers.decline("c1", "anna")
    await at_work.engine.settle()
    assert (await at_work.conversation("c1")).offered_to is None
    last = (await at_work.decisions("c1"))[-1]
    assert last.outcome is Outcome.NOBODY
    assert [one.verdict for one in last.candidates] == [Verdict.DECLINED]
    assert (await at_work.desk("anna")).load == 0

    await at_work.agent("bo", "water")
    assert (await at_work.conversation("c1")).offered_to == "bo"


async def test_a_freed_agent_gets_the_oldest_never_the_newest(at_work: House) -> None:
    await at_work.agent("anna", "water", capacity=1)
    for id in ("c1", "c2", "c3", "c4"):
        await at_work.customer(id, "water")
    await at_work.engine.settle()
    for served, following in (("c1", "c2"), ("c2", "c3"), ("c3", "c4")):
        await at_work.routing.offers.accept(served, "anna")
        await at_work.engine.settle()
        assert (await at_work.conversation(following)).offered_to is None, "capacity is one"
        await at_work.change(served, lambda read: close(read, at=at_work.clock.now()))
        assert (await at_work.conversation(following)).offered_to == "anna"


async def test_the_place_in_the_queue_counts_those_before(at_work: House) -> None:
    for id in ("c1", "c2", "c3"):
        await at_work.customer(id, "water")
    await at_work.customer("other", "gas")
    await at_work.engine.settle()
    places = [await ahead(at_work.store, await at_work.conversation(id)) for id in ("c1", "c2", "c3", "other")]
    assert places == [0, 1, 2, 0]


async def test_nobody_there_is_recorded_with_the_reason_for_each(at_work: House) -> None:
    await at_work.agent("anna", "water", capacity=0)
    await at_work.agent("bo", "water", online=True)
    await at_work.routing.presences.choose("bo", Presence.BUSY)
    await at_work.customer("c1", "water")
    await at_work.engine.settle()
    (record,) = await at_work.decisions("c1")
    assert record.outcome is Outcome.NOBODY
    assert {one.agent: one.verdict for one in record.candidates} == {"anna": Verdict.NO_PLACE, "bo": Verdict.BUSY}


async def test_a_dropped_connection_gives_offers_back_after_the_grace_time_only(at_work: House) -> None:
    await at_work.agent("anna", "water")
    await at_work.customer("c1", "water")
    await at_work.engine.settle()
    await at_work.routing.presences.disconnect("anna")
    await at_work.pass_time(10)
    assert (await at_work.conversation("c1")).offered_to == "anna", "a reload is no departure"
    await at_work.pass_time(6)
    assert (await at_work.conversation("c1")).offered_to is None
    assert (await at_work.desk("anna")).status is Presence.AWAY

    await at_work.routing.presences.connect("anna")
    await at_work.engine.settle()
    assert (await at_work.conversation("c1")).offered_to == "anna", "back, and the choice of before holds"


async def test_a_reconnection_within_the_grace_time_changes_nothing(at_work: House) -> None:
    await at_work.agent("anna", "water")
    await at_work.routing.presences.disconnect("anna")
    await at_work.pass_time(10)
    await at_work.routing.presences.connect("anna")
    await at_work.pass_time(30)
    assert (await at_work.desk("anna")).status is Presence.ONLINE


async def test_a_process_that_dies_is_noticed_by_its_silence(at_work: House) -> None:
    await at_work.agent("anna", "water")
    for _ in range(4):
        await at_work.pass_time(15)
        await at_work.routing.presences.renew(["anna"])
    assert (await at_work.desk("anna")).status is Presence.ONLINE
    await at_work.pass_time(46)
    assert (await at_work.desk("anna")).status is Presence.AWAY


async def test_automatic_acceptance_assigns_at_once(at_work: House) -> None:
    await at_work.team("fast", auto_accept=True)
    await at_work.agent("anna", "fast")
    await at_work.customer("c1", "fast")
    await at_work.engine.settle()
    row = await at_work.conversation("c1")
    assert (row.state, row.agent) == (State.AGENT, "anna")
    assert (await at_work.decisions("c1"))[-1].outcome is Outcome.ASSIGNED


async def test_taking_from_a_colleague_needs_the_right_and_from_a_queue_does_not(at_work: House) -> None:
    await at_work.agent("anna", "water")
    await at_work.agent("lead", "water", capacity=0)
    await at_work.customer("c1", "water")
    await at_work.engine.settle()
    await at_work.routing.offers.accept("c1", "anna")
    with pytest.raises(Forbidden):
        await at_work.routing.offers.take("c1", "lead", over=False)
    row = await at_work.routing.offers.take("c1", "lead", over=True)
    await at_work.engine.settle()
    assert row.agent == "lead"
    assert (await at_work.desk("anna")).load == 0
    assert (await at_work.desk("lead")).load == 1, "a person may take more than routing would give"
    record = (await at_work.decisions("c1"))[-1]
    assert (record.outcome, record.by) == (Outcome.TAKEN, "lead")


async def test_an_offer_of_somebody_else_cannot_be_accepted(at_work: House) -> None:
    await at_work.agent("anna", "water")
    await at_work.agent("bo", "water")
    await at_work.customer("c1", "water")
    await at_work.engine.settle()
    with pytest.raises(WrongMove):
        await at_work.routing.offers.accept("c1", "bo")
    with pytest.raises(NotFound):
        await at_work.routing.offers.accept("nothing", "bo")


async def test_a_conversation_moved_to_another_queue_is_placed_there(at_work: House) -> None:
    await at_work.agent("anna", "water")
    await at_work.agent("gus", "gas")
    await at_work.customer("c1", "water")
    await at_work.engine.settle()
    await at_work.routing.offers.accept("c1", "anna")
    await at_work.change("c1", lambda read: to_queue(read, "gas", at=at_work.clock.now()))
    assert (await at_work.conversation("c1")).offered_to == "gus"
    assert (await at_work.desk("anna")).load == 0


async def test_many_at_once_pass_no_cap_and_leave_nobody_waiting_who_could_be_served(at_work: House) -> None:
    for number in range(6):
        await at_work.agent(f"a{number}", "water", capacity=3)
    await asyncio.gather(*(at_work.customer(f"c{number:02}", "water") for number in range(25)))
    await at_work.engine.settle()
    rows = [await at_work.conversation(f"c{number:02}") for number in range(25)]
    loads = [sum(row.offered_to == f"a{number}" for row in rows) for number in range(6)]
    assert loads == [3] * 6
    assert sum(row.offered_to is None for row in rows) == 25 - 18
    served = max((row.queued_at, row.id) for row in rows if row.offered_to and row.queued_at)
    waiting = min((row.queued_at, row.id) for row in rows if not row.offered_to and row.queued_at)
    assert served < waiting, "the oldest were served"


@pytest.mark.parametrize(("lost", "given"), [(0, 8), (2, 5), (3, 2), (4, 1), (9, 1)])
async def test_a_step_that_lost_races_asks_for_less_at_once_and_still_serves_all(
    at_work: House, lost: int, given: int
) -> None:
    for number in range(8):
        await at_work.customer(f"c{number}", "water")
    await at_work.engine.settle()
    await at_work.agent("anna", "water", capacity=8, online=False)
    await at_work.routing.presences.connect("anna")
    job = structs.replace(MATCH.job(Match(agent="anna"), lane="", seq=0, at=at_work.clock.now()).doc, attempts=lost)
    writes = await at_work.routing.match(Match(agent="anna"), job, at_work.clock.now())
    assert sum(write.collection is CONVERSATIONS for write in writes) == given
    await at_work.store.commit(*writes)
    await at_work.engine.settle()
    assert (await at_work.desk("anna")).load == 8
