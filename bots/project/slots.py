"""The `slots:` of a domain: types, initial values, and how they are filled."""

from collections.abc import Mapping
from typing import Literal

import yaml

from bots.project.model import Asking, Filling, Json, Slot
from bots.project.nodes import File, json

_KEYS = frozenset(
    {"type", "initial_value", "influence_conversation", "values", "min_value", "max_value", "mappings",
     "shared_for_coexistence", "auto_fill"}
)  # fmt: skip
_MAPPING = frozenset({"type", "entity", "role", "group", "intent", "not_intent", "value", "action", "conditions"})
KINDS: Mapping[str, Literal["text", "bool", "categorical", "float", "list", "any"]] = {
    "text": "text", "bool": "bool", "categorical": "categorical", "float": "float", "list": "list", "any": "any",
}  # fmt: skip
FILLINGS: Mapping[str, Literal["from_entity", "from_text", "from_intent", "from_trigger_intent", "custom"]] = {
    "from_entity": "from_entity", "from_text": "from_text", "from_intent": "from_intent",
    "from_trigger_intent": "from_trigger_intent", "custom": "custom",
}  # fmt: skip


def read(file: File, node: yaml.Node) -> dict[str, Slot]:
    """Read every slot of a domain file."""
    return {name: _slot(file, name, key, value) for name, key, value in file.pairs(node, "slots")}


def _slot(file: File, name: str, key: yaml.Node, node: yaml.Node) -> Slot:
    entries = file.known(node, f"The slot {name!r}", _KEYS)
    type = file.text(entries.get("type"), "type")
    kind = KINDS.get(type)
    if kind is None:
        file.error(entries.get("type", key), f"The slot {name!r} has the unknown type {type!r}",
                   f"Known: {', '.join(KINDS)}.")  # fmt: skip
        kind = "any"
    if "mappings" not in entries:
        file.error(key, f"The slot {name!r} has no mappings", "Rasa 3 asks for `mappings` of every slot.")
    values = _values(file, entries.get("values"), kind)
    return Slot(
        name=name, kind=kind, initial=json(entries.get("initial_value")),
        influences=file.flag(entries.get("influence_conversation"), "influence_conversation", kind != "any"),
        values=values, low=file.number(entries.get("min_value"), "min_value", 0.0),
        high=file.number(entries.get("max_value"), "max_value", 1.0),
        fillings=tuple(_filling(file, one) for one in file.items(entries.get("mappings"), "mappings")),
        place=file.place(key),
    )  # fmt: skip


def _values(file: File, node: yaml.Node | None, kind: str) -> tuple[Json, ...]:
    if kind == "categorical" and node is None:
        return ()
    return tuple(json(one) for one in file.items(node, "values"))


def _filling(file: File, node: yaml.Node) -> Filling:
    entries = file.known(node, "A mapping", _MAPPING)
    type = file.text(entries.get("type"), "type")
    kind = FILLINGS.get(type)
    if kind is None:
        file.error(
            entries.get("type", node), f"A mapping has the unknown type {type!r}", f"Known: {', '.join(FILLINGS)}."
        )
        kind = "custom"
    entity = file.text(entries.get("entity"), "entity")
    if kind == "from_entity" and not entity:
        file.error(node, "A mapping from_entity names its entity")
    if kind in ("from_intent", "from_trigger_intent") and "value" not in entries:
        file.error(node, f"A mapping {kind} says its value")
    return Filling(
        kind=kind, entity=entity, role=file.text(entries.get("role"), "role") or None,
        group=file.text(entries.get("group"), "group") or None, intents=file.names(entries.get("intent"), "intent"),
        not_intents=file.names(entries.get("not_intent"), "not_intent"), value=json(entries.get("value")),
        action=file.text(entries.get("action"), "action"),
        conditions=tuple(_asking(file, one) for one in file.items(entries.get("conditions"), "conditions")),
    )  # fmt: skip


def _asking(file: File, node: yaml.Node) -> Asking:
    entries = file.known(node, "A condition", frozenset({"active_loop", "requested_slot"}))
    return Asking(
        active_loop=file.text(entries.get("active_loop"), "active_loop") or None,
        requested_slot=file.text(entries.get("requested_slot"), "requested_slot") or None,
    )
