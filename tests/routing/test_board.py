"""The board against the naive one: whatever happens, no pair is left, ranks hold, and each process decides alike."""

from __future__ import annotations

from collections import Counter
from copy import deepcopy
from typing import TYPE_CHECKING, cast

import pytest
from hypothesis import given, settings
from msgspec import structs

from conversations.model import Priority
from hub.errors import NotFound, WrongMove
from routing.board import Board, Ended, Pair
from routing.policy.fit import Code, suits
from routing.policy.kinds import PLAIN, units_held
from routing.policy.needs import Item, Needs, Sticky, skills_of
from routing.policy.order import Order, Rules
from routing.policy.queues import Ending, Queue, Step
from routing.policy.workers import Craft, Standing, Worker
from tests.routing import worlds
from tests.routing.naive import Mirror

if TYPE_CHECKING:
    from collections.abc import Iterable

    from routing.policy.queues import Queue as Described
    from tests.routing.worlds import Happening


class Town:
    """A board, its mirror beside it, and everything that is checked after every step."""

    def __init__(self, rules: Rules, queues: dict[str, Described]) -> None:
        self.board = Board(rules, queues)
        self.mirror = Mirror(rules, queues)
        self.at = 0.0
        self.count = 0
        self.log: list[Pair | Ended] = []

    def happen(self, what: str, given: object, later: float) -> list[Pair]:
        """Let one thing happen, step, check; returns the pairs."""
        self.at += later
        match given:
            case Item():
                self._join(given)
            case Worker():
                self._seat(given)
            case str():
                self.board.unseat(given, self.at)
                self.mirror.workers.pop(given, None)
                self._let_go(given)
            case int():
                self._finish(what, given)
            case _:
                assert what == "wait"
        return self.step()

    def expected(self, what: str, given: object, later: float) -> list[tuple[str, str]] | None:
        """Return the one pair that the naive board would make of a customer who joins or a place that is freed."""
        mirror, at = deepcopy(self.mirror), self.at + later
        if isinstance(given, Item):
            item = structs.replace(given, id=f"i{(self.count + 1) % 7}-{self.count + 1}", since=at)
            mirror.items[item.id] = item
            person = mirror.person(item, at)
            return [(item.id, person.id)] if person else []
        if what != "done" or not mirror.given:
            return [] if what == "leave" else None
        ids = sorted(mirror.given)
        id = ids[cast("int", given) % len(ids)]
        agent = mirror.given[id][1]
        mirror.done(id)
        worker = mirror.workers.get(agent)
        best = mirror.best(worker, at) if worker else None
        return [(best.id, agent)] if best else []

    def step(self) -> list[Pair]:
        turn = self.board.tick(self.at)
        for one in turn.ended:
            item = self.mirror.items.pop(one.item.id)
            step = self.mirror.queues[item.queue].steps[-1]
            assert item.since + step.after * self.mirror.queues[item.queue].target_of(item.priority) <= self.at
        for pair in turn.pairs:
            self._check(pair)
            self.mirror.give(pair, self.at)
        assert self.mirror.possible(self.at) == [], "a waiting customer with an eligible idle person"
        sizes = Counter(item.queue for item in self.mirror.items.values())
        assert {name: self.board.waiting(name) for name in self.mirror.queues} == {
            name: sizes[name] for name in self.mirror.queues
        }
        self.log += [*turn.ended, *turn.pairs]
        return turn.pairs

    def _check(self, pair: Pair) -> None:
        """A pair fits, respects caps, arrival and the bound, and is what the naive board would give this person."""
        item, worker = self.mirror.items[pair.item.id], self.mirror.workers[pair.agent]
        assert self.mirror.fits(item, worker, self.at) is not None
        others = [one for one in self.mirror.items.values() if self.mirror.fits(one, worker, self.at) is not None]
        group = self.mirror.group(item, self.at)
        same = [one for one in others if self.mirror.group(one, self.at) == group]
        assert min((one.since, one.id) for one in same) == (item.since, item.id), "arrival"
        if self.at - item.since <= self.mirror.queues[item.queue].bound:
            assert not [one for one in others if self.at - one.since > self.mirror.queues[one.queue].bound], "bound"
        best = self.mirror.best(worker, self.at)
        assert best is not None
        assert best.id == item.id
        kinds = self.mirror.rules.kinds
        rule = kinds.get(item.needs.kind, PLAIN)
        counted = {kind: held for kind, held in worker.held.items() if kind not in rule.interrupts}
        assert units_held(counted, kinds) + rule.units <= worker.capacity, "cap"

    def _join(self, item: Item) -> None:
        self.count += 1
        item = structs.replace(item, id=f"i{self.count % 7}-{self.count}", since=self.at)
        queue = self.mirror.queues[item.queue]
        waiting = sum(one.queue == item.queue for one in self.mirror.items.values())
        ending = self.board.join(item, self.at)
        assert ending == (queue.full if queue.cap is not None and waiting >= queue.cap else None)
        if ending is None:
            self.mirror.items[item.id] = structs.replace(item, sticky=self._kept(item))

    def _kept(self, item: Item) -> Sticky | None:
        worker = self.mirror.workers.get(item.sticky.agent) if item.sticky else None
        if item.sticky is None or worker is None or worker.standing is not Standing.READY:
            return None
        if worker.id in item.barred or suits(item.needs, worker.craft) is not None:
            return None
        until = min(item.sticky.until, self.mirror.queues[item.queue].kept_until(item.since, item.priority))
        return Sticky(agent=worker.id, until=until) if until > self.at else None

    def _seat(self, worker: Worker) -> None:
        before = self.mirror.workers.get(worker.id)
        held = Counter(item.needs.kind for item, agent in self.mirror.given.values() if agent == worker.id)
        worker = structs.replace(worker, held=dict(held))
        self.board.seat(worker, self.at)
        self.mirror.workers[worker.id] = worker
        if worker.standing is not Standing.READY or (before and before.craft != worker.craft):
            self._let_go(worker.id)

    def _let_go(self, agent: str) -> None:
        for item in list(self.mirror.items.values()):
            if item.sticky is not None and item.sticky.agent == agent:
                self.mirror.items[item.id] = structs.replace(item, sticky=None)

    def _finish(self, what: str, number: int) -> None:
        if what == "leave":
            ids = sorted(self.mirror.items)
            if ids:
                assert self.board.leave(ids[number % len(ids)])
                del self.mirror.items[ids[number % len(ids)]]
            return
        given = sorted(self.mirror.given)
        if not given:
            return
        id = given[number % len(given)]
        item, agent = self.mirror.given[id]
        self.mirror.done(id)
        if what == "done":
            self.board.done(id)
        else:
            self.board.back(id, self.at, declined=True)
            self.mirror.items[id] = structs.replace(item, declined=item.declined | {agent}, sticky=None)


def lived(rules: Rules, history: Iterable[Happening], queues: dict[str, Described] = worlds.QUEUES) -> Town:
    town = Town(rules, queues)
    for what, given_, later in history:
        town.happen(what, given_, later)
    return town


@settings(max_examples=200)
@given(worlds.rules, worlds.happenings())
def test_whatever_happens_ranks_hold_and_no_pair_is_left(rules: Rules, history: list[Happening]) -> None:
    town = lived(rules, history)
    again = lived(rules, history)
    assert town.log == again.log, "every process decides the same"


@settings(max_examples=100)
@given(worlds.rules, worlds.happenings())
def test_one_thing_at_a_time_it_decides_as_the_naive_one(rules: Rules, history: list[Happening]) -> None:
    town = Town(rules, {"plain": Queue(target=30, bound=120)})
    for what, given_, later in history:
        if isinstance(given_, Item):
            given_ = structs.replace(given_, queue="plain", sticky=None)
        if what == "refuse":
            continue
        before = town.expected(what, given_, later)
        pairs = town.happen(what, given_, later)
        if before is not None and what in ("join", "done", "leave"):
            assert [(pair.item.id, pair.agent) for pair in pairs] == before


def item(id: str, *, queue: str = "q", since: float = 0.0, **given_: object) -> Item:
    return structs.replace(Item(id=id, queue=queue, since=since), **given_)


def worker(id: str, *skills: str, capacity: int = 1, **given_: object) -> Worker:
    return structs.replace(Worker(id=id, craft=Craft(skills=skills_of(skills)), capacity=capacity), **given_)


def paired(board: Board, at: float) -> list[tuple[str, str]]:
    return [(pair.item.id, pair.agent) for pair in board.tick(at).pairs]


def test_nobody_starves_under_a_flood_of_the_urgent() -> None:
    board = Board(Rules(order=Order.PRIORITY), {"q": Queue(target=60, bound=600)})
    board.seat(worker("anna"), 0.0)
    board.join(item("low", priority=Priority.LOW), 0.0)
    board.join(item("bulk", needs=Needs(bulk=True, kind="bulk")), 0.0)
    assert paired(board, 0.0) == [("low", "anna")], "nothing else was there"
    served: dict[str, int] = {}
    for second in range(5, 700, 5):
        for number in "12":
            board.join(item(f"urgent-{second:03}-{number}", since=second - 0.1, priority=Priority.URGENT), second)
        if second == 5:
            board.back("low", second, declined=False)
        for id, _ in paired(board, second):
            served[id] = second
            board.done(id)
    assert 600 < served["low"] <= 605
    assert 600 < served["bulk"] <= 610


def test_the_least_flexible_is_asked_first_and_ties_go_by_id() -> None:
    board = Board(Rules(), {"q": Queue()})
    for one in (worker("both", "a", "b"), worker("second", "a"), worker("first", "a")):
        board.seat(one, 0.0)
    for number in range(3):
        board.join(item(f"i{number}", since=float(number), needs=Needs(skills=skills_of(["a"]))), 2.0)
    assert paired(board, 2.0) == [("i0", "first"), ("i1", "second"), ("i2", "both")]


def test_steps_widen_the_search_when_they_are_due_and_not_before() -> None:
    steps = (Step(after=0.5, levels=1), Step(after=0.8, levels=1), Step(after=1, anyone=True))
    board = Board(Rules(), {"q": Queue(target=100, steps=steps)})
    board.seat(Worker(id="novice", craft=Craft(skills=skills_of({"gas": 2}))), 0.0)
    board.seat(Worker(id="other", craft=Craft(skills=skills_of({"gas": 1}), teams=frozenset({"x"}))), 0.0)
    needs = Needs(skills=skills_of({"gas": 3}), teams=frozenset())
    board.join(item("one", needs=needs), 0.0)
    board.join(item("two", since=10.0, needs=needs), 10.0)
    assert paired(board, 10.0) == []
    assert board.next_due() == 50.0
    assert paired(board, 49.9) == []
    assert paired(board, 50.0) == [("one", "novice")]
    assert paired(board, 60.0) == []
    assert paired(board, 90.0) == [("two", "other")]


def test_who_comes_to_the_end_of_the_steps_gets_what_the_queue_says() -> None:
    board = Board(Rules(), {"q": Queue(target=10, steps=(Step(after=2, ending=Ending.CALL_BACK),))})
    board.join(item("one"), 0.0)
    board.join(item("two", since=5.0), 5.0)
    assert board.tick(19.9).ended == []
    assert [(one.item.id, one.ending) for one in board.tick(20.0).ended] == [("one", Ending.CALL_BACK)]
    assert board.waiting("q") == 1
    assert [one.item.id for one in board.tick(99.0).ended] == ["two"]


def test_a_full_or_closed_queue_says_what_there_is_instead() -> None:
    queues = {"q": Queue(cap=1, full=Ending.BOT, closed=Ending.MESSAGE)}
    board = Board(Rules(), queues, opens=lambda queue, at: queue == "q" and at < 100)
    assert board.join(item("one"), 0.0) is None
    assert board.join(item("two"), 0.0) is Ending.BOT
    assert board.join(item("three"), 100.0) is Ending.MESSAGE
    board.seat(worker("anna"), 101.0)
    assert paired(board, 101.0) == [("one", "anna")], "who waits at closing time is still served"


def test_somebody_is_kept_for_the_person_they_know_and_then_for_anyone() -> None:
    board = Board(Rules(), {"q": Queue(target=60, sticky=30)})
    board.seat(worker("anna", held={"chat": 1}), 0.0)
    board.seat(worker("bo"), 0.0)
    for number in range(3):
        known = Sticky(agent="anna", until=1e9)
        board.join(item(f"i{number}", since=float(number), sticky=known), float(number))
    assert paired(board, 19.9) == []
    assert board.why("i0", 19.9).sentence == "1 idle agent, it is kept for anna"  # type: ignore[union-attr]  # it waits
    assert paired(board, 20.0) == [("i0", "bo")], "a third of the target, and the oldest first"
    board.seat(worker("anna"), 20.5)
    assert paired(board, 20.5) == [("i1", "anna")]
    board.unseat("anna", 20.6)
    board.done("i0")
    assert paired(board, 20.6) == [("i2", "bo")], "anna is gone: for anyone at once"


def test_a_call_comes_through_to_somebody_full_of_chats_and_then_nothing_does() -> None:
    board = Board(Rules(), {"q": Queue()})
    board.seat(worker("anna", capacity=2, held={"chat": 2}), 0.0)
    board.join(item("chat"), 0.0)
    board.join(item("call", needs=Needs(kind="call")), 0.0)
    board.join(item("call2", needs=Needs(kind="call")), 0.0)
    assert paired(board, 0.0) == [("call", "anna")]
    board.done("call")
    assert paired(board, 1.0) == [("call2", "anna")]


def test_a_refused_offer_goes_back_to_its_place_and_to_somebody_else() -> None:
    board = Board(Rules(), {"q": Queue()})
    board.seat(worker("anna"), 0.0)
    for number in range(3):
        board.join(item(f"i{number}", since=float(number)), float(number))
    assert paired(board, 5.0) == [("i0", "anna")]
    board.back("i0", 6.0, declined=True)
    assert paired(board, 6.0) == [("i1", "anna")]
    assert board.why("i0", 6.0).counts[0].hindrance.code is Code.FULL  # type: ignore[union-attr]  # it waits
    board.seat(worker("bo"), 7.0)
    assert paired(board, 7.0) == [("i0", "bo")], "before i2, which is younger"


def test_an_item_of_other_needs_that_nobody_has_blocks_nobody() -> None:
    board = Board(Rules(), {"q": Queue()})
    board.seat(worker("anna", "water"), 0.0)
    board.join(item("gas", needs=Needs(skills=skills_of(["燃气"]))), 0.0)
    board.join(item("water", since=1.0, needs=Needs(skills=skills_of(["water"]))), 1.0)
    assert paired(board, 1.0) == [("water", "anna")]
    board.done("water")
    assert board.why("gas", 2.0).sentence == "1 idle agent, none with skill 燃气"  # type: ignore[union-attr]  # it waits
    assert board.why("water", 2.0) is None


@pytest.mark.parametrize("order", Order)
def test_equal_priority_in_one_queue_is_served_in_order_of_arrival_whatever_is_needed(order: Order) -> None:
    """Also where the older has missed its target and is damped, and where the person is slower with it."""
    board = Board(Rules(order=order, damping=0.01), {"q": Queue(target=10)})
    slow = Craft(skills=skills_of(["a", "b"]), pace=(("a", 5.0),))
    board.join(item("old", needs=Needs(skills=skills_of(["a"]))), 0.0)
    board.join(item("new", since=95.0, needs=Needs(skills=skills_of(["b"]))), 95.0)
    board.seat(Worker(id="anna", craft=slow), 100.0)
    assert paired(board, 100.0) == [("old", "anna")]


def test_the_late_stand_behind_the_others_only_where_the_rules_say_so() -> None:
    for late_last, first in ((False, "late"), (True, "new")):
        board = Board(Rules(late_last=late_last, damping=0.1), {"q": Queue(target=10, bound=100)})
        board.join(item("late"), 0.0)
        board.join(item("new", since=15.0), 15.0)
        board.seat(worker("anna"), 20.0)
        assert paired(board, 20.0) == [(first, "anna")]
        board.back(first, 20.0, declined=False)
        assert paired(board, 101.0) == [("late", "anna")], "past the bound nothing matters but time"


def test_what_cannot_be_is_refused() -> None:
    board = Board(Rules(), {"q": Queue()})
    with pytest.raises(NotFound, match="no such queue"):
        board.join(item("one", queue="nowhere"), 0.0)
    board.join(item("one"), 0.0)
    with pytest.raises(WrongMove, match="already"):
        board.join(item("one"), 0.0)
    assert not board.leave("nobody")
    board.done("nobody")
    board.back("nobody", 0.0, declined=True)
    board.unseat("nobody", 0.0)
    assert board.next_due() is None
