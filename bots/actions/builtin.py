"""The built-in actions: what they make of the tracker. Pure; the look-up's call is made by the port."""

from collections.abc import Mapping

from bots.actions.declared import HandOver, LookUp, PutLabel, SetAttribute
from bots.contract import Attribute, Handoff, Label
from bots.dialogue.actions import Done
from bots.project.model import Json

NOT_COLLECTED = frozenset({"requested_slot", "session_started_metadata"})
"""Slots that Rasa itself keeps."""
LONGEST = 2000


def handed_over(doing: HandOver, slots: Mapping[str, Json]) -> Done:
    """Ask for a person, with what was collected."""
    wanted = slots if doing.slots is None else {name: slots.get(name) for name in doing.slots}
    handoff = Handoff(
        reason=doing.reason, team=doing.team, skill=doing.skill, summary=doing.summary, slots=collected(wanted)
    )
    return Done(wishes=(handoff,))


def attribute_set(doing: SetAttribute, slots: Mapping[str, Json]) -> Done:
    """Note the slot's value, if it has one."""
    value = written(slots.get(doing.slot))
    return Done(wishes=(Attribute(name=doing.name, value=value),) if value else ())


def labelled(doing: PutLabel, slots: Mapping[str, Json]) -> Done:
    """Label the conversation."""
    more = written(slots.get(doing.slot)) if doing.slot else ""
    names = (*doing.labels, *((more,) if more else ()))
    return Done(wishes=(Label(names=names),) if names else ())


def looked_up(doing: LookUp, known: Mapping[str, Json] | None) -> Done:
    """Fill the slots with what was found; None is "not found"."""
    fields = known or {}
    slots = {slot: fields.get(field) for slot, field in doing.fill.items()}
    if doing.found is not None:
        slots[doing.found] = known is not None
    return Done(events=tuple({"event": "slot", "name": name, "value": value} for name, value in slots.items()))


def collected(slots: Mapping[str, Json]) -> dict[str, str]:
    """Return the slots that have a value, as people read it."""
    return {name: text for name, value in slots.items() if name not in NOT_COLLECTED and (text := written(value))}


def written(value: Json) -> str:
    """Return a slot's value as people write it; nothing for no value and for what is no plain value."""
    match value:
        case bool():
            return "yes" if value else "no"
        case str() | int() | float():
            return str(value).strip()[:LONGEST]
        case list():
            return ", ".join(text for one in value if (text := written(one)))[:LONGEST]
        case _:
            return ""
