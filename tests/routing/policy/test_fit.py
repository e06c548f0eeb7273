"""Who suits whom: every hindrance, one row each; what fills a person; what may interrupt whom."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import structs

from routing.policy.fit import Code, Hindrance, fits, room
from routing.policy.kinds import KINDS, PLAIN, ChannelKind, units_held
from routing.policy.needs import Item, Needs, Skill, Sticky, skills_of
from routing.policy.workers import Craft, Standing, Worker

ANNA = Worker(
    id="anna",
    craft=Craft(
        skills=skills_of({"燃气": 3, "水": 1}),
        teams=frozenset({"home"}),
        languages=frozenset({"zh"}),
        regions=frozenset({"north"}),
        departments=frozenset({"billing"}),
        cleared=frozenset({"vip"}),
    ),
    capacity=2,
)
PLEASED = Needs(
    teams=frozenset({"home", "shop"}),
    skills=skills_of({"燃气": 3}),
    language="zh",
    region="north",
    department="billing",
    restricted=frozenset({"vip"}),
)


def item(needs: Needs = PLEASED, **given: object) -> Item:
    return structs.replace(Item(id="i", queue="q", since=0.0, needs=needs), **given)


@pytest.mark.parametrize(
    ("needs", "worker", "code", "detail"),
    [
        ({}, {"standing": Standing.AWAY}, Code.AWAY, ""),
        ({}, {"standing": Standing.BUSY}, Code.BUSY, ""),
        ({}, {"held": {"chat": 2}}, Code.FULL, ""),
        ({}, {"capacity": 0}, Code.FULL, ""),
        ({}, {"held": {"call": 1}}, Code.ENGAGED, "call"),
        ({}, {"held": {"chat": 1}, "limits": {"chat": 1}}, Code.LIMIT, "chat"),
        ({"teams": frozenset({"shop"})}, {}, Code.TEAM, "shop"),
        ({"bulk": True}, {"craft": structs.replace(ANNA.craft, bulk=False)}, Code.BULK, ""),
        ({"skills": skills_of({"电": 1})}, {}, Code.SKILL, "电"),
        ({"skills": skills_of({"水": 2})}, {}, Code.LEVEL, "水"),
        ({"language": "en"}, {}, Code.LANGUAGE, "en"),
        ({"region": "south"}, {}, Code.REGION, "south"),
        ({"department": "meters"}, {}, Code.DEPARTMENT, "meters"),
        ({"restricted": frozenset({"vip", "legal"})}, {}, Code.CLEARANCE, "legal"),
    ],
)
def test_what_is_in_the_way_is_named(
    needs: dict[str, object], worker: dict[str, object], code: Code, detail: str
) -> None:
    wanted, person = structs.replace(PLEASED, **needs), structs.replace(ANNA, **worker)
    assert fits(item(wanted), person, KINDS, at=10) == Hindrance(code, detail)


def test_who_has_everything_suits() -> None:
    assert fits(item(), ANNA, KINDS, at=10) is None
    assert fits(item(Needs()), Worker(id="x"), KINDS, at=10) is None, "what asks for nothing is for anybody"


def test_a_customer_is_kept_from_some_people_and_for_others() -> None:
    assert fits(item(barred=frozenset({"anna"})), ANNA, KINDS, at=10) == Hindrance(Code.BARRED)
    assert fits(item(declined=frozenset({"anna"})), ANNA, KINDS, at=10) == Hindrance(Code.DECLINED)
    kept = item(sticky=Sticky(agent="bo", until=20))
    assert fits(kept, ANNA, KINDS, at=19.9) == Hindrance(Code.KEPT, "bo")
    assert fits(kept, ANNA, KINDS, at=20) is None, "then anyone"
    assert fits(item(sticky=Sticky(agent="anna", until=20)), ANNA, KINDS, at=0) is None


@pytest.mark.parametrize(
    ("kind", "held", "code"),
    [
        ("call", {"chat": 5}, None),
        ("call", {"chat": 5, "mail": 3, "bulk": 1}, None),
        ("call", {"call": 1}, Code.ENGAGED),
        ("call", {"call": 1, "chat": 2}, Code.ENGAGED),
        ("chat", {"call": 1}, Code.ENGAGED),
        ("chat", {"chat": 4}, None),
        ("chat", {"chat": 5}, Code.FULL),
        ("chat", {"mail": 5}, Code.FULL),
        ("chat", {"bulk": 5}, None),
        ("bulk", {"chat": 5}, Code.FULL),
        ("bulk", {"chat": 1}, None),
        ("fax", {"chat": 5}, Code.FULL),
    ],
)
def test_a_call_interrupts_chats_and_a_chat_does_not_interrupt_a_call(
    kind: str, held: dict[str, int], code: Code | None
) -> None:
    found = room(kind, held, 5, {}, KINDS)
    assert (found.code if found else None) == code


@given(
    st.sampled_from([*KINDS, "fax"]),
    st.dictionaries(st.sampled_from([*KINDS, "fax"]), st.integers(0, 6)),
    st.integers(0, 8),
    st.dictionaries(st.sampled_from([*KINDS, "fax"]), st.integers(0, 4)),
)
def test_room_is_never_found_past_a_cap(kind: str, held: dict[str, int], capacity: int, limits: dict[str, int]) -> None:
    kinds = {**KINDS, "mail": ChannelKind(units=2, most=3)}
    if room(kind, held, capacity, limits, kinds) is not None:
        return
    rule = kinds.get(kind, PLAIN)
    counted = {other: count for other, count in held.items() if other not in rule.interrupts}
    assert units_held(counted, kinds) + rule.units <= capacity
    assert held.get(kind, 0) + 1 <= min(limits.get(kind, 99), rule.most or 99)
    assert not any(kinds.get(other, PLAIN).alone for other, count in counted.items() if count)


def test_needs_in_another_order_are_the_same_needs() -> None:
    assert Needs(skills=skills_of({"b": 2, "a": 1})) == Needs(skills=skills_of({"a": 1, "b": 2}))
    assert skills_of(["b", "a"]) == (Skill("a"), Skill("b"))


def test_the_flexibility_and_the_pace_of_a_craft() -> None:
    craft = Craft(
        skills=skills_of(["a", "b"]),
        languages=frozenset({"zh", "en"}),
        teams=frozenset({"t"}),
        pace=(("b", 1.5),),
    )
    assert craft.flexibility == 3
    assert [craft.pace_with(skills_of(names)) for names in ((), ("a",), ("b",), ("a", "b"))] == [1, 1, 1.5, 1.5]
