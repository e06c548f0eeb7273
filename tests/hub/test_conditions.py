"""The condition language: every comparison, what is refused and where, and the tree on the wire."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.conditions import (
    ALWAYS,
    DEEPEST,
    MOST,
    OPS,
    All,
    AnyOf,
    Condition,
    Facts,
    Field,
    Holds,
    Not,
    Op,
    Rule,
    asked,
    check,
    compiled,
)
from hub.errors import Invalid

FIELDS = (
    Field(name="channel", holds=Holds.TEXT, choices=("wechat", "sms", "email")),
    Field(name="subject", holds=Holds.TEXT),
    Field(name="waited", holds=Holds.NUMBER),
    Field(name="vip", holds=Holds.FLAG),
    Field(name="labels", holds=Holds.MANY),
)
FACTS: Facts = {"channel": "wechat", "subject": "Water 漏水", "waited": 30, "vip": True, "labels": ("leak", "urgent")}


@pytest.mark.parametrize(
    ("field", "op", "value", "holds"),
    [
        ("channel", "is", "wechat", True),
        ("channel", "is", "sms", False),
        ("channel", "is_not", "sms", True),
        ("channel", "one_of", ["sms", "wechat"], True),
        ("channel", "one_of", ["sms"], False),
        ("channel", "none_of", ["sms"], True),
        ("channel", "filled", "", True),
        ("subject", "contains", "WATER", True),
        ("subject", "contains", "漏水", True),
        ("subject", "contains", "gas", False),
        ("subject", "starts_with", "water", True),
        ("subject", "starts_with", "漏", False),
        ("waited", "is", 30, True),
        ("waited", "is_not", 31, True),
        ("waited", "below", 30, False),
        ("waited", "at_most", 30, True),
        ("waited", "above", 29.5, True),
        ("waited", "at_least", 31, False),
        ("vip", "is", True, True),
        ("vip", "is", False, False),
        ("labels", "has", "leak", True),
        ("labels", "has", "lea", False),
        ("labels", "has_not", "gas", True),
        ("labels", "one_of", ["gas", "urgent"], True),
        ("labels", "none_of", ["gas", "urgent"], False),
        ("labels", "empty", "", False),
    ],
)
def test_every_comparison(field: str, op: str, value: Any, holds: bool) -> None:
    rule = read({"type": "rule", "field": field, "op": op, "value": value})
    check(rule, FIELDS)
    assert compiled(rule)(FACTS) is holds
    assert compiled(Not(of=rule))(FACTS) is not holds


@pytest.mark.parametrize(
    ("field", "op", "value", "holds"),
    [
        ("subject", "is", "x", False),
        ("subject", "is_not", "x", True),
        ("subject", "empty", "", True),
        ("waited", "below", 5, False),
        ("waited", "at_least", 0, False),
        ("labels", "none_of", ["x"], True),
        ("labels", "empty", "", True),
        ("vip", "is", True, False),
    ],
)
def test_what_is_not_known_is_empty(field: str, op: str, value: Any, holds: bool) -> None:
    assert compiled(read({"type": "rule", "field": field, "op": op, "value": value}))({}) is holds


def test_all_any_and_nothing() -> None:
    yes, no = Rule(field="vip", op=Op.IS, value=True), Rule(field="vip", op=Op.IS, value=False)
    table: list[tuple[Condition, bool]] = [
        (ALWAYS, True), (AnyOf(), False), (All(of=(yes, no)), False), (All(of=(yes, yes)), True),
        (AnyOf(of=(no, yes)), True), (AnyOf(of=(no, no)), False), (Not(of=All(of=(yes, AnyOf(of=(no,))))), True),
    ]  # fmt: skip
    assert [compiled(one)(FACTS) for one, _ in table] == [holds for _, holds in table]


@pytest.mark.parametrize(
    ("rule", "path"),
    [
        ({"field": "colour", "op": "is", "value": "red"}, "$.when.of[1].field"),
        ({"field": "channel", "op": "above", "value": 3}, "$.when.of[1].op"),
        ({"field": "vip", "op": "empty"}, "$.when.of[1].op"),
        ({"field": "channel", "op": "is", "value": "fax"}, "$.when.of[1].value"),
        ({"field": "channel", "op": "one_of", "value": ["sms", "fax"]}, "$.when.of[1].value"),
        ({"field": "channel", "op": "one_of", "value": []}, "$.when.of[1].value"),
        ({"field": "channel", "op": "one_of", "value": "sms"}, "$.when.of[1].value"),
        ({"field": "subject", "op": "is", "value": 3}, "$.when.of[1].value"),
        ({"field": "subject", "op": "contains", "value": ""}, "$.when.of[1].value"),
        ({"field": "waited", "op": "is", "value": "long"}, "$.when.of[1].value"),
        ({"field": "waited", "op": "is", "value": True}, "$.when.of[1].value"),
        ({"field": "vip", "op": "is", "value": "yes"}, "$.when.of[1].value"),
        ({"field": "labels", "op": "has", "value": ["a"]}, "$.when.of[1].value"),
    ],
)
def test_nonsense_is_refused_where_it_stands(rule: dict[str, Any], path: str) -> None:
    with pytest.raises(Invalid) as refused:
        check(All(of=(ALWAYS, read({"type": "rule", **rule}))), FIELDS, "$.when")
    assert refused.value.path == path


def test_what_it_asks_about_is_known_beforehand() -> None:
    vip, late = Rule(field="vip", op=Op.IS, value=True), Rule(field="waited", op=Op.ABOVE, value=5)
    assert asked(All(of=(vip, Not(of=AnyOf(of=(late, vip)))))) == {"vip", "waited"}
    assert asked(ALWAYS) == frozenset()


def test_a_tree_has_an_end() -> None:
    deep: Condition = ALWAYS
    for _ in range(DEEPEST):
        deep = Not(of=deep)
    with pytest.raises(Invalid, match="levels"):
        check(deep, FIELDS)
    rule = Rule(field="vip", op=Op.IS, value=True)
    with pytest.raises(Invalid, match="rules"):
        check(All(of=(All(of=(rule,) * MOST), rule)), FIELDS)


@pytest.mark.parametrize(
    "raw",
    [{"type": "some"}, {"type": "rule", "field": "a", "op": "like"}, {"type": "all", "of": {}}, {"type": "not"},
     {"type": "all", "of": [], "more": 1}],
)  # fmt: skip
def test_what_is_no_condition_is_not_read(raw: dict[str, Any]) -> None:
    with pytest.raises(msgspec.ValidationError):
        read(raw)


def read(raw: dict[str, Any]) -> Condition:
    """A condition as it comes over the wire."""
    condition: Condition = msgspec.json.decode(msgspec.json.encode(raw), type=Condition)
    return condition


VALUES = {Holds.TEXT: st.text(min_size=1), Holds.NUMBER: st.integers(-9, 9), Holds.FLAG: st.booleans()}


@st.composite
def rules(draw: st.DrawFn) -> Rule:
    """Any rule that `check` takes."""
    field = draw(st.sampled_from(FIELDS))
    op = draw(st.sampled_from(sorted(OPS[field.holds])))
    words = st.sampled_from(field.choices) if field.choices else st.sampled_from(("leak", "urgent", "x"))
    one: Any = words if field.holds in (Holds.TEXT, Holds.MANY) else VALUES[field.holds]
    return Rule(
        field=field.name, op=op, value=draw(st.lists(one, min_size=1).map(tuple) if op.endswith("_of") else one)
    )


@given(rules(), rules())
def test_the_laws_of_logic_hold_and_the_wire_keeps_everything(one: Rule, two: Rule) -> None:
    nothing: Facts = {}
    for facts in (FACTS, nothing):
        both = compiled(Not(of=All(of=(one, two))))(facts)
        assert both == compiled(AnyOf(of=(Not(of=one), Not(of=two))))(facts)
    tree = All(of=(one, Not(of=AnyOf(of=(two,)))))
    check(tree, FIELDS)
    assert msgspec.json.decode(msgspec.json.encode(tree), type=Condition) == tree
