"""What happens when a sentence was not understood: which was meant? say it otherwise? then a person.

Source of the two stages: rasa 3.6, `rasa/core/actions/two_stage_fallback.py`. A person stands where Rasa gives up.
"""

from bots.contract import Handoff
from bots.dialogue import forms, responses
from bots.dialogue.course import Course
from bots.dialogue.events import LISTEN, TWO_STAGE, ActionRan, ActiveLoop, Rewound, UserSaid
from bots.dialogue.state import State, intent_of
from bots.dialogue.words import word
from bots.nlu.parse import FALLBACK
from bots.project.model import Json, Project

OUT = "out_of_scope"
AFFIRM, REPHRASE = "action_default_ask_affirmation", "action_default_ask_rephrase"
OFFERED = 3
LEAST = 0.05
"""An intent less likely than this is not offered."""


async def default(course: Course, name: str) -> None:
    """Say that it was not understood, and take the sentence back; a form asks its question again."""
    course.doubt = True
    if name in course.project.actions:
        brought = await course.ask(name)
        course.note(ActionRan(name=name, policy="Fallback"))
        course.take(brought)
    else:
        course.note(ActionRan(name=name, policy="Fallback"))
        course.say("utter_default", "default")
        course.note(Rewound())
    form = course.project.forms.get(course.state.loop or "")
    if form is not None and course.handoff is None:
        await forms.ask_again(form, course)


async def two_stage(course: Course) -> bool:
    """Take the fallback one step on; False when the customer made clear what was meant, and the turn goes on."""
    state = course.state
    starts = state.loop != TWO_STAGE
    course.note(ActionRan(name=TWO_STAGE, policy="RulePolicy"))
    if starts:
        course.note(ActiveLoop(name=TWO_STAGE))
    if not starts and _gives_up(state):
        course.doubt = True
        course.note(ActiveLoop(name=None))
        course.handoff = Handoff(reason="doubt")
        course.step(TWO_STAGE, "not understood again: a person takes over")
    elif starts or state.intent == FALLBACK:
        course.doubt = True
        await affirm(course)
    elif state.intent in (OUT, "deny"):
        await rephrase(course)
    else:
        _clarified(course, state)
        return False
    return True


def _gives_up(state: State) -> bool:
    last = tuple(OUT if intent == "deny" else intent for intent in state.intents)
    return last[-2:] == (FALLBACK, FALLBACK) or last[-3:] == (OUT, FALLBACK, OUT)


def _clarified(course: Course, said: State) -> None:
    """Leave the fallback; what was made clear counts as just said."""
    meant = _affirmed(course) if said.intent == "affirm" else None
    parse = said.parse if meant is None else {**said.parse, "intent": {"name": meant, "confidence": 1.0}}
    course.step(TWO_STAGE, f"it is clear now: {intent_of(parse)}")
    course.note(ActiveLoop(name=None), ActionRan(name=LISTEN), UserSaid(text=said.text, parse_data=parse))


def _affirmed(course: Course) -> str | None:
    """Return the intent a bare yes stands for: the likeliest of the sentence that was not understood."""
    for event in reversed(course.tracker.events):
        if isinstance(event, UserSaid) and intent_of(event.parse_data) == FALLBACK:
            offered = offers(event.parse_data, course.project)
            return offered[0] if offered else None
    return None


async def affirm(course: Course) -> None:
    """Ask which of the likeliest intents was meant; without any, ask for other words."""
    if AFFIRM in course.project.actions:
        course.take(await course.ask(AFFIRM))
        return
    offered = offers(course.state.parse, course.project)
    if not offered:
        await rephrase(course)
        return
    language = course.heard.language
    buttons = [{"title": title_of(name, course.project), "payload": f"/{name}"} for name in offered]
    buttons.append({"title": word("none", course.project, language), "payload": f"/{OUT}"})
    told = {"text": word("affirm", course.project, language), "buttons": buttons}
    course.speak(responses.said(told, {}))
    course.step(AFFIRM, f"offered {', '.join(offered)}")


async def rephrase(course: Course) -> None:
    """Ask for other words."""
    if REPHRASE in course.project.actions:
        course.take(await course.ask(REPHRASE))
    else:
        course.say("utter_ask_rephrase", "rephrase")
    course.step(REPHRASE, "asked for other words")


def offers(parse: dict[str, Json], project: Project) -> list[str]:
    """Return the intents that are worth offering, likeliest first."""
    ranked = parse.get("intent_ranking")
    return [
        str(one["name"])
        for one in (ranked if isinstance(ranked, list) else ())
        if one.get("name") in project.intents and one["name"] not in (FALLBACK, OUT) and one["confidence"] >= LEAST
    ][:OFFERED]


def title_of(intent: str, project: Project) -> str:
    """Return how people read an intent: a button that says it, or else its shortest example."""
    for variants in project.responses.values():
        for variant in variants:
            for button in variant.buttons:
                if button.payload.strip() == f"/{intent}":
                    return button.title
    texts = [one.text for one in project.nlu.examples if one.intent.partition("/")[0] == intent]
    return min(texts, key=lambda text: (len(text) < 4, len(text)), default=intent)[: responses.LABEL]
