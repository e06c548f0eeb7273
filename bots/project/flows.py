"""The `stories:` and `rules:` sections: steps of example conversations, and what always follows."""

from collections.abc import Iterator
from itertools import product

import yaml

from bots.project.model import Before, Checkpoint, Did, Json, LoopIs, Marked, Rule, SlotWas, Step, Story, UserSaid
from bots.project.nodes import File, json

BRANCHES = 64
"""Stories that the `or` steps of one may unfold into."""
_STORY = frozenset({"story", "steps", "metadata"})
_RULE = frozenset({"rule", "steps", "condition", "conversation_start", "wait_for_user_input", "metadata"})
_STEP = frozenset(
    {"intent", "user", "entities", "action", "bot", "slot_was_set", "active_loop", "checkpoint", "or", "metadata"}
)


def stories(file: File, node: yaml.Node) -> list[Story]:
    """Read stories; `or` unfolds into one story for each way through."""
    found: list[Story] = []
    for item in file.items(node, "stories"):
        entries = file.known(item, "A story", _STORY)
        name = file.text(entries.get("story"), "story")
        if not name:
            file.error(item, "A story has no name")
        steps = [_step(file, one) for one in file.items(entries.get("steps"), f"The story {name!r}")]
        if not steps:
            file.error(item, f"The story {name!r} has no steps")
        found += [Story(name=name, steps=way, place=file.place(item)) for way in _ways(file, item, steps)]
    return found


def rules(file: File, node: yaml.Node) -> list[Rule]:
    """Read rules."""
    found: list[Rule] = []
    for item in file.items(node, "rules"):
        entries = file.known(item, "A rule", _RULE)
        name = file.text(entries.get("rule"), "rule")
        if not name:
            file.error(item, "A rule has no name")
        what = f"The rule {name!r}"
        steps = [_step(file, one) for one in file.items(entries.get("steps"), what)]
        conditions = [_step(file, one)[0] for one in file.items(entries.get("condition"), "condition")]
        _check_rule(file, item, what, steps, conditions)
        starts = file.flag(entries.get("conversation_start"), "conversation_start", False)
        waits = file.flag(entries.get("wait_for_user_input"), "wait_for_user_input", True)
        found += [
            Rule(name=name, steps=way, conditions=tuple(conditions), starts=starts, waits=waits, place=file.place(item))
            for way in _ways(file, item, steps)
        ]
    return found


def _check_rule(file: File, item: yaml.Node, what: str, steps: list[list[Step]], conditions: list[Step]) -> None:
    if not steps:
        file.error(item, f"{what} has no steps")
    if sum(isinstance(ways[0], UserSaid) for ways in steps) > 1:
        file.error(item, f"{what} has more than one turn of the customer", "Rasa allows one; make it a story.")
    if any(isinstance(ways[0], Checkpoint) for ways in steps):
        file.error(item, f"{what} has a checkpoint", "Only stories have them.")
    if any(not isinstance(one, SlotWas | LoopIs) for one in conditions):
        file.error(item, f"A condition of {what} is active_loop or slot_was_set")


def _ways(file: File, item: yaml.Node, steps: list[list[Step]]) -> Iterator[tuple[Step, ...]]:
    """Give every way through the `or` steps; intents that differ in nothing else stay one step."""
    count = 1
    for ways in steps:
        count *= max(len(ways), 1)
    if count > BRANCHES:
        file.error(
            item, f"The `or` steps make {count} stories of this one", f"At most {BRANCHES}; write fewer of them."
        )
        return
    yield from product(*steps)


def _step(file: File, node: yaml.Node) -> list[Step]:
    """Return a step, or the alternatives of an `or`."""
    if isinstance(node, yaml.ScalarNode) and node.value == "...":
        return [Before(place=file.place(node))]
    entries = file.known(node, "A step", _STEP)
    place = file.place(node)
    if "intent" in entries or "user" in entries:
        return [_said(file, node, entries)]
    if "or" in entries:
        return _or(file, entries["or"])
    if "action" in entries:
        return [Did(action=file.text(entries["action"], "action"), place=place)]
    if "bot" in entries:
        file.warning(node, "End-to-end steps of the bot are not learned by this engine", "Name an action.")
        return [Did(action="", place=place)]
    if "slot_was_set" in entries:
        return [_slots(file, entries["slot_was_set"], node)]
    if "active_loop" in entries:
        return [LoopIs(loop=file.text(entries["active_loop"], "active_loop") or None, place=place)]
    if "checkpoint" in entries:
        name = file.text(entries["checkpoint"], "checkpoint")
        held = _slots(file, entries["slot_was_set"], node).slots if "slot_was_set" in entries else ()
        return [Checkpoint(name=name, slots=held, place=place)]
    file.error(node, "A step says nothing", "It is an intent, action, slot_was_set, active_loop, checkpoint or `or`.")
    return [Before(place=place)]


def _or(file: File, node: yaml.Node) -> list[Step]:
    ways = [way for one in file.items(node, "or") for way in _step(file, one)]
    if not ways or not all(isinstance(way, UserSaid | SlotWas) for way in ways):
        file.error(node, "`or` is a list of intents or of slots")
        return [Before(place=file.place(node))]
    said = [way for way in ways if isinstance(way, UserSaid)]
    if len(said) == len(ways) and not any(way.entities for way in said):
        intents = tuple(name for way in said for name in way.intents)
        return [UserSaid(intents=intents, place=file.place(node))]
    return ways


def _said(file: File, node: yaml.Node, entries: dict[str, yaml.Node]) -> UserSaid:
    intent = file.text(entries.get("intent"), "intent")
    if not intent:
        file.warning(node, "End-to-end steps of the customer are not learned by this engine", "Name an intent.")
    return UserSaid(
        intents=(intent,) if intent else (), text=file.text(entries.get("user"), "user").strip(),
        entities=tuple(_marked(file, one) for one in file.items(entries.get("entities"), "entities")),
        place=file.place(node),
    )  # fmt: skip


def _marked(file: File, node: yaml.Node) -> Marked:
    if isinstance(node, yaml.ScalarNode):
        return Marked(entity=str(node.value))
    told = dict(file.pairs_of(node, "An entity"))
    role, group = told.pop("role", None), told.pop("group", None)
    name, value = next(iter(told.items()), ("", None))
    if not name or len(told) > 1:
        file.error(node, "An entity of a step is `name: value`, with a role or group perhaps")
    return Marked(entity=name, value=json(value), role=_word(role), group=_word(group))


def _word(node: yaml.Node | None) -> str | None:
    found = json(node)
    return None if found is None else str(found)


def _slots(file: File, node: yaml.Node, step: yaml.Node) -> SlotWas:
    """Read `slot_was_set`: `- name: value`, or only `- name` for any value."""
    held: list[tuple[str, Json]] = []
    present: list[str] = []
    items = [node] if isinstance(node, yaml.MappingNode) else file.items(node, "slot_was_set")
    for item in items:
        if isinstance(item, yaml.ScalarNode):
            present.append(str(item.value))
        else:
            held += [(name, json(value)) for name, _, value in file.pairs(item, "slot_was_set")]
    return SlotWas(slots=tuple(held), any=tuple(present), place=file.place(step))
