"""The console: one sentence to one version of a bot, told with everything it thought. It changes nothing anywhere."""

from datetime import datetime
from typing import Any

import msgspec
from msgspec import Struct

from bots.contract import Turn
from bots.dialogue.events import DEFAULT_SLOTS
from bots.engine import TRACKER, Thought
from hub.model import Part, Text


class StepTaken(Struct, frozen=True, kw_only=True):
    """What the bot did, why, and which file and line say so."""

    action: str
    why: str
    place: str


class Tried(Struct, frozen=True, kw_only=True):
    """What was understood (Rasa's `/model/parse`), said and done. `handoff` is the reason a person would take over."""

    parse: dict[str, Any]
    said: tuple[Part, ...]
    steps: tuple[StepTaken, ...]
    slots: dict[str, Any]
    active_form: str | None
    tracker: str
    handoff: str | None


def turn_of(text: str, tracker: str, *, language: str, at: datetime) -> Turn:
    """Return the turn of a designer: a rehearsal, with no customer behind it."""
    return Turn(
        conversation="console", channel="console", profile="console", name="", language=language, seq=1,
        parts=(Text(body=text),), text=text, memory={TRACKER: tracker} if tracker else {}, rehearsal=True, at=at,
    )  # fmt: skip


def told(thought: Thought) -> Tried:
    """Return what a designer is told of a turn."""
    turned = thought.turned
    state = turned.tracker.state
    return Tried(
        parse=msgspec.to_builtins(thought.parse),
        said=tuple(part for parts in turned.said for part in parts),
        steps=tuple(
            StepTaken(action=step.action, why=step.why, place=str(step.place) if step.place else "")
            for step in turned.steps
        ),
        slots={name: value for name, value in state.slots.items() if name not in DEFAULT_SLOTS and value is not None},
        active_form=state.loop,
        tracker=turned.tracker.dump(),
        handoff=turned.handoff.reason if turned.handoff else None,
    )
