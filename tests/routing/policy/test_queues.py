"""Queues: what a step widens, when somebody is kept for a person, and what a queue cannot be."""

from __future__ import annotations

from itertools import pairwise

import msgspec
import pytest

from conversations.model import Priority
from routing.policy.fit import suits
from routing.policy.needs import Needs, skills_of
from routing.policy.queues import Ending, Queue, Step, rings
from routing.policy.workers import Craft

NEEDS = Needs(teams=frozenset({"gas"}), skills=skills_of({"燃气": 3}), language="zh", region="north")


def test_steps_add_up_and_the_last_may_end_the_waiting() -> None:
    queue = Queue(
        steps=(
            Step(after=0.5, levels=1),
            Step(after=0.8, levels=5, teams=frozenset({"water"})),
            Step(after=1.0, anyone=True, waives=frozenset({"region"})),
            Step(after=3.0, ending=Ending.CALL_BACK),
        )
    )
    first, half, most, whole = rings(NEEDS, queue)
    assert first == NEEDS
    assert half.skills == skills_of({"燃气": 2})
    assert (most.skills, most.teams) == (skills_of({"燃气": 1}), frozenset({"gas", "water"}))
    assert (whole.teams, whole.region, whole.language) == (frozenset(), "", "zh")


def test_a_wider_ring_takes_in_everybody_of_the_narrower_one() -> None:
    queue = Queue(
        steps=(Step(after=0.5, levels=1), Step(after=0.8, anyone=True), Step(after=1, waives=frozenset({"language"})))
    )
    crafts = [
        Craft(
            skills=skills_of({"燃气": level}),
            teams=frozenset(teams),
            languages=frozenset(spoken),
            regions=frozenset({"north"}),
        )
        for level in (1, 2, 3)
        for teams in ((), ("gas",), ("water",))
        for spoken in ((), ("zh",))
    ]
    suited = [{craft for craft in crafts if suits(ring, craft) is None} for ring in rings(NEEDS, queue)]
    assert [len(found) for found in suited] == [1, 2, 6, 12]
    assert all(narrow < wide for narrow, wide in pairwise(suited))


def test_waiting_for_a_team_of_nobody_in_particular_is_not_widened_to_a_team() -> None:
    assert rings(Needs(), Queue(steps=(Step(after=1, teams=frozenset({"water"})),)))[1].teams == frozenset()


@pytest.mark.parametrize(("sticky", "priority", "until"), [(30, Priority.NORMAL, 120), (30, Priority.URGENT, 105)])
def test_nobody_is_kept_for_a_person_longer_than_a_third_of_the_target(
    sticky: float, priority: Priority, until: float
) -> None:
    queue = Queue(target=60, targets={Priority.URGENT: 15}, sticky=sticky)
    assert queue.kept_until(100, priority) == until


@pytest.mark.parametrize(
    ("given", "named"),
    [
        ({"target": 0}, r"\$\.target"),
        ({"targets": {"urgent": -1}}, r"\$\.targets"),
        ({"targets": {"soon": 1}}, "soon"),
        ({"cap": -1}, r"\$\.cap"),
        ({"full": "shrug"}, r"\$\.full"),
        ({"bount": 3}, "bount"),
        ({"steps": [{"after": -1}]}, r"\$\.steps\[0\]\.after"),
        ({"steps": [{"after": 1}, {"after": 0.5}]}, "order of their `after`"),
        ({"steps": [{"after": 1, "ending": "bot"}, {"after": 2}]}, "Only the last"),
    ],
)
def test_what_a_queue_cannot_be(given: dict[str, object], named: str) -> None:
    with pytest.raises(msgspec.ValidationError, match=named):
        msgspec.convert(given, Queue)
