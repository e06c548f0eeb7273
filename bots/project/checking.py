"""What holds across sections: names that are used are declared, forms can ask, sentences mean one thing. Pure."""

import unicodedata
from collections import defaultdict
from collections.abc import Iterable

from bots.project.conflicts import conflicts
from bots.project.faults import Faults
from bots.project.model import Did, Example, LoopIs, Place, Project, Rule, SlotWas, Story, UserSaid

DEFAULT_INTENTS = {"restart", "back", "out_of_scope", "session_start", "nlu_fallback"}
DEFAULT_ACTIONS = {
    "action_listen", "action_restart", "action_session_start", "action_default_fallback", "action_deactivate_loop",
    "action_revert_fallback_events", "action_two_stage_fallback", "action_default_ask_affirmation",
    "action_default_ask_rephrase", "action_back", "action_unlikely_intent", "action_extract_slots",
    "action_send_text", "action_validate_slot_mappings",
}  # fmt: skip
"""Rasa's own (`rasa/shared/core/constants.py`)."""
DEFAULT_SLOTS = {"requested_slot", "session_started_metadata"}
DEFAULT_LOOPS = {"action_two_stage_fallback"}
"""An action of Rasa that is a loop, and stands as one in the rule its documentation gives for it."""
FEW = 2
"""Examples that an intent needs to be learned at all."""


def check(project: Project, faults: Faults) -> None:
    """Note every name that stands for nothing, and everything that could not work."""
    _intents(project, faults)
    _sentences(project.nlu.examples, faults)
    _forms(project, faults)
    _fillings(project, faults)
    flows: list[Story | Rule] = [*project.stories, *project.rules]
    for flow in flows:
        _flow(project, flow, faults)
    _retrieval(project, faults)
    conflicts(project, faults)


def _intents(project: Project, faults: Faults) -> None:
    counts: dict[str, int] = defaultdict(int)
    first: dict[str, Place] = {}
    for example in project.nlu.examples:
        name = example.intent.partition("/")[0]
        counts[name] += 1
        first.setdefault(name, example.place)
    for name, place in first.items():
        if name not in project.intents and name not in DEFAULT_INTENTS:
            faults.error(place, f"The intent {name!r} is not in the domain", "Add it to `intents`.")
    for name, intent in project.intents.items():
        if counts[name] == 0 and name not in DEFAULT_INTENTS:
            faults.warning(intent.place, f"The intent {name!r} has no examples; only buttons can say it")
        elif 0 < counts[name] < FEW:
            faults.warning(intent.place, f"The intent {name!r} has too few examples", f"Give it at least {FEW}.")
        for entity in (*(intent.use or ()), *intent.ignore):
            _need_entity(project, entity, intent.place, faults)


def _sentences(examples: Iterable[Example], faults: Faults) -> None:
    """Warn of a sentence that stands under two intents."""
    seen: dict[str, Example] = {}
    for example in examples:
        key = unicodedata.normalize("NFKC", example.text).casefold().strip()
        other = seen.setdefault(key, example)
        if other.intent != example.intent:
            twice = f"{example.text[:60]!r} is an example of {example.intent} and, at {other.place}, of {other.intent}"
            faults.warning(example.place, twice, "Leave it in one of them.")


def _forms(project: Project, faults: Faults) -> None:
    for form in project.forms.values():
        for name in form.slots:
            slot = project.slots.get(name)
            if slot is None:
                faults.error(
                    form.place, f"The form {form.name!r} asks for the unknown slot {name!r}", "Add it to `slots`."
                )
            elif not slot.fillings:
                faults.error(form.place, f"Nothing fills the slot {name!r} of {form.name!r}", "Give it `mappings`.")
            asks = (f"action_ask_{form.name}_{name}", f"utter_ask_{form.name}_{name}", f"action_ask_{name}",
                    f"utter_ask_{name}")  # fmt: skip
            if not any(ask in project.responses or ask in project.actions for ask in asks):
                faults.error(
                    form.place, f"Nothing asks for the slot {name!r} of {form.name!r}", f"Write utter_ask_{name}."
                )
        for intent in form.ignored_intents:
            _need_intent(project, intent, form.place, faults)


def _fillings(project: Project, faults: Faults) -> None:
    for slot in project.slots.values():
        for filling in slot.fillings:
            if filling.entity:
                _need_entity(project, filling.entity, slot.place, faults)
            for intent in (*filling.intents, *filling.not_intents):
                _need_intent(project, intent, slot.place, faults)
            for one in filling.conditions:
                _need_form(project, one.active_loop, slot.place, faults)
    variants = (variant for variants in project.responses.values() for variant in variants)
    for variant in variants:
        for held in variant.conditions:
            _need_slot(project, held.slot, variant.place, faults)


def _flow(project: Project, flow: Story | Rule, faults: Faults) -> None:
    conditions = flow.conditions if isinstance(flow, Rule) else ()
    for step in (*conditions, *flow.steps):
        match step:
            case UserSaid(intents=intents, entities=entities):
                for intent in intents:
                    _need_intent(project, intent, step.place, faults)
                for marked in entities:
                    _need_entity(project, marked.entity, step.place, faults)
            case Did(action=action) if action:
                _need_action(project, action, step.place, faults)
            case LoopIs(loop=loop):
                _need_form(project, loop, step.place, faults)
            case SlotWas(slots=held, any=present):
                for name in (*(name for name, _ in held), *present):
                    _need_slot(project, name, step.place, faults)
            case _:
                pass


def _need_entity(project: Project, name: str, place: Place, faults: Faults) -> None:
    if name not in project.entities:
        faults.error(place, f"The entity {name!r} is not in the domain", "Add it to `entities`.")


def _need_form(project: Project, name: str | None, place: Place, faults: Faults) -> None:
    if name is not None and name not in project.forms and name not in DEFAULT_LOOPS:
        faults.error(place, f"The form {name!r} is not in the domain", "Add it to `forms`.")


def _need_slot(project: Project, name: str, place: Place, faults: Faults) -> None:
    if name not in project.slots and name not in DEFAULT_SLOTS:
        faults.error(place, f"The slot {name!r} is not in the domain", "Add it to `slots`.")


def _need_intent(project: Project, name: str, place: Place, faults: Faults) -> None:
    if name.partition("/")[0] not in project.intents and name not in DEFAULT_INTENTS:
        faults.error(place, f"The intent {name!r} is not in the domain", "Add it to `intents`.")


def _need_action(project: Project, name: str, place: Place, faults: Faults) -> None:
    if name in project.actions or name in project.forms or name in DEFAULT_ACTIONS:
        return
    if name in project.responses or f"{name}/" in {one.partition("/")[0] + "/" for one in project.responses}:
        return
    where = "responses" if name.startswith("utter_") else "actions"
    faults.error(place, f"The action {name!r} is not in the domain", f"Add it to `{where}`.")


def _retrieval(project: Project, faults: Faults) -> None:
    """Every sub-intent of a retrieval intent has its answer."""
    first: dict[str, Place] = {}
    for example in project.nlu.examples:
        if "/" in example.intent:
            first.setdefault(example.intent, example.place)
    for name, place in first.items():
        if f"utter_{name}" not in project.responses:
            faults.error(place, f"Nothing answers {name!r}", f"Write the response utter_{name}.")
