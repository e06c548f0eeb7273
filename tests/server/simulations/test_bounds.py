"""How many customers a scenario brings is told before it is run, near what the day then has."""

from __future__ import annotations

import pytest

from hub.errors import Invalid
from routing.simulation.day import made
from routing.simulation.reading import read
from server.simulations.bounds import customers, people, require_bounded

HEAD = "seconds = 36000\n[queues.a]\n[[staff]]\ncount = 3\n[[staff]]\ncount = 2\n[[traffic]]\nqueue = 'a'\n"
TAIL = "\nhandle = {mean = 60}\n"


@pytest.mark.parametrize(
    "traffic",
    [
        "per_hour = 400",
        "per_hour = [[0, 100], [18000, 900], [36000, 100]]",
        "per_hour = [[3600, 200], [7200, 600], [90000, 600]]",
        "per_hour = 300\nsurges = [{start = 3600, end = 7200, times = 3}, {start = 30000, end = 90000, times = 2}]",
    ],
)
def test_the_estimate_is_near_what_the_day_has(traffic: str) -> None:
    scenario = read(HEAD + traffic + TAIL)
    drawn = sum(len(made(scenario, seed).customers) for seed in range(3)) / 3
    assert customers(scenario) == pytest.approx(drawn, rel=0.06)
    assert people(scenario) == 5


@pytest.mark.parametrize(
    ("text", "policies", "days", "path", "field"),
    [
        (HEAD + "per_hour = 400" + TAIL, 3, 21, "$.seeds", None),
        (HEAD + "per_hour = 30000" + TAIL, 2, 2, "$.scenario", "traffic"),
        (HEAD.replace("count = 3", "count = 30000") + "per_hour = 1" + TAIL, 1, 1, "$.scenario", "staff"),
    ],
)
def test_what_is_too_large_is_refused_by_name(
    text: str, policies: int, days: int, path: str, field: str | None
) -> None:
    with pytest.raises(Invalid) as refused:
        require_bounded(read(text), policies=policies, days=days)
    assert (refused.value.path, refused.value.facts.get("field")) == (path, field)
    require_bounded(read(HEAD + "per_hour = 400" + TAIL), policies=3, days=20)
