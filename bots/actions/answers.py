"""What an action server may answer, checked before anything of it is believed. Pure.

Source of the shapes: rasa-sdk 3.21.1, `rasa_sdk/events.py` and `executor.py` (`ActionExecutorRunResult`).
"""

from datetime import UTC, datetime
from typing import Any

import msgspec
from msgspec import Struct

from bots.dialogue.actions import Done, Failed
from bots.project.model import Json

MOST_EVENTS = 1000
MOST_RESPONSES = 50


class Event(Struct, frozen=True, kw_only=True, tag_field="event"):
    """One event. Times are seconds since 1970; what is not named here is let through and read by nobody."""

    timestamp: float | None = None


class Bare(Event, frozen=True, kw_only=True, tag="restart"):
    """An event that is nothing but its name."""


class SessionStarted(Event, frozen=True, kw_only=True, tag="session_started"):
    """A new session."""


class SessionEnded(Event, frozen=True, kw_only=True, tag="session_ended"):
    """The end of a session."""


class Rewind(Event, frozen=True, kw_only=True, tag="rewind"):
    """The last thing the customer said is taken back."""


class ResetSlots(Event, frozen=True, kw_only=True, tag="reset_slots"):
    """Every slot is empty again."""


class Undo(Event, frozen=True, kw_only=True, tag="undo"):
    """The last action is taken back."""


class Export(Event, frozen=True, kw_only=True, tag="export"):
    """Rasa writes a story; nothing here."""


class Pause(Event, frozen=True, kw_only=True, tag="pause"):
    """The bot says nothing until it is resumed."""


class Resume(Event, frozen=True, kw_only=True, tag="resume"):
    """The bot speaks again."""


class SlotSet(Event, frozen=True, kw_only=True, tag="slot"):
    """A slot has a value."""

    name: str
    value: Any = None


class Followup(Event, frozen=True, kw_only=True, tag="followup"):
    """The next action."""

    name: str


class ActiveLoop(Event, frozen=True, kw_only=True, tag="active_loop"):
    """A form is active, or none."""

    name: str | None = None


class OldForm(Event, frozen=True, kw_only=True, tag="form"):
    """The same, as Rasa 1 said it."""

    name: str | None = None


class Remind(Event, frozen=True, kw_only=True, tag="reminder"):
    """Come back later."""

    intent: str
    date_time: datetime
    name: str | None = None
    entities: dict[str, Any] | list[dict[str, Any]] | None = None
    kill_on_user_msg: bool = True


class CancelReminder(Event, frozen=True, kw_only=True, tag="cancel_reminder"):
    """Do not."""

    intent: str | None = None
    name: str | None = None
    entities: dict[str, Any] | list[dict[str, Any]] | None = None


class UserSaid(Event, frozen=True, kw_only=True, tag="user"):
    """The customer said something, says the action."""

    text: str | None = None
    parse_data: dict[str, Any] | None = None
    input_channel: str | None = None


class BotSaid(Event, frozen=True, kw_only=True, tag="bot"):
    """The bot said something, says the action."""

    text: str | None = None
    data: dict[str, Any] | None = None


class AgentSaid(Event, frozen=True, kw_only=True, tag="agent"):
    """A person said something, says the action."""

    text: str | None = None
    data: dict[str, Any] | None = None


class ActionRan(Event, frozen=True, kw_only=True, tag="action"):
    """An action ran."""

    name: str


AnyEvent = (
    Bare | SessionStarted | SessionEnded | Rewind | ResetSlots | Undo | Export | Pause | Resume | SlotSet | Followup
    | ActiveLoop | OldForm | Remind | CancelReminder | UserSaid | BotSaid | AgentSaid | ActionRan
)  # fmt: skip


class Button(Struct, frozen=True, kw_only=True):
    """A quick reply."""

    title: str
    payload: str | None = None


class Response(Struct, frozen=True, kw_only=True):
    """The parts of a response that have a meaning of their own; any other key fills a `{slot}`."""

    text: str | None = None
    image: str | None = None
    attachment: Any = None
    buttons: tuple[Button, ...] | None = None
    elements: tuple[dict[str, Any], ...] | None = None
    custom: dict[str, Any] | None = None
    response: str | None = None
    template: str | None = None


class Answer(Struct, frozen=True, kw_only=True):
    """The whole body."""

    events: tuple[dict[str, Any], ...] | None = None
    responses: tuple[dict[str, Any], ...] | None = None


NAMED = frozenset(field.name for field in msgspec.structs.fields(Response))


def understood(body: bytes) -> Done:
    """Return what an action server answered; raises `Failed` that says where it is wrong, and nothing of its words."""
    try:
        answer = msgspec.json.decode(body, type=Answer | None) or Answer()
        events, responses = answer.events or (), answer.responses or ()
        msgspec.convert(events, tuple[AnyEvent, ...])
        msgspec.convert(responses, tuple[Response, ...])
    except (ValueError, RecursionError) as error:  # every error of msgspec's, and JSON too deep
        raise Failed("Not an action server's answer", reason=_where(error)) from error
    if len(events) > MOST_EVENTS or len(responses) > MOST_RESPONSES:
        raise Failed("Too many events or responses", events=len(events), responses=len(responses))
    said = (kept(response) for response in responses)
    return Done(events=tuple(map(_zoned, events)), responses=tuple(one for one in said if one))


def _zoned(event: dict[str, Json]) -> dict[str, Json]:
    """Return a reminder's time with a zone: "either utc or with tz", says Rasa, whose examples name none."""
    if event["event"] != "reminder":
        return event
    at = msgspec.convert(event["date_time"], datetime)
    return event if at.tzinfo is not None else {**event, "date_time": at.replace(tzinfo=UTC).isoformat()}


def kept(response: dict[str, Json]) -> dict[str, Json]:
    """Return what a response says: nulls and what is empty taken out; `template` is `response`'s old name."""
    named = {name: value for name, value in response.items() if name in NAMED and not _empty(value)}
    old = named.pop("template", None)
    if old is not None:
        named.setdefault("response", old)
    return {**named, **{name: value for name, value in response.items() if name not in NAMED}} if named else {}


def _empty(value: Json) -> bool:
    return value is None or value in ("", [], {})


def _where(error: BaseException) -> str:
    """Return msgspec's sentence; it names types and places, and of the values only an unknown event's name."""
    return str(error)[:200]
