"""What a project asks of its actions that cannot be done: found when it is loaded, not when a customer waits. Pure."""

from collections.abc import Iterator

from bots.actions.declared import DEFAULTS, LATER, SETTINGS, Declared, declared
from bots.project.faults import NotABot
from bots.project.model import Did, Fault, Place, Project
from bots.triggers import read
from hub.errors import Invalid

ROOMS = {"ticket": "tickets", "callback": "call-backs", "article": "knowledge"}


def refused(project: Project) -> tuple[Fault, ...]:
    """Return the faults of the project's built-in actions and of `yizhan.yml`; a warning for actions nobody does."""
    settings = list(_settings(project))
    known = None if settings else declared(project.config.yizhan)
    return (*settings, *_actions(project, known))


def require_doable(project: Project) -> Project:
    """Return the project; raises `NotABot` when it asks for what cannot be done."""
    faults = refused(project)
    if any(fault.severity == "error" for fault in faults):
        raise NotABot(faults)
    return project


def _settings(project: Project) -> Iterator[Fault]:
    for reading in (declared, read):
        try:
            reading(project.config.yizhan)
        except Invalid as error:
            yield Fault(place=place(project, error.path), message=f"{error.path}: {error.message}", hint=error.hint)


def _actions(project: Project, known: Declared | None) -> Iterator[Fault]:
    named = known.actions if known is not None else project.config.yizhan.get("actions") or {}
    for name, where in used(project).items():
        if name in LATER:
            room = ROOMS[LATER[name]]
            yield Fault(
                place=where, message=f"{name} needs {room}: that room does not stand yet", hint="Hand over instead."
            )
        elif name.startswith("yizhan_") and name not in DEFAULTS and name not in named:
            hint = f"Add it to `actions` of {SETTINGS}, with `do` and its parameters."
            yield Fault(place=where, message=f"Nobody knows what {name} does", hint=hint)
        elif name.startswith(("action_", "validate_")) and known is not None and known.of(name, project) is None:
            hint = f"Set `action_endpoint` in endpoints.yml, or add it to `actions` of {SETTINGS}."
            message = f"Nobody does {name}; whoever comes to it is handed over"
            yield Fault(place=where, message=message, hint=hint, severity="warning")


def used(project: Project) -> dict[str, Place]:
    """Return the actions the domain, rules and stories name, each with its first place; Rasa's own are left out."""
    told = (*(rule.steps for rule in project.rules), *(story.steps for story in project.stories))
    steps = [step for steps in told for step in steps if isinstance(step, Did)]
    named = {**{step.action: step.place for step in reversed(steps)}, **project.actions}
    return {name: where for name, where in named.items() if name not in OWN}


OWN = frozenset(
    f"action_{name}"
    for name in (
        "listen", "restart", "session_start", "default_fallback", "deactivate_loop", "revert_fallback_events",
        "two_stage_fallback", "default_ask_affirmation", "default_ask_rephrase", "back", "unlikely_intent",
        "extract_slots",
    )
)  # fmt: skip
"""The default actions of Rasa, which the dialogue does itself."""


def place(project: Project, path: str) -> Place:
    """Return the line of `yizhan.yml` that a key stands in: the last part of the path that is found, in order."""
    lines, line = project.files.get(SETTINGS, "").splitlines(), 0
    for key in path.replace("[", ".").split("."):
        line = next((n for n in range(line, len(lines)) if lines[n].strip().startswith((f"{key}:", f"- {key}"))), line)
    return Place(file=SETTINGS, line=line + 1)
