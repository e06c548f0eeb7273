"""Where a conversation stands, as the events made it. Pure: one event after the other gives the next state.

A `Moment` is what was known before each action; rules and stories are matched against the last of them.
"""

from collections.abc import Mapping

from msgspec import Struct, structs

from bots.dialogue.events import (
    LISTEN,
    ActionRan,
    ActiveLoop,
    AnyEvent,
    Followup,
    LoopInterrupted,
    Paused,
    Refused,
    Restarted,
    Resumed,
    SessionStarted,
    SlotSet,
    SlotsReset,
    UserSaid,
)
from bots.project.model import Json, Project, Rule, SlotWas, Story

TRAIL = 24
"""Moments that are kept: more than any rule or story looks back."""
INTENTS = 4


class Named(Struct, frozen=True):
    """An entity of the last sentence, as far as stories look at it."""

    entity: str
    value: Json = None
    role: str | None = None
    group: str | None = None


class Moment(Struct, frozen=True):
    """What was known before an action: the action before it, the last intent, slots that flows look at, the form.

    `ruled`: a rule chose the action that followed.
    """

    did: str
    intent: str
    entities: tuple[Named, ...] = ()
    slots: dict[str, Json] = {}
    loop: str | None = None
    ruled: bool = False


class State(Struct, frozen=True, kw_only=True):
    """The whole of it. `heard` counts what the customer said, `at` is when that was (seconds since 1970)."""

    slots: dict[str, Json] = {}
    loop: str | None = None
    rejected: bool = False
    interrupted: bool = False
    text: str = ""
    parse: dict[str, Json] = {}
    intent: str = ""
    intents: tuple[str, ...] = ()
    action: str = LISTEN
    followup: str | None = None
    paused: bool = False
    trail: tuple[Moment, ...] = ()
    heard: int = 0
    at: float | None = None

    def slot(self, name: str) -> Json:
        """Return the value of a slot, or None."""
        return self.slots.get(name)

    @property
    def asked(self) -> str | None:
        """Return the slot that is being asked for."""
        return self.slots.get("requested_slot")


class Ground(Struct, frozen=True):
    """What of a project the tracker stands on: first values of slots, and which slots flows look at."""

    initial: Mapping[str, Json] = {}
    watched: frozenset[str] = frozenset()


def ground_of(project: Project) -> Ground:
    """Return it."""
    initial = {name: slot.initial for name, slot in project.slots.items()}
    return Ground(initial=initial, watched=watched(project))


def watched(project: Project) -> frozenset[str]:
    """Return the slots that influence a conversation, and those that a rule or story names."""
    flows: list[Rule | Story] = [*project.rules, *project.stories]
    steps = [
        step for flow in flows for step in (*(flow.conditions if isinstance(flow, Rule) else ()), *flow.steps)
        if isinstance(step, SlotWas)
    ]  # fmt: skip
    named = {name for step in steps for name in (*(name for name, _ in step.slots), *step.any)}
    return frozenset(named | {name for name, slot in project.slots.items() if slot.influences and slot.kind != "any"})


def begun(ground: Ground) -> State:
    """Return the state before anything happened."""
    return State(slots=dict(ground.initial))


def moment(state: State, ground: Ground, *, ruled: bool = False) -> Moment:
    """Return the present moment."""
    slots = {name: state.slots[name] for name in ground.watched if state.slots.get(name) is not None}
    return Moment(
        did=state.action, intent=state.intent, entities=_named(state.parse), slots=slots, loop=state.loop, ruled=ruled
    )


def applied(state: State, event: AnyEvent, ground: Ground) -> State:
    """Return the state after an event that takes nothing back."""
    match event:
        case UserSaid():
            return _said(state, event)
        case ActionRan():
            return _ran(state, event, ground)
        case ActiveLoop(name=name):
            return structs.replace(state, loop=name or None, rejected=False, interrupted=False)
        case SessionStarted() | Restarted():
            return State(slots=dict(ground.initial), heard=state.heard, at=state.at, text=state.text)
        case SlotSet(name=name, value=value):
            return structs.replace(state, slots={**state.slots, name: value})
        case SlotsReset():
            return structs.replace(state, slots=dict(ground.initial))
        case _:
            return _marked(state, event)


def _marked(state: State, event: AnyEvent) -> State:
    match event:
        case Followup(name=name):
            return structs.replace(state, followup=name)
        case Paused() | Resumed():
            return structs.replace(state, paused=isinstance(event, Paused))
        case Refused(name=name):
            return structs.replace(state, rejected=state.rejected or name == state.loop)
        case LoopInterrupted(is_interrupted=interrupted):
            return structs.replace(state, interrupted=interrupted)
        case _:
            return state


def _said(state: State, event: UserSaid) -> State:
    """What the customer says gives a form that had refused another try."""
    intent = intent_of(event.parse_data)
    return structs.replace(
        state, text=event.text or "", parse=event.parse_data, intent=intent,
        intents=(*state.intents, intent)[-INTENTS:], followup=None, rejected=False, interrupted=False,
        heard=state.heard + 1, at=event.timestamp if event.timestamp is not None else state.at,
    )  # fmt: skip


def _ran(state: State, event: ActionRan, ground: Ground) -> State:
    """Add the moment before it.

    The turns of a form in which all went well count as its first one, also its intent (Rasa's applied events).
    """
    if event.name == LISTEN == state.action and not state.trail:
        return state
    trail = (*state.trail, moment(state, ground, ruled=event.policy == "RulePolicy"))[-TRAIL:]
    intent = state.intent
    if event.name == state.loop and not state.rejected and (at := _folds(trail, event.name)) is not None:
        trail, intent = trail[:at], trail[at].intent
    rejected = state.rejected and event.name != state.loop
    return structs.replace(
        state, action=event.name, intent=intent, followup=None, interrupted=False, rejected=rejected, trail=trail
    )


def _folds(trail: tuple[Moment, ...], form: str) -> int | None:
    """Return from which moment on all of them are turns in which the form got its answers."""
    last = next((at for at in range(len(trail) - 1, -1, -1) if trail[at].did == form), None)
    if last is None or any(one.did not in (form, LISTEN) for one in trail[last:]):
        return None
    return last


def intent_of(parse: Mapping[str, Json]) -> str:
    """Return the intent of a sentence as Rasa's JSON has it."""
    intent = parse.get("intent")
    name = intent.get("name") if isinstance(intent, Mapping) else None
    return name if isinstance(name, str) else ""


def entities_of(parse: Mapping[str, Json]) -> list[Mapping[str, Json]]:
    """Return the entities of a sentence as Rasa's JSON has them."""
    found = parse.get("entities")
    return [one for one in found if isinstance(one, Mapping)] if isinstance(found, list) else []


def _named(parse: Mapping[str, Json]) -> tuple[Named, ...]:
    return tuple(
        Named(str(one.get("entity")), one.get("value"), one.get("role"), one.get("group")) for one in entities_of(parse)
    )
