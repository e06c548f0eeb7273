"""Which policy applies, and which are refused, by name of the field."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import msgspec
import pytest

from conversations.facts import facts_of
from conversations.hours import Holiday, Hours, Interval
from conversations.model import Conversation, Priority, Profile, State
from desk.policies import (
    CalendarTerms,
    Kind,
    Policy,
    PolicyTerms,
    Target,
    check_calendar,
    check_policy,
    choose,
)
from hub.conditions import ALWAYS, Condition, Op, Rule
from hub.errors import Invalid
from hub.model import Address

AT = datetime(2026, 11, 20, 9, tzinfo=UTC)
TARGET = Target(kind=Kind.FIRST, seconds=600)
RULE = {"type": "rule", "field": "priority", "op": "is", "value": "urgent"}


def policy(id: str, *, rank: int = 100, active: bool = True, when: Condition = ALWAYS) -> Policy:
    """A policy as it is kept."""
    terms = PolicyTerms(name=id, rank=rank, active=active, when=when, targets=(TARGET,))
    return Policy(id=id, terms=terms, rank=rank, created_at=AT, changed_at=AT)


def terms(**given: Any) -> PolicyTerms:
    """A policy as it comes over the wire; raises `msgspec.ValidationError`."""
    raw = {"name": "p", "targets": [{"kind": "first_response", "seconds": 600}], **given}
    return msgspec.json.decode(msgspec.json.encode(raw), type=PolicyTerms)


def conversation(**given: Any) -> Conversation:
    """One on the web."""
    base: dict[str, Any] = {"priority": Priority.NORMAL, "labels": ("leak",), "team": "water", **given}
    return Conversation(
        id="c", inbox="web", address=Address(channel="webchat", user="u"), profile="p", state=State.WAITING,
        last_at=AT, opened_at=AT, changed_at=AT, **base,
    )  # fmt: skip


VIP = Profile(
    id="p", address=Address(channel="webchat", user="u"), channel="webchat", user="u", labels=("vip",),
    attributes={"level": "gold"}, first_seen=AT, last_seen=AT,
)  # fmt: skip


@pytest.mark.parametrize(
    ("field", "op", "value", "applies"),
    [
        ("channel", Op.IS, "webchat", True),
        ("inbox", Op.IS, "web", True),
        ("team", Op.ONE_OF, ("water", "gas"), True),
        ("labels", Op.HAS, "leak", True),
        ("labels", Op.HAS, "gas", False),
        ("priority", Op.IS, "urgent", False),
        ("customer_labels", Op.HAS, "vip", True),
        ("customer_level", Op.IS, "gold", True),
        ("customer_company", Op.FILLED, "", False),
    ],
)
def test_a_policy_asks_about_conversation_and_customer(field: str, op: Op, value: Any, applies: bool) -> None:
    facts = facts_of(conversation(), VIP)
    found = choose([policy("p", when=Rule(field=field, op=op, value=value))], facts)
    assert (found is not None) is applies


def test_the_first_by_rank_then_by_age_applies_and_inactive_ones_do_not() -> None:
    facts = facts_of(conversation(priority=Priority.URGENT), None)
    urgent = Rule(field="priority", op=Op.IS, value="urgent")
    low = Rule(field="priority", op=Op.IS, value="low")
    policies = [
        policy("d", rank=5, when=low), policy("c", rank=9), policy("b", rank=7, when=urgent), policy("e", rank=7),
        policy("a", rank=1, active=False),
    ]  # fmt: skip
    found = choose(policies, facts)
    assert found is not None
    assert found.id == "b"
    assert choose([], facts) is None


@pytest.mark.parametrize(
    ("given", "path"),
    [
        ({"targets": []}, "$.targets"),
        ({"targets": [{"kind": "first_response", "seconds": 0}]}, "$.targets[0].seconds"),
        ({"targets": [{"kind": "first_response", "seconds": -60}]}, "$.targets[0].seconds"),
        ({"targets": [{"kind": "first_response", "seconds": 10**9}]}, "$.targets[0].seconds"),
        ({"targets": [{"kind": "first_response", "seconds": 60, "warn_percent": 100}]}, "$.targets[0].warn_percent"),
        ({"targets": [{"kind": "soon", "seconds": 60}]}, "$.targets[0].kind"),
        ({"rank": -1}, "$.rank"),
        ({"steps": [{"after": -1}]}, "$.steps[0].after"),
        ({"steps": [{"by": ["pigeon"]}]}, "$.steps[0].by[0]"),
        ({"mood": "good"}, "unknown field"),
    ],
)
def test_what_is_out_of_bounds_is_not_read(given: dict[str, Any], path: str) -> None:
    with pytest.raises(msgspec.ValidationError) as refused:
        terms(**given)
    assert path in str(refused.value)


TO = [{"whom": "leads"}]
SHORT = {"kind": "first_response", "seconds": 9}


@pytest.mark.parametrize(
    ("given", "path"),
    [
        ({"when": {**RULE, "field": "mood"}}, "$.when.field"),
        ({"when": {**RULE, "value": "red"}}, "$.when.value"),
        ({"targets": [{"kind": "resolution", "seconds": 60}] * 2}, "$.targets[1].kind"),
        ({"targets": [{"kind": "resolution", "seconds": 366 * 86400}]}, "$.targets[0].seconds"),
        ({"steps": [{"to": TO, "kinds": ["resolution"]}]}, "$.steps[0].kinds"),
        ({"steps": [{"to": TO, "times": 3}]}, "$.steps[0].every"),
        ({"steps": [{}]}, "$.steps[0].to"),
        ({"steps": [{"to": TO, "by": []}]}, "$.steps[0].by"),
        ({"steps": [{"to": TO}, {"to": [{"whom": "user"}]}]}, "$.steps[1].to[0].id"),
        ({"steps": [{"to": [{"whom": "leads", "id": "x"}]}]}, "$.steps[0].to[0].id"),
        ({"steps": [{"to": TO, "after": 366 * 86400}]}, "$.steps[0].after"),
        (
            {"targets": [{**SHORT, "warn_percent": 0}], "steps": [{"to": TO, "on": "warning"}]},
            "$.steps[0].on",
        ),
    ],
)  # fmt: skip
def test_nonsense_is_refused_by_name(given: dict[str, Any], path: str) -> None:
    hours = Hours(week=(Interval(day=0, start=540, end=600),))
    with pytest.raises(Invalid) as refused:
        check_policy(terms(**given), hours, AT)
    assert refused.value.path == path


def test_a_whole_policy_is_taken() -> None:
    steps = [
        {"on": "warning", "to": [{"whom": "holder"}]},
        {"after": 600, "to": [{"whom": "user", "id": "boss"}], "by": ["email", "app"], "every": 900, "times": 4},
        {"kinds": ["first_response"], "team": "experts", "priority": "high"},
    ]
    check_policy(terms(when={"type": "any", "of": [RULE]}, steps=steps), Hours(), AT)


SATURDAYS = tuple(Holiday(date=date(2026, 11, 21) + timedelta(days=7 * n)) for n in range(400))
SATURDAY = Interval(day=5, start=540, end=600)


@pytest.mark.parametrize(
    ("calendar", "path"),
    [
        (CalendarTerms(name="c"), "$.hours.week"),
        (CalendarTerms(name="c", always=True, hours=Hours(week=(SATURDAY,))), "$.hours.week"),
        (CalendarTerms(name="c", hours=Hours(week=(SATURDAY,), holidays=SATURDAYS)), "$.hours.holidays"),
    ],
)
def test_a_calendar_without_an_open_hour_is_refused(calendar: CalendarTerms, path: str) -> None:
    with pytest.raises(Invalid) as refused:
        check_calendar(calendar, AT)
    assert refused.value.path == path


def test_round_the_clock_is_said_and_not_left_empty() -> None:
    check_calendar(CalendarTerms(name="c", always=True), AT)
    check_calendar(CalendarTerms(name="c", hours=Hours(week=(SATURDAY,), public="CN")), AT)
