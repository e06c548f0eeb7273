"""What happens in a conversation, in Rasa's own words and JSON: everything the tracker knows is made of these.

Source of the shapes: rasa 3.6, `rasa/shared/core/events.py`, and rasa-sdk 3.21.1, `rasa_sdk/events.py`.
"""

from collections.abc import Sequence
from datetime import datetime

import msgspec
from msgspec import Struct

from bots.dialogue.actions import Failed
from bots.project.model import Json, Project

LARGEST = 8000
"""Characters of JSON that the value of one slot may have; more is refused."""
DEFAULT_SLOTS = frozenset({"requested_slot", "session_started_metadata"})
LISTEN = "action_listen"
TWO_STAGE = "action_two_stage_fallback"


class Event(Struct, frozen=True, kw_only=True, tag_field="event", omit_defaults=True):
    """Something that happened. `timestamp` is seconds since 1970."""

    timestamp: float | None = None
    metadata: dict[str, Json] | None = None


class UserSaid(Event, frozen=True, kw_only=True, tag="user"):
    """The customer spoke; `parse_data` is how it was understood."""

    text: str | None = None
    parse_data: dict[str, Json] = {}
    input_channel: str | None = None
    message_id: str | None = None


class BotSaid(Event, frozen=True, kw_only=True, tag="bot"):
    """The bot spoke."""

    text: str | None = None
    data: dict[str, Json] | None = None


class ActionRan(Event, frozen=True, kw_only=True, tag="action"):
    """An action was done, and who chose it."""

    name: str
    policy: str | None = None
    confidence: float | None = None
    hide_rule_turn: bool = False


class SlotSet(Event, frozen=True, kw_only=True, tag="slot"):
    """A slot has a value; None empties it."""

    name: str
    value: Json = None


class ActiveLoop(Event, frozen=True, kw_only=True, tag="active_loop", omit_defaults=False):
    """A form is active, or (None) none is any longer."""

    name: str | None = None


class OldForm(Event, frozen=True, kw_only=True, tag="form"):
    """The same in the words of Rasa 1."""

    name: str | None = None


class SessionStarted(Event, frozen=True, kw_only=True, tag="session_started"):
    """A new session: what was before counts no longer."""


class SessionEnded(Event, frozen=True, kw_only=True, tag="session_ended"):
    """The end of a session; nothing here."""


class Restarted(Event, frozen=True, kw_only=True, tag="restart"):
    """All is forgotten."""


class Rewound(Event, frozen=True, kw_only=True, tag="rewind"):
    """The last thing the customer said, and what followed, did not happen."""


class Undone(Event, frozen=True, kw_only=True, tag="undo"):
    """The last action did not happen."""


class SlotsReset(Event, frozen=True, kw_only=True, tag="reset_slots"):
    """Every slot has its first value again."""


class Reminded(Event, frozen=True, kw_only=True, tag="reminder"):
    """Come back at that time with this intent."""

    intent: str
    date_time: datetime
    name: str | None = None
    entities: dict[str, Json] | list[dict[str, Json]] | None = None
    kill_on_user_msg: bool = True


class ReminderCancelled(Event, frozen=True, kw_only=True, tag="cancel_reminder"):
    """Do not come back."""

    intent: str | None = None
    name: str | None = None
    entities: dict[str, Json] | list[dict[str, Json]] | None = None


class Followup(Event, frozen=True, kw_only=True, tag="followup"):
    """The next action, whatever the policies think."""

    name: str


class Paused(Event, frozen=True, kw_only=True, tag="pause"):
    """The bot steps back."""


class Resumed(Event, frozen=True, kw_only=True, tag="resume"):
    """The bot speaks again."""


class Refused(Event, frozen=True, kw_only=True, tag="action_execution_rejected"):
    """An action did not want to run."""

    name: str
    policy: str | None = None
    confidence: float | None = None


class LoopInterrupted(Event, frozen=True, kw_only=True, tag="loop_interrupted"):
    """The form need not look at what was said: it answered something else."""

    is_interrupted: bool = True


class FormValidation(Event, frozen=True, kw_only=True, tag="form_validation"):
    """The same in older words."""

    name: str | None = None
    validate: bool = True


class Featurized(Event, frozen=True, kw_only=True, tag="user_featurization"):
    """How Rasa's policies looked at a sentence; nothing here."""

    use_text_for_featurization: bool | None = None


class EntitiesAdded(Event, frozen=True, kw_only=True, tag="entities"):
    """Entities that a policy found; nothing here."""

    entities: list[dict[str, Json]] = []


class AgentSaid(Event, frozen=True, kw_only=True, tag="agent"):
    """A person spoke."""

    text: str | None = None
    data: dict[str, Json] | None = None


class Exported(Event, frozen=True, kw_only=True, tag="export"):
    """Rasa writes a story; nothing here."""


AnyEvent = (
    UserSaid | BotSaid | ActionRan | SlotSet | ActiveLoop | OldForm | SessionStarted | SessionEnded | Restarted
    | Rewound | Undone | SlotsReset | Reminded | ReminderCancelled | Followup | Paused | Resumed | Refused
    | LoopInterrupted | FormValidation | Featurized | EntitiesAdded | AgentSaid | Exported
)  # fmt: skip


def believed(raw: Sequence[Json], project: Project, *, loops: frozenset[str]) -> tuple[AnyEvent, ...]:
    """Return the events of an action, all or none; raises `Failed` that names the first bad one."""
    found: list[AnyEvent] = []
    for number, one in enumerate(raw, 1):
        try:
            event = msgspec.convert(one, AnyEvent)
        except (ValueError, RecursionError) as error:
            raise Failed("Not an event", number=number, reason=str(error)[:200]) from error
        if isinstance(event, OldForm):
            event = ActiveLoop(timestamp=event.timestamp, name=event.name)
        _check(event, number, project, loops)
        found.append(event)
    return tuple(found)


def _check(event: AnyEvent, number: int, project: Project, loops: frozenset[str]) -> None:
    match event:
        case SlotSet(name=name) if name not in project.slots and name not in DEFAULT_SLOTS:
            hint = "Add it to `slots` of the domain."
            raise Failed("An event sets a slot that the domain does not know", number=number, slot=name, hint=hint)
        case SlotSet(name=name, value=value) if len(msgspec.json.encode(value)) > LARGEST:
            raise Failed("The value of a slot is too large", number=number, slot=name, most=LARGEST)
        case ActiveLoop(name=str() as name) if name not in loops:
            raise Failed("An event starts a form that the domain does not know", number=number, form=name)
        case _:
            pass
