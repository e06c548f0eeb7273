"""Small random worlds for the board: queues, people, customers, and what happens to them."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from conversations.model import Priority
from routing.policy.needs import Item, Needs, Sticky, skills_of
from routing.policy.order import Order, People, Rules
from routing.policy.queues import Ending, Queue, Step
from routing.policy.workers import Craft, Standing, Worker

PEOPLE = ("p0", "p1", "p2")
QUEUES = {
    "plain": Queue(target=30, bound=120),
    "wide": Queue(
        target=20, bound=60, handle=200, targets={Priority.URGENT: 8},
        steps=(Step(after=0.5, levels=1), Step(after=1.0, anyone=True, waives=frozenset({"language"}))),
    ),
    "short": Queue(
        target=10, bound=40, cap=3, full=Ending.CALL_BACK, steps=(Step(after=3, ending=Ending.MESSAGE),)
    ),
}  # fmt: skip
KINDS = ("chat", "call", "mail")

levels = st.sampled_from([{}, {"a": 1}, {"a": 2}, {"a": 3}, {"b": 1}, {"a": 2, "b": 1}]).map(skills_of)
sets = st.sampled_from([frozenset[str](), frozenset({"a"}), frozenset({"a", "b"})])
asked = st.builds(
    Needs, teams=sets, skills=levels, language=st.sampled_from(["", "a"]), kind=st.sampled_from(KINDS),
    restricted=st.sampled_from([frozenset[str](), frozenset({"a"})]), bulk=st.booleans(),
)  # fmt: skip
needs = st.one_of(st.just(Needs()), st.builds(Needs, skills=levels), st.builds(Needs, skills=levels), asked)
"""Mostly plain: a world in which nobody suits anybody shows nothing."""
full = frozenset({"a", "b"})
able = st.builds(Craft, skills=levels, teams=st.just(full), languages=st.just(full), cleared=st.just(full))
crafts = st.one_of(able, able, st.builds(Craft, skills=levels, teams=sets, languages=sets, bulk=st.booleans()))
rules = st.builds(
    Rules, order=st.sampled_from(Order), people=st.sampled_from(People), damping=st.sampled_from([0.2, 1.0]),
    fairness=st.sampled_from([None, 0.0, 30.0]), late_last=st.booleans(),
)  # fmt: skip


@st.composite
def workers(draw: st.DrawFn) -> Worker:
    """One person."""
    return Worker(
        id=draw(st.sampled_from(PEOPLE)), craft=draw(crafts), capacity=draw(st.sampled_from([1, 1, 2, 3, 0])),
        standing=draw(st.sampled_from([Standing.READY, Standing.READY, Standing.READY, *Standing])),
        limits=draw(st.sampled_from([{}, {}, {"chat": 1}, {"mail": 0}])),
        idle_since=draw(st.sampled_from([0.0, 1.0, 2.0])),
    )  # fmt: skip


@st.composite
def items(draw: st.DrawFn) -> Item:
    """One customer, whose id and `since` the test sets."""
    sticky = draw(st.none() | st.builds(Sticky, agent=st.sampled_from(PEOPLE), until=st.sampled_from([50.0, 1e6])))
    return Item(
        id="", queue=draw(st.sampled_from(sorted(QUEUES))), since=0.0, needs=draw(needs), sticky=sticky,
        priority=draw(st.sampled_from(Priority)), vip=draw(st.integers(0, 1)),
        barred=draw(st.frozensets(st.sampled_from(PEOPLE), max_size=1)),
    )  # fmt: skip


Happening = tuple[str, Any, float]
"""What happens, to whom or what, and so many seconds after what came before."""


def happenings(*, size: int = 40) -> st.SearchStrategy[list[Happening]]:
    """Draw a history."""
    later = st.sampled_from([0.0, 0.1, 1.0, 3.0, 7.0])
    number = st.integers(0, 20)
    what = st.one_of(
        *[st.tuples(st.just("join"), items(), later)] * 4,
        *[st.tuples(st.just("seat"), workers(), later)] * 2,
        *[st.tuples(st.just("done"), number, later)] * 3,
        st.tuples(st.just("leave"), number, later),
        st.tuples(st.just("refuse"), number, later),
        st.tuples(st.just("unseat"), st.sampled_from(PEOPLE), later),
        st.tuples(st.just("wait"), st.none(), st.sampled_from([5.0, 20.0, 50.0])),
    )
    return st.lists(what, min_size=size // 2, max_size=size)
