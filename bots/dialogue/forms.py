"""A form: looks at what was said, lets it be checked, and asks for the next slot that is empty.

Source: rasa 3.6, `rasa/core/actions/forms.py` and `loops.py`. `validate_<form>` may change values, add slots, and say
by `requested_slot` what is asked next (dynamic required slots); None there ends the form.
"""

from collections.abc import Mapping, Sequence

from msgspec import structs

from bots.dialogue.actions import Failed, Rejected
from bots.dialogue.course import Brought, Course
from bots.dialogue.events import DEFAULT_SLOTS, LISTEN, ActionRan, ActiveLoop, AnyEvent, Refused, SlotSet
from bots.dialogue.filling import triggered
from bots.dialogue.state import State
from bots.dialogue.tracker import Tracker
from bots.project.model import Form, Json

ASKED = "requested_slot"


async def run(form: Form, course: Course, policy: str) -> None:
    """Take the form one step on; raises `Rejected` when what was said is no answer to it."""
    state = course.state
    starts = state.loop != form.name
    opening: tuple[AnyEvent, ...] = (ActiveLoop(name=form.name),) if starts else ()
    checked = Brought()
    if starts or (state.action == LISTEN and not state.interrupted):
        candidates = _prefilled(form, course) if starts else _answers(form, course.tracker)
        checked = await _checked(form, candidates, course, course.tracker.plus(*opening))
        if not starts and state.asked is not None and not _took(checked.events):
            raise Rejected("What was said is no answer to the form", form=form.name, slot=state.asked)
    course.note(ActionRan(name=form.name, policy=policy), *opening)
    course.take(checked)
    await _go_on(form, course, checked.events)


async def ask_again(form: Form, course: Course) -> None:
    """Repeat the open question."""
    if course.state.asked is not None:
        await _ask(form, course.state.asked, course)


async def _go_on(form: Form, course: Course, events: Sequence[AnyEvent]) -> None:
    """Ask for the next slot, or end; the form may have been ended by what checked it."""
    if course.state.loop != form.name or course.handoff is not None:
        return
    wanted = _wanted(form, course.state, events)
    if wanted is None:
        course.note(ActiveLoop(name=None), SlotSet(name=ASKED, value=None))
        course.step(form.name, "the form is complete", form.place)
        return
    course.note(SlotSet(name=ASKED, value=wanted))
    course.step(form.name, f"the form asks for {wanted}", form.place)
    await _ask(form, wanted, course)


def _wanted(form: Form, state: State, events: Sequence[AnyEvent]) -> str | None:
    """Return the slot to be asked for: the one the check named last, else the first that is empty."""
    for event in reversed(events):
        if isinstance(event, SlotSet) and event.name == ASKED:
            return event.value if isinstance(event.value, str) else None
    return next((name for name in form.slots if state.slot(name) is None), None)


def _prefilled(form: Form, course: Course) -> dict[str, Json]:
    known = {name: course.state.slot(name) for name in form.slots if course.state.slot(name) is not None}
    return {**known, **triggered(course.state, course.project, form)}


def _answers(form: Form, tracker: Tracker) -> dict[str, Json]:
    asked = tracker.state.asked
    return {name: value for name, value in tracker.filled_now().items() if name in form.slots or name == asked}


async def _checked(form: Form, candidates: Mapping[str, Json], course: Course, tracker: Tracker) -> Brought:
    """Let `validate_<form>` look at the candidates; one it says nothing of is good."""
    slots = tuple(SlotSet(name=name, value=value) for name, value in candidates.items())
    check = f"validate_{form.name}"
    if check not in course.project.actions:
        return Brought(events=slots)
    brought = await course.ask(check, tracker.plus(*slots))
    named = {event.name for event in brought.events if isinstance(event, SlotSet)}
    untouched = tuple(one for one in slots if one.name not in named)
    return structs.replace(brought, events=(*untouched, *brought.events))


def _took(events: Sequence[AnyEvent]) -> bool:
    if any(isinstance(one, Refused) for one in events):
        return False
    return any((isinstance(one, SlotSet) and one.name not in DEFAULT_SLOTS) or _ends(one) for one in events)


def _ends(event: AnyEvent) -> bool:
    return isinstance(event, ActiveLoop) or (isinstance(event, SlotSet) and event.name == ASKED)


async def _ask(form: Form, slot: str, course: Course) -> None:
    """Ask: an action or response of this form's own first."""
    for name in (f"ask_{form.name}_{slot}", f"ask_{slot}"):
        if f"action_{name}" in course.project.actions:
            course.take(await course.ask(f"action_{name}"))
            return
        if course.utter(f"utter_{name}"):
            return
    raise Failed("Nothing asks for a slot of the form", form=form.name, slot=slot, hint=f"Write utter_ask_{slot}.")
