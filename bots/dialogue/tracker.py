"""The conversation as its events: nothing else is kept, and replaying them gives the same state again.

In the bot's memory it is a snapshot and the last events, bounded; for an action server it is Rasa's tracker JSON.
"""

from collections.abc import Iterable, Mapping
from typing import Self

import msgspec
from msgspec import Struct, structs

from bots.dialogue.events import (
    DEFAULT_SLOTS,
    TWO_STAGE,
    ActionRan,
    AnyEvent,
    Restarted,
    Rewound,
    SlotSet,
    Undone,
    UserSaid,
)
from bots.dialogue.state import Ground, State, applied, begun, ground_of
from bots.project.model import Json, Project
from hub.errors import Malformed

KEPT = 60
"""Events that are kept beside the snapshot."""
LARGEST = 64 * 1024
"""Bytes of JSON that the events may have; older ones go into the snapshot first."""


class _Kept(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What stands in the bot's memory."""

    sender: str
    channel: str = ""
    base: State
    events: tuple[AnyEvent, ...] = ()


class Tracker(Struct, frozen=True, kw_only=True):
    """A conversation: `base` is the state before `events`, `state` the one after them."""

    sender: str
    channel: str = ""
    ground: Ground
    base: State
    events: tuple[AnyEvent, ...] = ()
    state: State

    @classmethod
    def new(cls, sender: str, project: Project, *, channel: str = "", ground: Ground | None = None) -> Self:
        """Return a conversation in which nothing has happened."""
        ground = ground or ground_of(project)
        return cls(sender=sender, channel=channel, ground=ground, base=begun(ground), state=begun(ground))

    @classmethod
    def load(cls, text: str, project: Project, *, ground: Ground | None = None) -> Self:
        """Read what `dump` wrote, perhaps under another version of the bot: what this one does not know is left out.

        Raises `Malformed` when it is no such text.
        """
        try:
            kept = msgspec.json.decode(text, type=_Kept)
        except (ValueError, RecursionError) as error:
            raise Malformed("This is no conversation of this engine", reason=str(error)[:200]) from error
        ground = ground or ground_of(project)
        state = replayed(kept.base, kept.events, ground)
        fitting = _fitted(state, project)
        if fitting is state:
            return cls(
                sender=kept.sender, channel=kept.channel, ground=ground, base=kept.base, events=kept.events, state=state
            )
        return cls(sender=kept.sender, channel=kept.channel, ground=ground, base=fitting, state=fitting)

    def dump(self) -> str:
        """Write it down: a snapshot and at most the last `KEPT` events, in a bounded number of bytes."""
        tracker = self.settled(KEPT)
        while True:
            text = msgspec.json.encode(tracker.events)
            if len(text) <= LARGEST or not tracker.events:
                break
            tracker = tracker.settled(len(tracker.events) // 2)
        kept = _Kept(sender=tracker.sender, channel=tracker.channel, base=tracker.base, events=tracker.events)
        return msgspec.json.encode(kept).decode()

    def plus(self, *events: AnyEvent) -> Self:
        """Return the conversation after more events."""
        log, state = self.events, self.state
        for event in events:
            log = (*log, event)
            taken_back = isinstance(event, Rewound | Undone)
            state = replayed(self.base, log, self.ground) if taken_back else applied(state, event, self.ground)
        return structs.replace(self, events=log, state=state)

    def settled(self, most: int) -> Self:
        """Return the same with at most so many events: older ones are folded into the snapshot."""
        if len(self.events) <= most:
            return self
        lasting = lasting_of(self.events)
        cut = max(len(lasting) - most, 0)
        base = replayed(self.base, lasting[:cut], self.ground)
        return structs.replace(self, base=base, events=tuple(lasting[cut:]))

    def filled_now(self) -> dict[str, Json]:
        """Return the slots that were set since the customer last spoke."""
        found: dict[str, Json] = {}
        for event in reversed(self.events):
            if isinstance(event, UserSaid):
                break
            if isinstance(event, SlotSet) and event.name not in DEFAULT_SLOTS:
                found.setdefault(event.name, event.value)
        return dict(reversed(found.items()))

    def to_rasa(self) -> Mapping[str, Json]:
        """Return the tracker JSON of an action server (facts/bots, section 4)."""
        state = self.state
        loop = {"name": state.loop, "is_interrupted": state.interrupted, "rejected": state.rejected}
        return {
            "sender_id": self.sender,
            "slots": {**dict.fromkeys(sorted(DEFAULT_SLOTS)), **state.slots},
            "latest_message": {"entities": [], "intent": {}, **state.parse, "text": state.text},
            "latest_event_time": next((one.timestamp for one in reversed(self.events) if one.timestamp), state.at),
            "followup_action": state.followup,
            "paused": state.paused,
            "events": msgspec.to_builtins(self.events),
            "latest_input_channel": self.channel or None,
            "active_loop": loop if state.loop else {},
            "latest_action_name": state.action,
            "latest_action": {"action_name": state.action},
        }


def replayed(base: State, events: Iterable[AnyEvent], ground: Ground) -> State:
    """Return the state after the events that last."""
    state = base
    for event in lasting_of(events):
        state = applied(state, event, ground)
    return state


def lasting_of(events: Iterable[AnyEvent]) -> list[AnyEvent]:
    """Return the events that were not taken back by a later one."""
    found: list[AnyEvent] = []
    for event in events:
        match event:
            case Rewound():
                _cut(found, UserSaid)
            case Undone():
                _cut(found, ActionRan)
            case _:
                found.append(event)
    return found


def _cut(events: list[AnyEvent], kind: type[UserSaid | ActionRan]) -> None:
    """Take events away, back to the last of a kind, which goes too; a restart cannot be taken back."""
    while events and not isinstance(events[-1], Restarted):
        if isinstance(events.pop(), kind):
            return


def loops_of(project: Project) -> frozenset[str]:
    """Return what may be an active loop."""
    return frozenset({*project.forms, TWO_STAGE})


def _fitted(state: State, project: Project) -> State:
    """Return the state without what the project does not know; the very same when it knows everything."""
    known = project.slots.keys() | DEFAULT_SLOTS
    slots = {name: value for name, value in state.slots.items() if name in known}
    loop = state.loop if state.loop in loops_of(project) else None
    asked = slots.get("requested_slot")
    if asked is not None and (loop is None or asked not in project.slots):
        slots["requested_slot"] = None
    missing = {name: slot.initial for name, slot in project.slots.items() if name not in slots}
    if loop == state.loop and slots == state.slots and not missing:
        return state
    return structs.replace(
        state, slots={**slots, **missing}, loop=loop, rejected=state.rejected and loop is not None, followup=None
    )
