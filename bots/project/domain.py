"""The domain: intents, entities, actions, forms and session, merged from as many files as there are."""

from typing import Any

import yaml

from bots.project import responses, slots
from bots.project.model import Entity, Form, Intent, Json, Place, Response, Session, Slot
from bots.project.nodes import File, json

SECTIONS = frozenset(
    {"intents", "entities", "slots", "forms", "actions", "responses", "session_config", "config", "e2e_actions"}
)


class Domain:
    """Collects the domain over all files of a project; the same name twice is a fault with its second place."""

    def __init__(self) -> None:
        self.intents: dict[str, Intent] = {}
        self.entities: dict[str, Entity] = {}
        self.slots: dict[str, Slot] = {}
        self.forms: dict[str, Form] = {}
        self.actions: dict[str, Place] = {}
        self.responses: dict[str, tuple[Response, ...]] = {}
        self.session = Session()
        self.stores_entities = True
        self.json: dict[str, Any] = {}

    def read(self, file: File, section: str, node: yaml.Node) -> None:
        """Take one section of one file."""
        self._keep(section, json(node))
        match section:
            case "intents":
                self._merge(file, node, self.intents, _intents(file, node))
            case "entities":
                self._merge(file, node, self.entities, _entities(file, node))
            case "slots":
                self._merge(file, node, self.slots, slots.read(file, node))
            case "forms":
                self._merge(file, node, self.forms, _forms(file, node))
            case "actions":
                self._merge(file, node, self.actions, _actions(file, node))
            case "responses":
                self._merge(file, node, self.responses, responses.read(file, node))
            case _:
                self._settings(file, section, node)

    def _merge(self, file: File, node: yaml.Node, into: dict[str, Any], found: dict[str, Any]) -> None:
        for name, what in found.items():
            if name in into:
                place = getattr(what, "place", None) or (what if isinstance(what, Place) else file.place(node))
                file.faults.error(place, f"{name!r} is declared twice", "Keep one of them.")
            into.setdefault(name, what)

    def _keep(self, section: str, told: Json) -> None:
        before = self.json.get(section)
        if isinstance(before, list) and isinstance(told, list):
            self.json[section] = [*before, *told]
        elif isinstance(before, dict) and isinstance(told, dict):
            self.json[section] = {**before, **told}
        elif told is not None:
            self.json[section] = told

    def _settings(self, file: File, section: str, node: yaml.Node) -> None:
        if section == "session_config":
            known = frozenset({"session_expiration_time", "carry_over_slots_to_new_session"})
            entries = file.known(node, section, known)
            minutes = file.number(entries.get("session_expiration_time"), "session_expiration_time", 60.0)
            if minutes < 0:
                file.error(node, "session_expiration_time must not be negative", "0 means never.")
            carried = entries.get("carry_over_slots_to_new_session")
            self.session = Session(minutes=max(minutes, 0.0), carries_slots=file.flag(carried, section, True))
        elif section == "config":
            entries = file.known(node, section, frozenset({"store_entities_as_slots"}))
            self.stores_entities = file.flag(entries.get("store_entities_as_slots"), "store_entities_as_slots", True)
        elif file.items(node, section):
            file.warning(node, "End-to-end actions are not learned by this engine", "Use responses.")


def _named(file: File, node: yaml.Node, what: str) -> list[tuple[str, yaml.Node, yaml.Node | None]]:
    """Give the elements of a list of names or of `name: {...}`."""
    found: list[tuple[str, yaml.Node, yaml.Node | None]] = []
    for item in file.items(node, what):
        if isinstance(item, yaml.MappingNode):
            found += [(name, key, value) for name, key, value in file.pairs(item, what)]
        else:
            found.append((file.text(item, what), item, None))
    for name, item, _ in found:
        if not name:
            file.error(item, f"A name is missing in {what}")
    return [one for one in found if one[0]]


def _intents(file: File, node: yaml.Node) -> dict[str, Intent]:
    keys = frozenset({"use_entities", "ignore_entities", "is_retrieval_intent"})
    found: dict[str, Intent] = {}
    for name, item, more in _named(file, node, "intents"):
        if name in found:
            file.error(item, f"The intent {name!r} is there twice")
        entries = file.known(more, f"The intent {name!r}", keys) if more is not None else {}
        use = entries.get("use_entities")
        every = use is None or json(use) is True
        found[name] = Intent(
            name=name, use=None if every else _listed(file, use, "use_entities"),
            ignore=_listed(file, entries.get("ignore_entities"), "ignore_entities"),
            retrieval=file.flag(entries.get("is_retrieval_intent"), "is_retrieval_intent", False),
            place=file.place(item),
        )  # fmt: skip
    return found


def _listed(file: File, node: yaml.Node | None, what: str) -> tuple[str, ...]:
    return tuple(name for name, _, _ in _named(file, node, what)) if isinstance(node, yaml.SequenceNode) else ()


def _entities(file: File, node: yaml.Node) -> dict[str, Entity]:
    found: dict[str, Entity] = {}
    for name, item, more in _named(file, node, "entities"):
        keys = frozenset({"roles", "groups", "influence_conversation"})
        entries = file.known(more, f"The entity {name!r}", keys) if more is not None else {}
        found[name] = Entity(
            name=name, roles=file.names(entries.get("roles"), "roles"),
            groups=file.names(entries.get("groups"), "groups"), place=file.place(item),
        )  # fmt: skip
    return found


def _forms(file: File, node: yaml.Node) -> dict[str, Form]:
    found: dict[str, Form] = {}
    for name, key, value in file.pairs(node, "forms"):
        entries = file.known(value, f"The form {name!r}", frozenset({"required_slots", "ignored_intents"}))
        if "required_slots" not in entries:
            file.error(key, f"The form {name!r} has no required_slots")
        found[name] = Form(
            name=name, slots=file.names(entries.get("required_slots"), "required_slots"),
            ignored_intents=file.names(entries.get("ignored_intents"), "ignored_intents"), place=file.place(key),
        )  # fmt: skip
    return found


def _actions(file: File, node: yaml.Node) -> dict[str, Place]:
    return {name: file.place(item) for name, item, _ in _named(file, node, "actions")}
