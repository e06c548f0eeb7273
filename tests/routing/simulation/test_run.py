"""A day run through the board: every customer is accounted for, and the report counts what happened."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conversations.model import Conversation, Priority, State
from hub.errors import Invalid
from hub.model import Address
from routing.board import Board
from routing.model import Decision, Desk, Outcome
from routing.policy.order import Rules
from routing.policy.queues import Ending, Queue, Step
from routing.simulation.comparison import HEADINGS, compare, table
from routing.simulation.day import made
from routing.simulation.replay import EVERYBODY, Stored, replayed
from routing.simulation.report import gini, jain, result
from routing.simulation.run import Course, Run
from routing.simulation.scenario import Arrival, Scenario, Spread, Staff, Surge, Traffic

WEIGHTS = {Priority.NORMAL: 1.0, Priority.URGENT: 9.0}


def course(scenario: Scenario, seed: int = 1) -> Course:
    day = made(scenario, seed)
    return Run(day, Rules(), Board(Rules(), day.queues)).course()


def arrival(at: float, **given_: object) -> Arrival:
    return Arrival(at=at, queue="q", handle=given_.pop("handle", 100.0), **given_)  # type: ignore[arg-type]  # by name


def told(course_: Course) -> list[tuple[str, float]]:
    return [
        (visit.agent or ("left" if visit.left else str(visit.ending)), round(visit.waited, 6))
        for visit in course_.visits
    ]


def test_customers_are_served_in_turn_and_the_impatient_leave() -> None:
    scenario = Scenario(
        queues={"q": Queue()},
        arrivals=(arrival(0), arrival(10), arrival(20, patience=30.0), arrival(30), arrival(500)),
        staff=(Staff(count=1),),
    )
    assert told(course(scenario)) == [("00000", 0), ("00000", 90), ("left", 30), ("00000", 170), ("00000", 0)]


def test_nobody_works_outside_their_shift_and_who_is_at_work_finishes_it() -> None:
    scenario = Scenario(
        queues={"q": Queue()},
        arrivals=(arrival(0), arrival(60), arrival(70)),
        staff=(Staff(count=1, shifts=((50.0, 100.0), (300.0, 410.0))),),
    )
    assert told(course(scenario)) == [("00000", 50), ("00000", 240), ("00000", 330)]


def test_steps_caps_and_capacity_are_those_of_the_board() -> None:
    queue = Queue(target=50, cap=1, full=Ending.BOT, steps=(Step(after=1.0, ending=Ending.CALL_BACK),))
    scenario = Scenario(
        queues={"q": queue},
        arrivals=(arrival(0), arrival(1), arrival(2), arrival(3)),
        staff=(Staff(count=1, capacity=2),),
    )
    assert told(course(scenario)) == [("00000", 0), ("00000", 0), ("call_back", 50), ("bot", 0)]


def test_the_pace_of_a_person_stretches_what_they_do() -> None:
    scenario = Scenario(
        queues={"q": Queue()},
        arrivals=(arrival(0, skills={"a": 1}), arrival(1, skills={"a": 1})),
        staff=(Staff(count=1, skills={"a": 1}, pace={"a": 1.5}),),
    )
    assert told(course(scenario))[1] == ("00000", 149)


def test_who_is_never_answered_counts_as_gone_and_missed() -> None:
    scenario = Scenario(
        queues={"q": Queue(target=60)},
        arrivals=(arrival(0), arrival(10, priority=Priority.URGENT)),
        staff=(Staff(count=1, shifts=((0.0, 50.0),)),),
    )
    day = made(scenario, 1)
    found = result("p", 1, day, course(scenario), WEIGHTS)
    assert (found.whole.customers, found.whole.abandoned, found.whole.miss) == (2, 0.5, 0.5)
    assert found.whole.weighted_miss == 0.9
    assert found.queues["q"] == found.whole


def test_traffic_follows_its_curve_and_its_surges() -> None:
    traffic = Traffic(
        queue="q", per_hour=((0.0, 0.0), (3600.0, 3600.0), (7200.0, 3600.0)), handle=Spread(mean=1, cv=0),
        surges=(Surge(start=5400, end=7200, times=3),),
    )  # fmt: skip
    scenario = Scenario(seconds=7200, queues={"q": Queue()}, traffic=(traffic,), staff=(Staff(count=9),))
    times = [customer.item.since for customer in made(scenario, 1).customers]
    parts = [sum(start <= at < start + 1800 for at in times) for start in (0, 1800, 3600, 5400)]
    assert parts == pytest.approx([450, 1350, 1800, 5400], rel=0.1)


@given(st.lists(st.floats(0, 100), min_size=1, max_size=30))
def test_fairness_is_between_all_alike_and_one_with_everything(values: list[float]) -> None:
    assert -1e-9 <= gini(values) < 1
    assert 1 / len(values) - 1e-9 <= jain(values) <= 1 + 1e-9
    assert gini([5.0] * len(values)) == pytest.approx(0, abs=1e-9)
    assert jain([5.0] * len(values)) == pytest.approx(1)
    alone = [0.0] * 9 + [3.0]
    assert gini(alone) == pytest.approx(0.9)
    assert jain(alone) == pytest.approx(0.1)


def test_policies_are_compared_on_the_same_days() -> None:
    scenario = Scenario(
        seconds=7200, seeds=(1, 2), batch=True, queues={"q": Queue(target=20, targets={Priority.URGENT: 5})},
        traffic=(
            Traffic(
                queue="q", per_hour=110, handle=Spread(mean=100), patience=Spread(mean=600),
                priorities={Priority.URGENT: 1, Priority.NORMAL: 3},
            ),
        ),
        staff=(Staff(count=3),),
    )  # fmt: skip
    found = compare(scenario)
    assert [line.policy for line in found.lines] == ["index", "longest_idle", "fifo", "batch"]
    assert len({one.whole.customers for one in found.results if one.seed == 1}) == 1
    by_name = {line.policy: line for line in found.lines}
    assert by_name["index"].weighted_miss < by_name["fifo"].weighted_miss
    assert by_name["index"].days == 2
    assert all(len(row) == len(HEADINGS) for row in table(found))
    assert compare(scenario) == found, "the same seeds, the same figures"
    only = compare(scenario, policies=["fifo"], seeds=[2])
    assert only.results == tuple(one for one in found.results if (one.policy, one.seed) == ("fifo", 2))
    with pytest.raises(Invalid, match="no such policy"):
        compare(scenario, policies=["best"])


START = datetime(2026, 11, 30, 8, tzinfo=UTC)


def at(seconds: float) -> datetime:
    return START + timedelta(seconds=seconds)


def stored(id: str, since: float, answered: float | None, closed: float | None, team: str | None = "gas") -> Stored:
    conversation = Conversation(
        id=id, inbox="i", address=Address(channel="webchat", user=id), profile=id, team=team,
        closed_at=at(closed) if closed else None, state=State.CLOSED if closed else State.AGENT,
        last_at=START, opened_at=START, changed_at=START,
    )  # fmt: skip
    decisions = [Decision(id="d0", conversation=id, at=at(since), outcome=Outcome.NOBODY, team=team)]
    if answered is not None:
        made_ = Decision(id="d1", conversation=id, at=at(answered), outcome=Outcome.ACCEPTED, agent="x", team=team)
        decisions.append(made_)
    return Stored(conversation, tuple(decisions))


def test_yesterday_is_replayed_from_its_rows() -> None:
    desks = [
        Desk(id="anna", name="Anna", teams=("gas",), capacity=1, idle_since=START, changed_at=START),
        Desk(id="bo", name="Bo", capacity=1, idle_since=START, changed_at=START),
    ]
    rows = [
        stored("c", 30, None, 90),
        stored("a", 10, 20, 320),
        stored("b", 20, 40, 140, team=None),
        stored("open", 40, 50, None),
        stored("late", 9999, 9999, 10_000),
    ]
    scenario = replayed(rows, desks, start=START, end=at(3600))
    assert [(one.at, one.queue, one.handle, one.patience) for one in scenario.arrivals] == [
        (10, "gas", 300, None), (20, EVERYBODY, 100, None), (30, "gas", 200, 60), (40, "gas", 200, None),
    ]  # fmt: skip
    assert scenario.staff[0] == Staff(count=1, teams=frozenset({"gas"}), capacity=1)
    assert told(course(scenario)) == [("00000", 0), ("00001", 0), ("left", 60), ("00000", 270)]
    with pytest.raises(Invalid, match="nothing to replay"):
        replayed(rows, [], start=START, end=at(3600))
    with pytest.raises(Invalid, match="nothing to replay"):
        replayed(rows, desks, start=at(20_000), end=at(30_000))
