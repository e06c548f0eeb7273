"""One turn of a conversation: what was said goes into the tracker, then action follows action until the bot listens.

session? -> said -> slots filled -> { policies -> action } until it listens, hands over, or goes round in circles
"""

from typing import Self

import msgspec

from bots.contract import Handoff
from bots.dialogue import fallback, forms
from bots.dialogue.actions import Actions, Failed, Rejected
from bots.dialogue.course import Course, Heard, Turned
from bots.dialogue.events import (
    LISTEN,
    TWO_STAGE,
    ActionRan,
    ActiveLoop,
    LoopInterrupted,
    Refused,
    Restarted,
    Resumed,
    Rewound,
    SessionStarted,
    SlotSet,
    UserSaid,
)
from bots.dialogue.filling import customs, filled
from bots.dialogue.policies import FALLBACK, Decision, Policies
from bots.dialogue.tracker import Tracker
from bots.nlu.parse import FALLBACK as NOT_UNDERSTOOD
from bots.nlu.parse import Meant, Parse
from bots.project.model import Json, Project

MOST = 10
"""Actions in one turn (Rasa's MAX_NUMBER_OF_PREDICTIONS); a bot that wants more goes round in circles."""
LONGEST = 4000
"""Characters of a message that are kept."""
CHECK = "action_validate_slot_mappings"
SESSION = "action_session_start"
_WORDLESS = Parse(text="", intent=Meant(name=None, confidence=0.0))
_NOTHING_DONE = frozenset({"action_extract_slots", "action_unlikely_intent", "action_revert_fallback_events"})


class Dialogue:
    """Conducts the conversations of one project. Holds nothing of any of them."""

    def __init__(self, project: Project, actions: Actions, *, policies: Policies | None = None) -> None:
        self._project = project
        self._actions = actions
        self._policies = policies or Policies(project)

    def acting(self, actions: Actions) -> Self:
        """Return the same with other actions."""
        return type(self)(self._project, actions, policies=self._policies)

    async def turn(self, tracker: Tracker, parse: Parse, heard: Heard) -> Turned:
        """Take one turn; whatever fails in it becomes a hand-over with reason `error`."""
        course = Course(tracker, self._project, self._actions, parse, heard)
        try:
            await self._session(course)
            course.note(_said(parse, heard))
            await self._fill(course)
            await self._follow(course)
        except (Failed, Rejected) as error:
            course.step("", f"failed: {error}")
            course.handoff = Handoff(reason="error")
            course.say("utter_failed", "failed")
        return self._ended(course)

    async def received(self, tracker: Tracker, heard: Heard) -> Turned:
        """Take something without words: say that it came, and repeat an open question."""
        course = Course(tracker, self._project, self._actions, _WORDLESS, heard)
        course.step("", "a message without words")
        course.doubt = True
        course.say("utter_received", "received")
        form = self._project.forms.get(course.state.loop or "")
        try:
            if form is not None:
                await forms.ask_again(form, course)
        except (Failed, Rejected) as error:
            course.step("", f"failed: {error}")
            course.handoff = Handoff(reason="error")
        return course.turned()

    def _ended(self, course: Course) -> Turned:
        """Never end without a word, nor in the middle of an action."""
        if course.parse.intent.name == NOT_UNDERSTOOD and (course.state.loop is None or course.refused):
            course.doubt = True
        if course.silent and course.handoff is None and course.parse.text:
            course.doubt = True
            course.say("utter_default", "default")
        if course.state.action != LISTEN:
            course.note(ActionRan(name=LISTEN))
        return course.turned()

    async def _session(self, course: Course) -> None:
        """Begin a new session after a long silence (`session_config`), and with the first word."""
        state, minutes = course.state, self._project.session.minutes
        if state.paused:
            course.note(Resumed())
        idle = course.heard.at.timestamp() - (state.at or 0)
        if state.at is None or (minutes > 0 and idle > minutes * 60):
            await self._start(course)

    async def _start(self, course: Course) -> None:
        if SESSION in self._project.actions:
            brought = await course.ask(SESSION)
            course.note(ActionRan(name=SESSION))
            course.take(brought)
            return
        kept = course.state.slots if self._project.session.carries_slots else {}
        carried = [
            SlotSet(name=name, value=value)
            for name, value in kept.items()
            if name != forms.ASKED and value != course.tracker.ground.initial.get(name)
        ]
        course.note(ActionRan(name=SESSION), SessionStarted(), *carried)

    async def _fill(self, course: Course) -> None:
        """Fill slots by their mappings, and let the project's own actions look at them."""
        found = filled(course.state, self._project)
        course.note(*(SlotSet(name=name, value=value) for name, value in found.items()))
        for name in customs(course.state, self._project):
            await self._let_fill(name, course.tracker, course)
        form = self._project.forms.get(course.state.loop or "")
        outside = {name: value for name, value in found.items() if form is None or name not in form.slots}
        if CHECK in self._project.actions and (outside or not found):
            told = course.tracker.plus(*(SlotSet(name=name, value=value) for name, value in outside.items()))
            await self._let_fill(CHECK, told, course)

    async def _let_fill(self, name: str, told: Tracker, course: Course) -> None:
        """Let an action fill slots; one that does not want to fills none."""
        try:
            course.take(await course.ask(name, told))
        except Rejected as error:
            course.step(name, f"does not want to: {error.message}")

    async def _follow(self, course: Course) -> None:
        """Do what follows, and what follows that, until it listens."""
        for _ in range(MOST):
            decision = self._next(course)
            course.step(decision.action, f"{decision.policy}: {decision.why}", decision.place)
            if decision.action == LISTEN:
                course.note(ActionRan(name=LISTEN, policy=decision.policy))
                return
            if await self._do(decision, course) or course.handoff is not None:
                return
        if self._next(course).action != LISTEN:
            raise Failed("The bot goes round in circles", most=MOST, hint="Look at the rules of its last steps.")

    def _next(self, course: Course) -> Decision:
        decision = self._policies.next(course.state, course.tracker.ground)
        if decision.action in course.refused and decision.action != course.state.loop:
            return Decision(action=FALLBACK, policy="Fallback", why=f"{decision.action} does not want to run")
        return decision

    async def _do(self, decision: Decision, course: Course) -> bool:
        """Do one action; True when the turn ends with it."""
        if decision.interrupted:
            course.note(LoopInterrupted())
        try:
            return await self._done(decision.action, decision.policy, course)
        except Rejected as error:
            course.refused.add(decision.action)
            course.note(Refused(name=decision.action, policy=decision.policy))
            course.step(decision.action, f"does not want to: {error.message}")
            return False

    async def _done(self, name: str, policy: str, course: Course) -> bool:
        project = self._project
        if name in project.forms:
            await forms.run(project.forms[name], course, policy)
        elif name == TWO_STAGE and course.state.loop not in project.forms:
            return await fallback.two_stage(course)
        elif name in (FALLBACK, project.config.core_fallback_action, TWO_STAGE):
            await fallback.default(course, name if name != TWO_STAGE else FALLBACK)
            return True
        elif name in project.actions:
            brought = await course.ask(name)
            course.note(ActionRan(name=name, policy=policy))
            course.take(brought)
        elif course.has_response(name):
            course.note(ActionRan(name=name, policy=policy))
            if not course.utter(name):
                course.step(name, "no variant of the response fits")
        else:
            return await self._own(name, policy, course)
        return False

    async def _own(self, name: str, policy: str, course: Course) -> bool:
        """Do one of Rasa's default actions; True when the turn ends with it."""
        course.note(ActionRan(name=name, policy=policy))
        match name:
            case "action_restart":
                course.say("utter_restart", "restart")
                course.note(Restarted())
                return True
            case "action_back":
                await self._back(course)
                return True
            case "action_session_start":
                await self._start(course)
                return True
            case "action_deactivate_loop":
                course.note(ActiveLoop(name=None), SlotSet(name=forms.ASKED, value=None))
            case fallback.AFFIRM:
                await fallback.affirm(course)
            case fallback.REPHRASE:
                await fallback.rephrase(course)
            case _ if name in _NOTHING_DONE:
                pass
            case _ if name.startswith("yizhan_"):
                course.take(await course.ask(name))
            case _:
                raise Failed("Nobody does this action", action=name, hint="Declare it in the domain.")
        return False

    async def _back(self, course: Course) -> None:
        course.say("utter_back", "back")
        course.note(Rewound(), Rewound())
        form = self._project.forms.get(course.state.loop or "")
        if form is not None:
            await forms.ask_again(form, course)


def _said(parse: Parse, heard: Heard) -> UserSaid:
    told: dict[str, Json] = msgspec.to_builtins(parse)
    kept = {
        "intent": told["intent"], "entities": list(told["entities"]), "intent_ranking": list(told["intent_ranking"][:5])
    }  # fmt: skip
    return UserSaid(
        text=parse.text[:LONGEST], parse_data=kept, input_channel=heard.channel or None,
        message_id=str(heard.number) if heard.number else None, metadata=heard.metadata or None,
    )  # fmt: skip
