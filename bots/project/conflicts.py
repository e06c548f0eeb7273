"""Rules that contradict each other: the same situation, and another action after it. Pure."""

from collections.abc import Iterator

from bots.project.faults import Faults
from bots.project.model import Before, Did, LoopIs, Project, Rule, SlotWas, Step, UserSaid

Situation = tuple[object, ...]


def conflicts(project: Project, faults: Faults) -> None:
    """Note every two rules that want different actions in one and the same situation."""
    wanted: dict[Situation, tuple[str, Rule]] = {}
    for rule in project.rules:
        for situation, action in situations(rule):
            before = wanted.setdefault(situation, (action, rule))
            if before[0] != action and before[1].place != rule.place:
                faults.error(rule.place, f"The rule {rule.name!r} wants {action} where {before[1].name!r}, at"
                             f" {before[1].place}, wants {before[0]}", "Tell their conditions apart.")  # fmt: skip


def situations(rule: Rule) -> Iterator[tuple[Situation, str]]:
    """Give each point of a rule at which something is done: what led there, as a key, and the action."""
    conditions = frozenset(_fact(step) for step in rule.conditions)
    before: list[object] = []
    waits = [Did(action="action_listen", place=rule.place)] if rule.waits else []
    for step in (*rule.steps, *waits):
        if isinstance(step, Did):
            if before:
                for history in _unfolded(before):
                    yield (conditions, rule.starts, *history), step.action
            before.append(("did", step.action))
        elif not isinstance(step, Before):
            before.append(step if isinstance(step, UserSaid) else _fact(step))


def _unfolded(before: list[object]) -> Iterator[tuple[object, ...]]:
    """Give the history once for each intent of its customer's turn."""
    at = next((number for number, one in enumerate(before) if isinstance(one, UserSaid)), None)
    if at is None:
        yield tuple(before)
        return
    said = before[at]
    assert isinstance(said, UserSaid)  # noqa: S101 - found as one just above
    marks = tuple((one.entity, str(one.value), one.role, one.group) for one in said.entities)
    for intent in said.intents:
        yield (*before[:at], ("said", intent, marks), *before[at + 1 :])


def _fact(step: Step) -> object:
    match step:
        case LoopIs(loop=loop):
            return ("loop", loop)
        case SlotWas(slots=slots, any=present):
            return ("slots", tuple((name, repr(value)) for name, value in slots), present)
        case _:
            return ("step", type(step).__name__)
