"""The index and the key: what comes before what."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conversations.model import Priority
from routing.policy.needs import skills_of
from routing.policy.order import Order, People, Rules, Stake, turn
from routing.policy.queues import Queue
from routing.policy.workers import Craft

QUEUE = Queue(target=180, targets={Priority.URGENT: 20, Priority.HIGH: 60}, bound=900, handle=300)
waits = st.floats(0, 5000)


def stake(
    priority: Priority = Priority.NORMAL, vip: int = 0, *, order: Order = Order.INDEX, bulk: bool = False
) -> Stake:
    return Stake(Rules(order=order, damping=0.5), QUEUE, priority, vip, bulk=bulk)


def test_the_index_is_weight_times_the_part_of_the_target_over_the_time_it_takes() -> None:
    assert stake(Priority.URGENT).score(10) == pytest.approx(9 * (10 / 20) / 300)
    assert stake(Priority.HIGH, vip=2).score(30, pace=1.5) == pytest.approx(3 * 4 * (30 / 60) / 450)


def test_a_missed_target_is_damped() -> None:
    urgent = stake(Priority.URGENT)
    assert urgent.score(20) == pytest.approx(9 / 300)
    assert urgent.score(20.001) < urgent.score(11)


@given(waits, waits, st.sampled_from(Priority), st.sampled_from(Priority), st.sampled_from(Order), st.booleans())
def test_nothing_comes_before_those_past_the_bound(
    late: float, other: float, priority: Priority, others: Priority, order: Order, bulk: bool
) -> None:
    over, under = 900.5 + late, min(other, 900)
    assert stake(priority, order=order, bulk=bulk).score(over) > stake(others, 3, order=order).score(under)
    later = stake(others, order=order).score(over + 1)
    assert later > stake(priority, 5, order=order).score(over), "of two past the bound, whoever is further past it"


@given(waits, waits, st.sampled_from(Priority), st.sampled_from(Priority))
def test_bulk_work_is_below_everything(bulk: float, other: float, priority: Priority, others: Priority) -> None:
    assert stake(priority, 9, bulk=True).score(min(bulk, 900)) < stake(others).score(other)


@pytest.mark.parametrize(
    ("order", "first"), [(Order.PRIORITY, Priority.URGENT), (Order.ARRIVAL, Priority.LOW), (Order.INDEX, Priority.LOW)]
)
def test_the_other_orders(order: Order, first: Priority) -> None:
    waited = {Priority.URGENT: 0.5, Priority.LOW: 100.0}
    ranked = sorted(waited, key=lambda one: stake(one, order=order).score(waited[one]), reverse=True)
    assert ranked[0] is first


def test_the_least_flexible_is_asked_first_then_the_emptiest_then_the_longest_idle() -> None:
    one, two = Craft(skills=skills_of(["a"])), Craft(skills=skills_of(["a", "b"]))
    rules = Rules()
    keys = [turn(rules, one, 0.0, 50), turn(rules, one, 0.5, 10), turn(rules, one, 0.5, 20), turn(rules, two, 0.0, 0)]
    assert keys == sorted(keys)
    idle = Rules(people=People.LONGEST_IDLE)
    assert turn(idle, two, 0.0, 0) < turn(idle, one, 0.0, 1)
    fair = Rules(fairness=120)
    assert turn(fair, two, 0.0, 0) < turn(fair, one, 0.0, 121), "so much longer idle makes up for a skill more"
    assert turn(fair, one, 0.0, 119) < turn(fair, two, 0.0, 0)
