"""One turn while it goes on: what has happened so far, what was said, what is wished. Everything in it is local.

What an action brings is believed whole or not at all: its events and its words are looked at before any of them counts.
"""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

import msgspec
from msgspec import Struct, structs

from bots.contract import Forget, Handoff, Reaction, Remind
from bots.dialogue import responses
from bots.dialogue.actions import Actions, Failed
from bots.dialogue.events import AnyEvent, BotSaid, Paused, Reminded, ReminderCancelled, believed
from bots.dialogue.responses import Spoken
from bots.dialogue.state import State
from bots.dialogue.tracker import Tracker, loops_of
from bots.dialogue.words import word
from bots.nlu.parse import Parse
from bots.project.model import Json, Place, Project
from hub.model import Part


class Heard(Struct, frozen=True, kw_only=True):
    """The outside of what was said. `number` is the message's in its conversation."""

    at: datetime
    channel: str = ""
    language: str = ""
    number: int = 0
    metadata: dict[str, Json] = {}


class Taken(Struct, frozen=True, kw_only=True):
    """One step of a turn, for designers: what was done, why, and which line of the project says so."""

    action: str
    why: str
    place: Place | None = None


class Turned(Struct, frozen=True, kw_only=True):
    """What came of a turn. `said` are messages, `wishes` what is noted beside; `doubt`: it was not understood."""

    tracker: Tracker
    said: tuple[tuple[Part, ...], ...] = ()
    wishes: tuple[Reaction, ...] = ()
    handoff: Handoff | None = None
    steps: tuple[Taken, ...] = ()
    doubt: bool = False


class Brought(Struct, frozen=True, kw_only=True):
    """What an action brought, looked at and found good."""

    events: tuple[AnyEvent, ...] = ()
    said: tuple[Spoken, ...] = ()
    wishes: tuple[Reaction, ...] = ()


class Course:
    """The turn."""

    def __init__(self, tracker: Tracker, project: Project, actions: Actions, parse: Parse, heard: Heard) -> None:
        self.tracker = tracker
        self.project = project
        self.parse = parse
        self.heard = heard
        self.handoff: Handoff | None = None
        self.doubt = False
        self.refused: set[str] = set()
        self._actions = actions
        self._said: list[tuple[Part, ...]] = []
        self._wishes: list[Reaction] = []
        self._steps: list[Taken] = []

    @property
    def state(self) -> State:
        """Return where the conversation stands now."""
        return self.tracker.state

    @property
    def silent(self) -> bool:
        """Say whether nothing was said yet."""
        return not self._said

    def note(self, *events: AnyEvent) -> None:
        """Let events happen, now."""
        at = self.heard.at.timestamp()
        stamped = (one if one.timestamp is not None else structs.replace(one, timestamp=at) for one in events)
        self.tracker = self.tracker.plus(*stamped)

    def step(self, action: str, why: str, place: Place | None = None) -> None:
        """Tell designers what was done and why."""
        self._steps.append(Taken(action=action, why=why, place=place))

    async def ask(self, name: str, tracker: Tracker | None = None) -> Brought:
        """Run an action outside; nothing of it counts yet. Raises `Rejected` or `Failed`."""
        done = await self._actions.run(name, tracker or self.tracker, self.project)
        events = believed(done.events, self.project, loops=loops_of(self.project))
        said = tuple(self._told(one, number) for number, one in enumerate(done.responses))
        return Brought(events=events, said=said, wishes=done.wishes)

    def take(self, brought: Brought) -> None:
        """Let what an action brought count."""
        for spoken in brought.said:
            self.speak(spoken)
        self.note(*brought.events)
        for wish in (*brought.wishes, *map(_wish, brought.events)):
            if isinstance(wish, Handoff):
                self.handoff = wish
            elif wish is not None:
                self._wishes.append(wish)

    def utter(self, name: str, values: Mapping[str, Json] | None = None) -> bool:
        """Say a response of the domain; False when there is none of that name, or no variant of it fits."""
        spoken = self._response(name, values or {}, 0)
        if spoken is None:
            return False
        self.speak(spoken)
        return True

    def say(self, name: str, own: str) -> None:
        """Say a response of the domain, or else words of the engine (`words.py`)."""
        if not self.utter(name):
            self.speak(responses.said({"text": word(own, self.project, self.heard.language)}, {}))

    def speak(self, spoken: Spoken) -> None:
        """Say this."""
        for lost in spoken.lost:
            self.step("", f"no channel carries {lost!r} of a response")
        if spoken.parts:
            self._said.append(spoken.parts)
        self.note(BotSaid(text=spoken.text or None, data=spoken.data or None))

    def turned(self) -> Turned:
        """Return what came of it."""
        return Turned(
            tracker=self.tracker, said=tuple(self._said), wishes=tuple(self._wishes), handoff=self.handoff,
            steps=tuple(self._steps), doubt=self.doubt,
        )  # fmt: skip

    def has_response(self, name: str) -> bool:
        """Say whether the domain has a response of this name; a retrieval intent has one for each of its answers."""
        return name in self.project.responses or self._selected(name) is not None

    def _told(self, told: Mapping[str, Json], number: int) -> Spoken:
        """Make what an action said into parts; raises `Failed` for what nobody could say."""
        name = told.get("response")
        try:
            if name is None:
                return responses.said(told, {})
            spoken = self._response(str(name), told, number)
        except (msgspec.ValidationError, TypeError, AttributeError) as error:
            raise Failed("A response of an action is malformed", number=number + 1, reason=str(error)[:200]) from error
        if spoken is None:
            raise Failed("An action names a response that the domain does not have, or none of it fits", response=name)
        return spoken

    def _response(self, name: str, values: Mapping[str, Json], number: int) -> Spoken | None:
        selected = self._selected(name) or name
        known = {**self.state.slots, **values}
        seed = responses.seed_of(self.tracker.sender, self.heard.number, selected, number)
        found = responses.chosen(self.project.responses.get(selected, ()), known, self.heard.channel, seed)
        return None if found is None else responses.said(responses.as_json(found), known)

    def _selected(self, name: str) -> str | None:
        """Return the answer that the response selector chose for `utter_<retrieval intent>`."""
        ranked: Sequence[str] = [
            one.utter_action for one in self.parse.response_selector.get(name.removeprefix("utter_"), ())
        ]
        return next((one for one in ranked if one in self.project.responses), None)


def _wish(event: AnyEvent) -> Reaction | None:
    """Return what an event asks of the hub."""
    match event:
        case Reminded():
            return Remind(
                name=event.name or event.intent, at=_aware(event.date_time), intent=event.intent,
                entities=_by_name(event.entities), until_heard=event.kill_on_user_msg,
            )  # fmt: skip
        case ReminderCancelled():
            return Forget(name=event.name or "", intent=event.intent or "")
        case Paused():
            return Handoff(reason="asked")
        case _:
            return None


def _aware(at: datetime) -> datetime:
    """Return the time in UTC; one without a zone is of this machine's, as Rasa's scheduler takes it."""
    return at.astimezone(UTC)


def _by_name(entities: Json) -> dict[str, Json]:
    if isinstance(entities, list):
        return {str(one.get("entity", "")): one.get("value") for one in entities}
    return entities or {}
