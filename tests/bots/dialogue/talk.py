"""A conversation as tests write it: what the customer means, turn after turn, the tracker written down in between."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from bots.dialogue.actions import Done
from bots.dialogue.course import Heard, Turned
from bots.dialogue.dialogue import Dialogue
from bots.dialogue.tracker import Tracker
from bots.nlu.parse import Entity, Meant, Parse, Selected
from bots.project.reading import read
from hub.model import Choices, Text

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bots.dialogue.actions import Told
    from bots.project.model import Project

START = datetime(2026, 12, 1, 8, tzinfo=UTC)
DOMAIN = """\
version: "3.1"
intents: [greet, inform, deny, affirm, stop, faq, weather, order, out_of_scope, thanks, secret, hurry]
entities: [phone, size, city: {roles: [from, to]}]
actions: [action_place, action_quiet, yizhan_handoff, VALIDATE]
slots:
  phone: {type: text, influence_conversation: false, mappings: [{type: from_entity, entity: phone}]}
  size: {type: text, influence_conversation: false, mappings: [
    {type: from_entity, entity: size},
    {type: from_text, not_intent: [faq, stop, weather, order, hurry],
     conditions: [{active_loop: order_form, requested_slot: size}]}]}
  sure: {type: bool, influence_conversation: false, mappings: [
    {type: from_intent, intent: affirm, value: true, conditions: [{active_loop: order_form, requested_slot: sure}]},
    {type: from_intent, intent: deny, value: false, conditions: [{active_loop: order_form, requested_slot: sure}]}]}
  vip: {type: bool, mappings: [{type: custom}]}
forms:
  order_form: {required_slots: [phone, size, sure], ignored_intents: [thanks]}
responses:
  utter_greet: [{text: hello}]
  utter_first: [{text: the very first}]
  utter_vip: [{text: hello dear}]
  utter_thanks: [{text: welcome}]
  utter_ask_phone: [{text: phone?}]
  utter_ask_order_form_size: [{text: "size? ({phone})"}]
  utter_ask_size: [{text: never asked}]
  utter_ask_sure: [{text: sure?}]
  utter_weather: [{text: sunny}]
  utter_stopped: [{text: stopped}]
  utter_hurry: [{text: quick}]
  utter_done: [{text: "done {size}", buttons: [{title: The weather, payload: /weather}]}]
  utter_faq/hours: [{text: nine to five}]
  utter_a: [{text: a}]
  utter_b: [{text: b}]
"""
RULES = """\
version: "3.1"
rules:
- rule: greets
  steps: [{intent: greet}, {action: utter_greet}]
- rule: greets those it knows
  condition: [{slot_was_set: [{vip: true}]}]
  steps: [{intent: greet}, {action: utter_vip}]
- rule: thanks
  steps: [{intent: thanks}, {action: utter_thanks}]
- rule: thanks at once
  conversation_start: true
  steps: [{intent: thanks}, {action: utter_first}]
- rule: weather
  steps: [{intent: weather}, {action: utter_weather}]
- rule: answers
  steps: [{intent: faq}, {action: utter_faq}]
- rule: orders
  steps: [{intent: order}, {action: order_form}, {active_loop: order_form}]
- rule: ordered
  condition: [{active_loop: order_form}]
  steps: [{action: order_form}, {active_loop: null}, {slot_was_set: [{requested_slot: null}]},
          {action: action_place}, {action: utter_done}]
- rule: stops
  condition: [{active_loop: order_form}]
  steps: [{intent: stop}, {action: action_deactivate_loop}, {active_loop: null}, {action: utter_stopped}]
- rule: hurry stays outside
  condition: [{active_loop: order_form}]
  steps: [{intent: hurry}, {action: utter_hurry}]
- rule: not understood
  steps: [{intent: nlu_fallback}, {action: action_two_stage_fallback}, {active_loop: action_two_stage_fallback}]
- rule: quiet, then what the action wants
  wait_for_user_input: false
  steps: [{intent: secret}, {action: action_quiet}]
"""
CONFIG = """\
recipe: default.v1
language: en
pipeline: []
policies: [{name: MemoizationPolicy, max_history: 4}, {name: RulePolicy}]
"""
NLU = """\
version: "3.1"
nlu:
- intent: faq/hours
  examples: |
    - when are you open
    - opening hours
- intent: order
  examples: |
    - an order please
    - I want to order
"""


def project(*, stories: str = "", checks: bool = False, domain: str = DOMAIN, rules: str = RULES) -> Project:
    """The small shop; `checks`: with a validate_order_form."""
    told = domain.replace(", VALIDATE", ", validate_order_form" if checks else "")
    files = {"domain.yml": told, "rules.yml": rules, "config.yml": CONFIG, "nlu.yml": NLU}
    if stories:
        files["stories.yml"] = 'version: "3.1"\nstories:\n' + stories
    return read(files)


class Acting:
    """Does as told: a name gives what the action brings, or raises it; anything else brings nothing."""

    def __init__(self, **told: Done | Exception) -> None:
        self.told = told
        self.called: list[tuple[str, Mapping[str, Any]]] = []

    async def run(self, name: str, tracker: Told, project: Project) -> Done:
        """Do it."""
        self.called.append((name, tracker.to_rasa()))
        found = self.told.get(name, Done())
        if isinstance(found, Exception):
            raise found
        return found


class Talk:
    """One conversation, written down and read again after each turn."""

    def __init__(self, project: Project, acting: Acting | None = None, *, sender: str = "c1") -> None:
        self.project = project
        self.acting = acting or Acting()
        self.dialogue = Dialogue(project, self.acting)
        self.tracker = Tracker.new(sender, project)
        self.at = START
        self.number = 0
        self.last: Turned | None = None

    async def hear(self, intent: str, text: str = "", *, ranking: tuple[str, ...] = (), **entities: str) -> list[str]:
        """Let the customer speak; return what the bot says, one line a message."""
        self.at += timedelta(minutes=1)
        self.number += 1
        parse = meant(intent, text, ranking=ranking, **entities)
        heard = Heard(at=self.at, channel="web", language="en", number=self.number)
        self.last = await self.dialogue.turn(self.tracker, parse, heard)
        self.tracker = Tracker.load(self.last.tracker.dump(), self.project)
        return [line(parts) for parts in self.last.said]

    @property
    def turned(self) -> Turned:
        """What came of the last turn."""
        assert self.last is not None
        return self.last

    @property
    def done(self) -> list[str]:
        """The actions of the last turn, as its steps tell them."""
        return [step.action for step in self.turned.steps if "Policy" in step.why or "Fallback:" in step.why]

    def slot(self, name: str) -> Any:
        """The value of a slot."""
        return self.tracker.state.slot(name)


def meant(intent: str, text: str = "", *, ranking: tuple[str, ...] = (), **entities: str) -> Parse:
    """A sentence that was understood so."""
    named = tuple(Entity(entity=name, start=0, end=1, value=value) for name, value in entities.items())
    ranked = tuple(Meant(name=one, confidence=0.5) for one in (intent, *ranking))
    faq = Selected(intent_response_key="faq/hours", confidence=0.9, utter_action="utter_faq/hours")
    return Parse(
        text=text or f"({intent})", intent=ranked[0], entities=named, intent_ranking=ranked,
        response_selector={"faq": (faq,)},
    )  # fmt: skip


def line(parts: tuple[Any, ...]) -> str:
    """A message as one line, its choices after it."""
    said = []
    for part in parts:
        if isinstance(part, Text):
            said.append(part.body)
        elif isinstance(part, Choices):
            said.append(f"{part.body} [{', '.join(one.value for one in part.choices)}]")
    return " ".join(said)
