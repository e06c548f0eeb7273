"""What the customer said, as values of slots: Rasa's mappings, tried in their order. Pure.

Source: rasa 3.6, `rasa/core/actions/action.py`, `ActionExtractSlots`. Two things are ours: a button is no free text,
and in a correction ("no, the phone is 139…") the sentence is not taken for the answer to the open question.
"""

import re
from collections.abc import Iterable, Mapping

from bots.dialogue.state import State, entities_of
from bots.project.model import Filling, Form, Json, Project, Slot

_CORRECTS = re.compile(
    r"不对|不是|错了|弄错|说错|写错|打错|改成|改为|改一下|换成|更正|应该是|"
    r"\b(?:no|wrong|sorry|actually|instead|correct(?:ion)?|change|mistake|i mean(?:t)?)\b",
    re.IGNORECASE,
)


def filled(state: State, project: Project) -> dict[str, Json]:
    """Return the slots that the last sentence fills, in the order of the domain."""
    form = project.forms.get(state.loop or "")
    found: dict[str, Json] = {}
    by_text: set[str] = set()
    for slot in project.slots.values():
        for filling in slot.fillings:
            if not _applies(filling, slot, state, form, project):
                continue
            value = _value(filling, slot, state)
            if value is not None:
                found[slot.name] = value
                if filling.kind == "from_text":
                    by_text.add(slot.name)
                break
    if form is not None and _corrected(state, form, found, by_text):
        return {name: value for name, value in found.items() if name not in by_text}
    return found


def triggered(state: State, project: Project, form: Form) -> dict[str, Json]:
    """Return the slots of a form that the sentence which started it fills."""
    return {
        name: filling.value
        for name in form.slots
        for filling in reversed(project.slots[name].fillings)
        if filling.kind == "from_trigger_intent" and _meant(filling, state.intent) and filling.value is not None
    }


def customs(state: State, project: Project) -> list[str]:
    """Return the actions that fill slots of their own now, each once."""
    named = (
        filling.action
        for slot in project.slots.values()
        for filling in slot.fillings
        if filling.kind == "custom" and (not filling.conditions or _asked(filling, state))
    )
    return [name for name in dict.fromkeys(named) if name]


def _corrected(state: State, form: Form, found: Mapping[str, Json], by_text: Iterable[str]) -> bool:
    """Say whether the sentence changes what another question of the form was answered with."""
    others = [name for name in found if name in form.slots and name != state.asked and name not in by_text]
    changed = any(state.slot(name) is not None and state.slot(name) != found[name] for name in others)
    return changed and _CORRECTS.search(state.text) is not None


def _applies(filling: Filling, slot: Slot, state: State, form: Form | None, project: Project) -> bool:
    if filling.kind in ("custom", "from_trigger_intent") or not _meant(filling, state.intent):
        return False
    if form is not None and slot.name in form.slots and state.intent in form.ignored_intents:
        return False
    if filling.conditions and not _asked(filling, state):
        return False
    if filling.kind == "from_text":
        return bool(state.text.strip()) and not state.text.startswith("/")
    if filling.kind == "from_entity" and form is not None and slot.name in form.slots and slot.name != state.asked:
        return _unique(filling, slot.name, form, project)
    return True


def _meant(filling: Filling, intent: str) -> bool:
    return (not filling.intents or intent in filling.intents) and intent not in filling.not_intents


def _asked(filling: Filling, state: State) -> bool:
    return any(
        one.active_loop == state.loop and (one.requested_slot is None or one.requested_slot == state.asked)
        for one in filling.conditions
    )


def _unique(filling: Filling, slot: str, form: Form, project: Project) -> bool:
    """Say whether no other slot of the form is filled by the same entity: else only the one asked for takes it."""
    same = (
        name
        for name in form.slots
        if name != slot
        for other in project.slots[name].fillings
        if other.kind == "from_entity"
        and (other.entity, other.role, other.group) == (filling.entity, filling.role, filling.group)
    )
    return next(same, None) is None


def _value(filling: Filling, slot: Slot, state: State) -> Json:
    match filling.kind:
        case "from_text":
            return state.text
        case "from_intent":
            return filling.value
        case _:
            return _entity(filling, slot, state)


def _entity(filling: Filling, slot: Slot, state: State) -> Json:
    values = [
        one.get("value")
        for one in entities_of(state.parse)
        if one.get("entity") == filling.entity
        and (filling.role is None or one.get("role") == filling.role)
        and (filling.group is None or one.get("group") == filling.group)
        and one.get("value") is not None
    ]
    if not values:
        return None
    return values if slot.kind == "list" else values[-1]
