"""Slot mappings: roles, groups, uniqueness, lists, intents, conditions, the project's own actions."""

from __future__ import annotations

import pytest

from bots.dialogue.actions import Done, Rejected
from bots.dialogue.filling import filled
from bots.dialogue.state import State
from bots.project.model import Project
from bots.project.reading import read
from tests.bots.dialogue.talk import CONFIG, Acting, Talk

DOMAIN = """\
version: "3.1"
intents: [fly, name, quit, other]
entities: [{city: {roles: [from, to], groups: ["1", "2"]}}, number]
actions: [action_own, action_validate_slot_mappings]
slots:
  start: {type: text, mappings: [{type: from_entity, entity: city, role: from}]}
  goal: {type: text, mappings: [{type: from_entity, entity: city, role: to, not_intent: quit}]}
  group: {type: text, mappings: [{type: from_entity, entity: city, group: "2"}]}
  cities: {type: list, mappings: [{type: from_entity, entity: city}]}
  people: {type: text, mappings: [{type: from_entity, entity: number}]}
  bags: {type: text, mappings: [{type: from_entity, entity: number}]}
  why: {type: text, mappings: [{type: from_trigger_intent, intent: fly, value: flight}, {type: from_text, intent: name,
        conditions: [{active_loop: fly_form, requested_slot: why}]}]}
  left: {type: bool, mappings: [{type: from_intent, intent: quit, value: true, conditions: [{active_loop: null}]}]}
  own: {type: text, mappings: [{type: custom, action: action_own, conditions: [{active_loop: fly_form}]}]}
forms:
  fly_form: {required_slots: [people, bags, why]}
responses:
  utter_ask_people: [{text: people?}]
  utter_ask_bags: [{text: bags?}]
  utter_ask_why: [{text: why?}]
"""
RULES = """\
version: "3.1"
rules:
- rule: flies
  steps: [{intent: fly}, {action: fly_form}, {active_loop: fly_form}]
"""


def project() -> Project:
    return read({"domain.yml": DOMAIN, "rules.yml": RULES, "config.yml": CONFIG})


def city(value: str, role: str | None = None, group: str | None = None) -> dict[str, object]:
    return {"entity": "city", "value": value, "role": role, "group": group}


def number(value: str) -> dict[str, object]:
    return {"entity": "number", "value": value}


@pytest.mark.parametrize(
    ("intent", "loop", "asked", "entities", "slots"),
    [
        ("fly", None, None, [city("A", "from"), city("B", "to")], {"start": "A", "goal": "B", "cities": ["A", "B"]}),
        ("quit", None, None, [city("B", "to")], {"cities": ["B"], "left": True}),
        ("quit", "fly_form", "people", [], {}),
        ("other", None, None, [city("A", group="1"), city("B", group="2")], {"group": "B", "cities": ["A", "B"]}),
        ("other", None, None, [number("2")], {"people": "2", "bags": "2"}),
        ("other", "fly_form", "bags", [number("2")], {"bags": "2"}),
        ("other", "fly_form", "why", [number("2")], {}),
        ("other", "fly_form", "people", [number("2"), number("3")], {"people": "3"}),
        ("name", "fly_form", "why", [], {"why": "words"}),
        ("other", "fly_form", "why", [], {}),
    ],
)
def test_mappings(
    intent: str, loop: str | None, asked: str | None, entities: list[dict[str, object]], slots: dict[str, object]
) -> None:
    parse = {"intent": {"name": intent}, "entities": entities}
    state = State(text="words", parse=parse, intent=intent, loop=loop, slots={"requested_slot": asked})
    assert filled(state, project()) == slots


async def test_the_intent_that_starts_a_form_fills_its_slot() -> None:
    talk = Talk(project())
    assert await talk.hear("fly") == ["people?"]
    assert talk.slot("why") == "flight"


async def test_an_action_of_ones_own_fills_where_its_conditions_hold() -> None:
    acting = Acting(action_own=Done(events=({"event": "slot", "name": "own", "value": "yes"},)))
    talk = Talk(project(), acting)
    await talk.hear("fly")
    assert talk.slot("own") is None
    await talk.hear("other", number="2")
    assert talk.slot("own") == "yes"


async def test_what_fills_outside_a_form_is_checked_and_a_rejection_is_no_failure() -> None:
    acting = Acting(action_validate_slot_mappings=Done(events=({"event": "slot", "name": "people", "value": "two"},)))
    talk = Talk(project(), acting)
    await talk.hear("fly", number="2")
    assert talk.slot("people") == "two"
    acting.told["action_validate_slot_mappings"] = Rejected("no")
    await talk.hear("other")
    assert talk.turned.handoff is None
