"""Why nobody was given it, in a sentence."""

from __future__ import annotations

import pytest

from routing.policy.fit import Code, Hindrance
from routing.policy.kinds import KINDS
from routing.policy.needs import Item, Needs, skills_of
from routing.policy.reasons import _NOBODY, _SOME, Count, reason
from routing.policy.workers import Craft, Standing, Worker

GAS = Item(id="i", queue="q", since=0, needs=Needs(teams=frozenset({"home"}), skills=skills_of(["燃气"])))


def worker(id: str, *skills: str, team: str = "home", held: int = 0, standing: Standing = Standing.READY) -> Worker:
    craft = Craft(skills=skills_of(skills), teams=frozenset({team}))
    return Worker(id=id, craft=craft, held={"chat": held}, standing=standing)


@pytest.mark.parametrize(
    ("workers", "sentence"),
    [
        ([], "nobody serves this queue"),
        ([worker("a", "燃气", team="shop")], "nobody serves this queue"),
        ([worker(id, "水") for id in "abc"], "3 idle agents, none with skill 燃气"),
        ([worker("a", "水"), worker("b", "燃气", held=1)], "1 idle agent, none with skill 燃气"),
        ([worker("a", "燃气", held=1), worker("b", held=1)], "2 agents, all full"),
        (
            [worker("a", standing=Standing.AWAY), worker("b", held=1), worker("c", held=1)],
            "3 agents: 1 away, 2 full; none with skill 燃气",
        ),
        (
            [worker("a", "燃气", standing=Standing.AWAY), worker("b", held=1), worker("c", held=1)],
            "3 agents: 1 away, 2 full",
        ),
        ([worker("a", "水", held=1)], "1 agent, all full; none with skill 燃气"),
        ([worker("a", "水"), worker("b", held=1)], "1 idle agent, none with skill 燃气"),
        ([worker("a", "燃气", team="shop", held=1), worker("b", held=1)], "1 agent, all full; none with skill 燃气"),
    ],
)
def test_the_sentence(workers: list[Worker], sentence: str) -> None:
    assert reason(GAS, workers, KINDS, at=1).sentence == sentence


def test_what_nobody_has_is_told_though_all_are_full() -> None:
    told = reason(GAS, [worker("a", "水", held=1), worker("b", held=1)], KINDS, at=1)
    assert told.lacking == Hindrance(Code.SKILL, "燃气")
    assert reason(GAS, [worker("a", "水"), worker("b", "燃气", held=1)], KINDS, at=1).lacking is None
    assert reason(GAS, [], KINDS, at=1).lacking is None


def test_the_counts_are_there_for_other_languages() -> None:
    told = reason(GAS, [worker("a", "水"), worker("b", "燃气", held=1)], KINDS, at=1)
    assert (told.idle, told.people) == (1, 2)
    assert told.counts == (Count(Hindrance(Code.FULL), 1), Count(Hindrance(Code.SKILL, "燃气"), 1))


def test_there_are_words_for_everything_that_can_be_in_the_way() -> None:
    assert set(_NOBODY) == set(_SOME) == set(Code)
