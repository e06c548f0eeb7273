"""The one condition language of the house: a typed tree, checked against declared fields, then compiled.

    {"type": "all", "of": [
        {"type": "rule", "field": "channel", "op": "one_of", "value": ["wechat", "sms"]},
        {"type": "not", "of": {"type": "rule", "field": "labels", "op": "has", "value": "spam"}}]}

Whoever uses it declares its fields (`Field`), calls `check` before a condition is stored, and `compiled` once before it
is asked. Pure.
"""

from collections.abc import Callable, Mapping, Sequence
from enum import StrEnum
from typing import Annotated, Union

from msgspec import Meta, Struct

from hub.errors import Invalid

DEEPEST = 8
MOST = 100
"""Levels, and rules, that a condition may have."""

Word = Annotated[str, Meta(max_length=200)]
Value = bool | int | float | Word | Annotated[tuple[Word, ...], Meta(max_length=100)]
Fact = str | int | float | bool | tuple[str, ...] | None
Facts = Mapping[str, Fact]
"""What is known when a condition is asked, by field; what is absent is empty."""
Predicate = Callable[[Facts], bool]


class Op(StrEnum):
    """How a field is compared with the value of its rule."""

    IS = "is"
    IS_NOT = "is_not"
    ONE_OF = "one_of"
    NONE_OF = "none_of"
    HAS = "has"
    HAS_NOT = "has_not"
    CONTAINS = "contains"
    STARTS_WITH = "starts_with"
    BELOW = "below"
    AT_MOST = "at_most"
    ABOVE = "above"
    AT_LEAST = "at_least"
    EMPTY = "empty"
    FILLED = "filled"


class Holds(StrEnum):
    """What a field holds: one text, a number, yes or no, or several texts."""

    TEXT = "text"
    NUMBER = "number"
    FLAG = "flag"
    MANY = "many"


OPS: Mapping[Holds, frozenset[Op]] = {
    Holds.TEXT: frozenset({Op.IS, Op.IS_NOT, Op.ONE_OF, Op.NONE_OF, Op.CONTAINS, Op.STARTS_WITH, Op.EMPTY, Op.FILLED}),
    Holds.NUMBER: frozenset({Op.IS, Op.IS_NOT, Op.BELOW, Op.AT_MOST, Op.ABOVE, Op.AT_LEAST}),
    Holds.FLAG: frozenset({Op.IS}),
    Holds.MANY: frozenset({Op.HAS, Op.HAS_NOT, Op.ONE_OF, Op.NONE_OF, Op.EMPTY, Op.FILLED}),
}
"""Which comparisons make sense for which fields. For several texts ONE_OF means that they share one with the value."""


class Field(Struct, frozen=True, kw_only=True):
    """One thing that conditions may ask about. `choices`, when given, are all the texts it can be."""

    name: str
    holds: Holds
    choices: tuple[str, ...] = ()


class Rule(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag="rule"):
    """One comparison; EMPTY and FILLED look at no value."""

    field: Annotated[str, Meta(min_length=1, max_length=64)]
    op: Op
    value: Value = ""


class All(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag="all"):
    """Every one must hold; of none, that is so."""

    of: Annotated[tuple["Condition", ...], Meta(max_length=MOST)] = ()


class AnyOf(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag="any"):
    """At least one must hold; of none, that is not so."""

    of: Annotated[tuple["Condition", ...], Meta(max_length=MOST)] = ()


class Not(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag="not"):
    """It must not hold."""

    of: "Condition"


Condition = Union[Rule, All, AnyOf, Not]  # noqa: UP007 - the names above refer to it before it is there
ALWAYS = All()


def check(condition: Condition, fields: Sequence[Field], path: str = "$") -> None:
    """Return quietly when the condition makes sense over these fields; raises `Invalid` that names the place."""
    if _check(condition, {field.name: field for field in fields}, path, 1) > MOST:
        raise Invalid(f"A condition has at most {MOST} rules", path=path)


def _check(condition: Condition, fields: Mapping[str, Field], path: str, depth: int) -> int:
    """Check one level and what is below it; return how many rules there are."""
    if depth > DEEPEST:
        raise Invalid(f"A condition is at most {DEEPEST} levels deep", path=path)
    match condition:
        case Rule():
            _check_rule(condition, fields, path)
            return 1
        case Not():
            return _check(condition.of, fields, f"{path}.of", depth + 1)
        case All() | AnyOf():
            return sum(_check(one, fields, f"{path}.of[{n}]", depth + 1) for n, one in enumerate(condition.of))


def _check_rule(rule: Rule, fields: Mapping[str, Field], path: str) -> None:
    field = fields.get(rule.field)
    if field is None:
        raise Invalid("There is no such field", path=f"{path}.field", field=rule.field, known=sorted(fields))
    if rule.op not in OPS[field.holds]:
        fit = sorted(OPS[field.holds])
        raise Invalid("This field cannot be compared so", path=f"{path}.op", field=rule.field, known=fit)
    if rule.op not in (Op.EMPTY, Op.FILLED):
        _check_value(rule, field, f"{path}.value")


def _check_value(rule: Rule, field: Field, path: str) -> None:
    value, several = rule.value, rule.op in (Op.ONE_OF, Op.NONE_OF)
    if not _fits(field.holds, value, several=several):
        wanted = "at least one text" if several else field.holds.value
        raise Invalid("The value does not fit the field", path=path, field=rule.field, wanted=wanted)
    given = value if isinstance(value, tuple) else (value,)
    unknown = [one for one in given if field.choices and one not in field.choices]
    if unknown and rule.op not in (Op.CONTAINS, Op.STARTS_WITH):
        raise Invalid("The field never is that", path=path, field=rule.field, value=unknown[0], known=field.choices)


def _fits(holds: Holds, value: Value, *, several: bool) -> bool:
    match holds:
        case Holds.NUMBER:
            return isinstance(value, int | float) and not isinstance(value, bool)
        case Holds.FLAG:
            return isinstance(value, bool)
        case Holds.TEXT | Holds.MANY:
            return isinstance(value, tuple) and bool(value) if several else isinstance(value, str) and value != ""


def asked(condition: Condition) -> frozenset[str]:
    """Return the fields that a condition asks about: what else there is to know need not be read for it."""
    match condition:
        case Rule():
            return frozenset({condition.field})
        case Not():
            return asked(condition.of)
        case All() | AnyOf():
            return frozenset[str]().union(*map(asked, condition.of))


def compiled(condition: Condition) -> Predicate:
    """Return the condition as a function of facts. What was never checked may raise TypeError when it is asked."""
    match condition:
        case Rule():
            return _compiled_rule(condition)
        case Not():
            inner = compiled(condition.of)
            return lambda facts: not inner(facts)
        case All():
            every = [compiled(one) for one in condition.of]
            return lambda facts: all(one(facts) for one in every)
        case AnyOf():
            some = [compiled(one) for one in condition.of]
            return lambda facts: any(one(facts) for one in some)


def _compiled_rule(rule: Rule) -> Predicate:
    name, holds = rule.field, _TESTS[rule.op](rule.value)
    return lambda facts: holds(facts.get(name))


Holding = Callable[[Fact], bool]


def _texts(fact: Fact) -> tuple[str, ...]:
    """Return the texts of a fact: none of nothing and of the empty text."""
    if isinstance(fact, tuple):
        return fact
    return () if fact is None or fact == "" else (str(fact),)


def _same(value: Value) -> Holding:
    """Nothing is as the empty text, and as no number."""
    return lambda fact: fact == value or (fact is None and value == "")


def _shares(value: Value) -> Holding:
    wanted = frozenset(value if isinstance(value, tuple) else (str(value),))
    return lambda fact: not wanted.isdisjoint(_texts(fact))


def _number(fits: Callable[[float, float], bool]) -> Callable[[Value], Holding]:
    def test(value: Value) -> Holding:
        limit = float(value) if isinstance(value, int | float) else 0.0
        return lambda fact: isinstance(fact, int | float) and fits(float(fact), limit)

    return test


def _not(test: Callable[[Value], Holding]) -> Callable[[Value], Holding]:
    def inverted(value: Value) -> Holding:
        holds = test(value)
        return lambda fact: not holds(fact)

    return inverted


def _empty(value: Value) -> Holding:
    return lambda fact: not _texts(fact)


_TESTS: Mapping[Op, Callable[[Value], Holding]] = {
    Op.IS: _same,
    Op.IS_NOT: _not(_same),
    Op.ONE_OF: _shares,
    Op.NONE_OF: _not(_shares),
    Op.HAS: _shares,
    Op.HAS_NOT: _not(_shares),
    Op.CONTAINS: lambda value: lambda fact: str(value).casefold() in str(fact or "").casefold(),
    Op.STARTS_WITH: lambda value: lambda fact: str(fact or "").casefold().startswith(str(value).casefold()),
    Op.BELOW: _number(lambda fact, limit: fact < limit),
    Op.AT_MOST: _number(lambda fact, limit: fact <= limit),
    Op.ABOVE: _number(lambda fact, limit: fact > limit),
    Op.AT_LEAST: _number(lambda fact, limit: fact >= limit),
    Op.EMPTY: _empty,
    Op.FILLED: _not(_empty),
}
