"""Scenario files: what is wrong is told with its field, and what is right is what the file says."""

from __future__ import annotations

from pathlib import Path

import pytest

from conversations.model import Priority
from hub.errors import Invalid
from routing.policy.order import Order
from routing.simulation.day import made
from routing.simulation.reading import read

SHIPPED = Path(__file__).resolve().parents[3] / "routing" / "simulation" / "scenarios"

GOOD = """
seconds = 3600
[queues.q]
target = 30
[[traffic]]
queue = "q"
per_hour = 10
skills = {gas = 2}
handle = {mean = 60}
[[staff]]
count = 1
skills = {gas = 1}
"""


@pytest.mark.parametrize(
    ("old", "new", "field"),
    [
        ("seconds = 3600", "seconds = -1", "seconds"),
        ("seconds = 3600", "", "seconds"),
        ("seconds = 3600", "seconds = 3600\ncolour = 1", "colour"),
        ("seconds = 3600", "seconds = 3600\nseeds = []", "seeds"),
        ("target = 30", "target = 0", "queues[...].target"),
        ("target = 30", "tarjet = 30", "queues[...]"),
        ('queue = "q"', 'queue = "p"', "traffic[0].queue"),
        ("per_hour = 10", "per_hour = -10", "traffic[0].per_hour"),
        ("per_hour = 10", "per_hour = [[10, 5], [0, 5]]", "traffic[0]"),
        ("per_hour = 10", "per_hour = 10\npriorities = {normal = 0}", "traffic[0]"),
        ("per_hour = 10", "per_hour = 10\npriorities = {soon = 1}", "traffic[0].priorities"),
        ("per_hour = 10", "per_hour = 10\nsurges = [{start = 9, end = 3, times = 2}]", "traffic[0].surges[0]"),
        ("{gas = 2}", "{power = 2}", "traffic[0].skills"),
        ("{gas = 2}", "{gas = 0}", "traffic[0].skills[...]"),
        ("handle = {mean = 60}", "", "traffic[0]"),
        ("handle = {mean = 60}", "handle = {mean = 60, cv = -1}", "traffic[0].handle.cv"),
        ("count = 1", "count = 0", "staff"),
        ("count = 1", "count = 1\nshifts = [[50, 10]]", "staff[0]"),
        ("count = 1", "count = 1\npace = {gas = 0}", "staff[0].pace[...]"),
        ("[[staff]]", "[policies.batch]\n[[staff]]", "policies.batch"),
        ("[[staff]]", '[policies.x]\norder = "random"\n[[staff]]', "policies[...].order"),
        ("[[staff]]", "[policies.x]\ndamping = 2\n[[staff]]", "policies[...].damping"),
        ("[[staff]]", "[drawn]\nskills = 1\nagents = 1\narrivals = 1\npriorities = {normal = 1}\n[[staff]]", "drawn"),
    ],
)
def test_a_fault_is_told_with_its_field(old: str, new: str, field: str) -> None:
    assert old in GOOD
    with pytest.raises(Invalid) as told:
        read(GOOD.replace(old, new), path="day.toml")
    assert told.value.path == field
    assert str(told.value).startswith("day.toml: ")
    assert field in str(told.value)


def test_what_is_no_toml_says_where() -> None:
    with pytest.raises(Invalid, match=r"no TOML.*line 1"):
        read("seconds 3600")


def test_nobody_who_comes_and_nobody_who_works_is_no_scenario() -> None:
    with pytest.raises(Invalid, match="Nobody comes"):
        read("seconds = 1")
    with pytest.raises(Invalid, match="More skills surge"):
        read("[drawn]\nskills = 2\nagents = 1\narrivals = 1\nsurge_skills = 3\npriorities = {normal = 1}")


@pytest.mark.parametrize("path", sorted(SHIPPED.glob("*.toml")), ids=lambda path: path.stem)
def test_the_shipped_ones_can_be_read(path: Path) -> None:
    scenario = read(path.read_text(encoding="utf-8"))
    assert scenario.name == path.stem
    assert scenario.policies["longest_idle"].order is Order.PRIORITY


def test_the_hard_one_is_what_it_says() -> None:
    """2,000 people, 40 skills, about 100,000 customers, more than half of the people with one skill."""
    day = made(read((SHIPPED / "hard.toml").read_text(encoding="utf-8")), 11)
    assert len(day.customers) == pytest.approx(100_000, rel=0.02)
    assert (len(day.people), len(day.queues)) == (2000, 40)
    skills = [len(shift.worker.craft.skills) for shift in day.people]
    assert skills.count(1) / 2000 == pytest.approx(0.55, abs=0.04)
    assert max(skills) == 4
    slower = [pace for shift in day.people for _, pace in shift.worker.craft.pace if pace != 1]
    assert 1 <= min(slower) <= max(slower) <= 1.6
    urgent = sum(customer.item.priority is Priority.URGENT for customer in day.customers)
    assert urgent / len(day.customers) == pytest.approx(0.1, abs=0.01)
    load = sum(customer.handle for customer in day.customers) / day.ends / 2000
    assert load == pytest.approx(0.85, rel=0.03)
    assert len({shift.worker.craft for shift in day.people}) > 500
