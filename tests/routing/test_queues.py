"""What queues promise: skills, kinds of work, overflow, caps, closed hours, sticky people. Over both engines."""

from __future__ import annotations

from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING

import pytest
from msgspec import structs

from conversations.hours import Hours, Interval
from conversations.model import Priority, State
from conversations.moves import close
from conversations.wants import Needed
from hub.conditions import Op, Rule
from hub.errors import Invalid
from hub.store.port import Eq
from hub.work.jobs import JOBS
from routing.model import Outcome, Presence, Verdict
from routing.overflow import timers
from routing.policy.queues import Ending
from routing.rearming import PAGE
from routing.ruleset import RoutingRule, Then
from routing.settings import OverflowStep, QueuePromise
from tests.routing.house import House, house

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from conversations.model import Conversation
    from tests.stores import Engine


@pytest.fixture
async def at_work(engine: Engine) -> AsyncIterator[House]:
    """A house with two teams, "water" and "gas"."""
    async with house(engine) as made:
        await made.team("water")
        await made.team("gas")
        yield made


async def test_a_skill_goes_before_whoever_is_idle_and_the_record_counts_who_lacks_it(at_work: House) -> None:
    for name in ("anna", "bo", "cy"):
        await at_work.agent(name, "water", skills={"水表": 1})
    await at_work.customer("c1", "water", skills={"燃气": 2})
    await at_work.engine.settle()
    (record,) = await at_work.decisions("c1")
    assert (record.outcome, record.sentence) == (Outcome.NOBODY, "3 idle agents, none with skill 燃气")
    assert {one.verdict for one in record.candidates} == {Verdict.UNSUITED}
    assert record.reason is not None
    assert record.reason.idle == 3

    await at_work.agent("di", "water", skills={"燃气": 1})
    assert (await at_work.conversation("c1")).offered_to is None, "level 1 is less than 2"
    await at_work.agent("eve", "water", skills={"燃气": 3})
    assert (await at_work.conversation("c1")).offered_to == "eve"


async def test_hundreds_who_need_what_nobody_has_stand_in_nobodys_way(at_work: House) -> None:
    await at_work.agent("anna", "water", capacity=1)
    await at_work.customer("first", "water")
    for number in range(60):
        await at_work.customer(f"gas{number:02}", "water", skills={"燃气": 1}, later=0.01)
    await at_work.customer("last", "water")
    await at_work.engine.settle()
    await at_work.change("first", lambda read: close(read, at=at_work.clock.now()))
    assert (await at_work.conversation("last")).offered_to == "anna"


async def test_the_one_who_can_do_least_else_is_asked_first(at_work: House) -> None:
    await at_work.agent("all", "water", skills={"水表": 1, "燃气": 1, "投诉": 1})
    await at_work.agent("one", "water", skills={"水表": 1})
    await at_work.customer("c1", "water", skills={"水表": 1})
    await at_work.engine.settle()
    assert (await at_work.conversation("c1")).offered_to == "one"


async def test_overflow_widens_the_search_at_its_moment_and_not_a_second_earlier(at_work: House) -> None:
    steps = (OverflowStep(after=0.5, levels=1), OverflowStep(after=1.0, teams=frozenset({"gas"})))
    await at_work.queue("water", QueuePromise(target=60, sticky=0, steps=steps))
    await at_work.agent("novice", "water", skills={"燃气": 1})
    await at_work.agent("gus", "gas", skills={"燃气": 1})
    await at_work.customer("c1", "water", skills={"燃气": 2})
    await at_work.engine.settle()
    await at_work.pass_time(29.9)
    assert (await at_work.conversation("c1")).offered_to is None
    await at_work.pass_time(0.2)
    assert (await at_work.conversation("c1")).offered_to == "novice"
    await at_work.routing.offers.decline("c1", "novice")
    await at_work.engine.settle()
    assert (await at_work.conversation("c1")).offered_to is None
    await at_work.routing.presences.renew(["gus"])
    await at_work.pass_time(29)
    assert (await at_work.conversation("c1")).offered_to is None
    await at_work.pass_time(1)
    row = await at_work.conversation("c1")
    assert row.offered_to == "gus"
    assert [one.ring for one in await at_work.decisions("c1") if one.outcome is Outcome.OFFERED] == [1, 2]


async def test_a_step_that_ends_the_waiting_defers_and_nothing_happens_to_one_that_is_gone(at_work: House) -> None:
    await at_work.queue(
        "water", QueuePromise(target=10, sticky=0, steps=(OverflowStep(after=1, ending=Ending.CALL_BACK),))
    )
    await at_work.customer("gone", "water")
    before = await at_work.customer("c1", "water")
    await at_work.engine.settle()
    await at_work.change("gone", lambda read: close(read, at=at_work.clock.now()))
    await at_work.pass_time(11)
    row = await at_work.conversation("c1")
    assert (row.wants.deferred, row.wants.wish, row.queued_at) == ("call_back", "call_back", before.queued_at)
    assert (await at_work.conversation("gone")).wants.wish == ""
    ended = [one for one in await at_work.decisions("c1") if one.outcome is Outcome.DEFERRED]
    assert [(one.why, one.ending) for one in ended] == [("overflow", "call_back")]
    assert not await at_work.store.find(JOBS, Eq("state", "dead"), limit=10)

    await at_work.agent("anna", "water", capacity=1)
    assert (await at_work.conversation("c1")).offered_to == "anna", "who left a wish is served when there is time"


async def test_who_waits_already_comes_to_the_steps_that_their_queue_is_given(at_work: House) -> None:
    promise = QueuePromise(target=100, sticky=0)
    await at_work.queue("water", promise)
    for number in range(PAGE + 2):
        await at_work.customer(f"c{number}", "water")
    await at_work.customer("gas", "gas")
    await at_work.engine.settle()
    await at_work.pass_time(60)
    await at_work.customer("late", "water")
    await at_work.queue("water", structs.replace(promise, steps=(OverflowStep(after=0.5, ending=Ending.MESSAGE),)))
    rows = [await at_work.conversation(f"c{number}") for number in range(PAGE + 2)]
    assert {row.wants.deferred for row in rows} == {"message"}, "their step was past when it was set"
    await at_work.pass_time(49)
    assert (await at_work.conversation("late")).wants.deferred == ""
    await at_work.pass_time(2)
    assert (await at_work.conversation("late")).wants.deferred == "message"
    assert (await at_work.conversation("gas")).wants.deferred == ""


async def test_a_step_that_was_put_off_rings_once_at_its_new_moment_and_one_that_was_taken_away_never(
    at_work: House,
) -> None:
    def promise(*steps: OverflowStep) -> QueuePromise:
        return QueuePromise(target=100, sticky=0, steps=steps)

    await at_work.queue("water", promise(OverflowStep(after=0.5, ending=Ending.MESSAGE)))
    await at_work.customer("c1", "water")
    await at_work.engine.settle()
    await at_work.queue("water", promise(OverflowStep(after=2, ending=Ending.MESSAGE)))
    await at_work.pass_time(150)
    assert (await at_work.conversation("c1")).wants.deferred == ""
    assert len(await at_work.store.find(JOBS, Eq("lane", timers("c1")), Eq("state", "ready"), limit=5)) == 1
    await at_work.routing.designing.forget_queue(at_work.act, "water")
    await at_work.engine.settle()
    assert not await at_work.store.find(JOBS, Eq("lane", timers("c1")), Eq("state", "ready"), limit=5)
    await at_work.pass_time(100)
    assert (await at_work.conversation("c1")).wants.deferred == ""


async def test_deferred_work_comes_after_everything_that_waits(at_work: House) -> None:
    await at_work.queue(
        "water", QueuePromise(target=10, sticky=0, steps=(OverflowStep(after=1, ending=Ending.MESSAGE),))
    )
    await at_work.customer("c1", "water")
    await at_work.pass_time(11)
    await at_work.customer("c2", "water")
    await at_work.engine.settle()
    await at_work.agent("anna", "water", capacity=1)
    assert (await at_work.conversation("c2")).offered_to == "anna"
    assert (await at_work.conversation("c1")).offered_to is None


async def test_a_full_queue_lets_nobody_in_however_many_come_at_once(at_work: House) -> None:
    await at_work.queue("water", QueuePromise(target=60, sticky=0, cap=3, full=Ending.MESSAGE))
    for number in range(8):
        await at_work.customer(f"c{number}", "water", later=0)
    await at_work.engine.settle()
    rows = [await at_work.conversation(f"c{number}") for number in range(8)]
    assert [row.wants.deferred for row in rows] == [*[""] * 3, *["message"] * 5]
    refused = [one for row in rows for one in await at_work.decisions(row.id) if one.outcome is Outcome.DEFERRED]
    assert {one.why for one in refused} == {"full"}
    assert len(refused) == 5


async def test_outside_its_hours_a_queue_takes_a_message(at_work: House) -> None:
    hours = Hours(week=tuple(Interval(day=day, start=0, end=60) for day in range(7)))
    await at_work.queue("water", QueuePromise(target=60, sticky=0, closed=Ending.MESSAGE), hours=hours)
    await at_work.customer("c1", "water")
    await at_work.engine.settle()
    row = await at_work.conversation("c1")
    assert (row.wants.deferred, row.state) == ("message", State.WAITING)
    assert [one.why for one in await at_work.decisions("c1") if one.outcome is Outcome.DEFERRED] == ["closed"]


async def test_a_call_interrupts_chats_and_a_chat_interrupts_no_call(at_work: House) -> None:
    await at_work.agent("anna", "water", capacity=2)
    for id in ("chat1", "chat2"):
        await at_work.customer(id, "water")
        await at_work.engine.settle()
        await at_work.routing.offers.accept(id, "anna")
    await at_work.customer("chat3", "water")
    await at_work.customer("call", "water", channel="voice")
    await at_work.engine.settle()
    assert (await at_work.conversation("call")).offered_to == "anna"
    assert (await at_work.conversation("chat3")).offered_to is None
    await at_work.routing.offers.accept("call", "anna")
    for id in ("chat1", "chat2"):
        await at_work.change(id, lambda read: close(read, at=at_work.clock.now()))
    assert (await at_work.conversation("chat3")).offered_to is None, "a chat does not interrupt a call"
    await at_work.change("call", lambda read: close(read, at=at_work.clock.now()))
    assert (await at_work.conversation("chat3")).offered_to == "anna"


async def test_urgent_ones_go_first_and_equals_in_order_of_arrival(at_work: House) -> None:
    for id, priority in (("n1", Priority.NORMAL), ("n2", Priority.NORMAL), ("u1", Priority.URGENT)):
        await at_work.customer(id, "water", priority=priority)
    await at_work.engine.settle()
    await at_work.pass_time(5)
    await at_work.agent("anna", "water", capacity=1)
    for expected in ("u1", "n1", "n2"):
        assert (await at_work.conversation(expected)).offered_to == "anna"
        await at_work.routing.offers.accept(expected, "anna")
        await at_work.change(expected, lambda read: close(read, at=at_work.clock.now()))


async def test_a_customer_is_kept_for_who_knows_them_and_then_for_anyone(at_work: House) -> None:
    await at_work.queue("water", QueuePromise(target=60, sticky=15))
    await at_work.agent("anna", "water", capacity=1)
    await at_work.customer("before", "water", profile="mei")
    await at_work.engine.settle()
    await at_work.routing.offers.accept("before", "anna")
    await at_work.change("before", lambda read: close(read, at=at_work.clock.now()))
    await at_work.customer("busy", "water")
    await at_work.engine.settle()
    await at_work.routing.offers.accept("busy", "anna")
    await at_work.agent("bo", "water", capacity=1)
    await at_work.customer("c1", "water", profile="mei")
    await at_work.engine.settle()
    assert (await at_work.conversation("c1")).kept_for == "anna"
    assert (await at_work.conversation("c1")).offered_to is None, "bo is free, and it is anna's for a while"
    await at_work.pass_time(14.9)
    assert (await at_work.conversation("c1")).offered_to is None
    await at_work.pass_time(0.2)
    assert (await at_work.conversation("c1")).offered_to == "bo"


async def test_what_is_kept_for_somebody_who_leaves_is_for_anyone_at_once(at_work: House) -> None:
    await at_work.queue("water", QueuePromise(target=600, sticky=100))
    await at_work.agent("anna", "water", capacity=1)
    await at_work.customer("before", "water", profile="mei")
    await at_work.engine.settle()
    await at_work.routing.offers.accept("before", "anna")
    await at_work.change("before", lambda read: close(read, at=at_work.clock.now()))
    await at_work.customer("busy", "water")
    await at_work.engine.settle()
    await at_work.routing.offers.accept("busy", "anna")
    await at_work.agent("bo", "water", capacity=1)
    await at_work.customer("c1", "water", profile="mei")
    await at_work.engine.settle()
    assert (await at_work.conversation("c1")).kept_for == "anna"
    await at_work.routing.presences.choose("anna", Presence.AWAY)
    await at_work.engine.settle()
    assert (await at_work.conversation("c1")).offered_to == "bo"


async def test_a_call_takes_a_place_of_nobody_without_clearance(at_work: House) -> None:
    await at_work.agent("anna", "water")
    await at_work.agent("bo", "water", cleared=("minor",))
    await at_work.customer("c1", "water", asked={"restricted": ("minor",), "vip": 2})
    await at_work.engine.settle()
    assert (await at_work.conversation("c1")).offered_to == "bo"


async def test_rules_say_queue_skills_and_priority_when_it_is_queued(at_work: House) -> None:
    await at_work.agent("gus", "gas", skills={"燃气": 2})
    await at_work.publish(
        RoutingRule(
            name="gas",
            when=Rule(field="labels", op=Op.HAS, value="gas"),
            then=Then(queue="gas", priority=Priority.HIGH, needed=Needed(skills={"燃气": 2}, vip=1)),
        ),
        RoutingRule(name="web", when=Rule(field="channel", op=Op.IS, value="sms"), then=Then(queue="water")),
    )
    await at_work.customer("c1", None, labels=("gas",))
    await at_work.customer("c2", None)
    await at_work.engine.settle()
    row = await at_work.conversation("c1")
    assert (row.team, row.priority, row.offered_to) == ("gas", Priority.HIGH, "gus")
    assert (row.wants.needed.vip, dict(row.wants.needed.skills), row.wants.rules) == (1, {"燃气": 2}, 1)
    assert [one.why for one in await at_work.decisions("c1") if one.outcome is Outcome.SORTED] == ["gas"]
    assert (await at_work.conversation("c2")).team is None


async def test_what_somebody_asks_for_by_hand_moves_it_to_its_new_line(at_work: House) -> None:
    await at_work.agent("anna", "water", capacity=1)
    await at_work.customer("busy", "water")
    await at_work.customer("c1", "water")
    await at_work.engine.settle()
    await at_work.agent("eve", "water", skills={"燃气": 3}, capacity=0)
    await at_work.routing.asking.ask("c1", Needed(skills={"燃气": 3}), by="lead")
    await at_work.engine.settle()
    await at_work.change("busy", lambda read: close(read, at=at_work.clock.now()))
    row = await at_work.conversation("c1")
    assert (row.offered_to, dict(row.wants.needed.skills)) == (None, {"燃气": 3})
    with pytest.raises(Invalid) as refused:
        await at_work.routing.asking.ask("c1", Needed(skills={"潜水": 1}), by="lead")
    assert refused.value.path == "$.skills"


async def test_a_skill_a_bot_names_counts_only_when_somebody_has_it(at_work: House) -> None:
    await at_work.agent("anna", "water")
    await at_work.agent("eve", "water", skills={"燃气": 1})
    for id, named in (("c1", "燃气"), ("c2", "看不懂的话")):
        row = await at_work.customer(id, None)
        await at_work.change(row.id, partial(_suggested, named=named))
    await at_work.engine.settle()
    assert (await at_work.conversation("c1")).offered_to == "eve"
    assert (await at_work.conversation("c2")).offered_to == "anna"


def _suggested(read: Conversation, named: str) -> Conversation:
    return structs.replace(read, wants=structs.replace(read.wants, suggested=named))


async def test_a_rule_on_a_field_that_does_not_exist_is_refused_and_names_it(at_work: House) -> None:
    with pytest.raises(Invalid) as refused:
        await at_work.publish(RoutingRule(name="x", when=Rule(field="colour", op=Op.IS, value="red")))
    assert refused.value.path == "$.rules[0].when.field"
    with pytest.raises(Invalid) as refused:
        await at_work.publish(RoutingRule(name="x", then=Then(queue="nowhere")))
    assert refused.value.path == "$.rules[0].then.queue"
    faults = await at_work.routing.designing.check(
        [RoutingRule(name="x", then=Then(needed=Needed(skills={"潜水": 1})))]
    )
    assert [(one.path, one.severity, one.facts["skill"]) for one in faults] == [
        ("$.rules[0].then.needed.skills", "warning", "潜水")
    ]


async def test_a_new_policy_reaches_those_who_wait_and_those_at_work(at_work: House) -> None:
    await at_work.agent("gus", "gas")
    await at_work.customer("c1", "water")
    await at_work.engine.settle()
    assert (await at_work.conversation("c1")).offered_to is None
    await at_work.pass_time(31)
    await at_work.routing.presences.renew(["gus"])
    await at_work.queue("water", QueuePromise(target=60, sticky=0, steps=(OverflowStep(after=0.5, anyone=True),)))
    assert (await at_work.conversation("c1")).offered_to == "gus"


async def test_offers_come_back_in_order_when_a_laptop_goes_to_sleep(at_work: House) -> None:
    await at_work.agent("anna", "water", capacity=3)
    for id in ("c1", "c2", "c3"):
        await at_work.customer(id, "water")
    await at_work.engine.settle()
    assert [(await at_work.conversation(id)).offered_to for id in ("c1", "c2", "c3")] == ["anna"] * 3
    await at_work.routing.presences.disconnect("anna")
    await at_work.agent("bo", "water", capacity=1)
    await at_work.pass_time(timedelta(seconds=16).total_seconds())
    assert [(await at_work.conversation(id)).offered_to for id in ("c1", "c2", "c3")] == ["bo", None, None]
