"""What to do next: an action that was called for, the form, the rules, the stories, else the fallback. Pure.

followup -> restart, back -> form that runs well -> rules -> stories -> listen after something was done -> fallback

As Rasa's RulePolicy and memoisation decide (rasa 3.6, `rasa/core/policies/rule_policy.py`), with two kindnesses: after
an action that nothing follows it listens, and a form whose question was not answered is never left without a word.
"""

from typing import Final

from msgspec import Struct

from bots.dialogue.events import LISTEN
from bots.dialogue.patterns import Book, Pattern, of_rules, of_stories
from bots.dialogue.state import Ground, Moment, State, moment
from bots.project.model import Place, Project, UserSaid

DEFAULTS: Final = {
    "restart": "action_restart", "back": "action_back", "session_start": "action_session_start",
}  # fmt: skip
"""Intents that Rasa itself answers."""
FALLBACK = "action_default_fallback"


class Decision(Struct, frozen=True, kw_only=True):
    """The next action and why. `interrupted`: the form need not look at what was said, it answered something else."""

    action: str
    policy: str
    why: str
    place: Place | None = None
    interrupted: bool = False


class Policies:
    """Decides for one project; the same state always gives the same decision."""

    def __init__(self, project: Project) -> None:
        patterns = of_rules(project) if project.config.rules else []
        self._rules = Book(patterns, project.slots)
        self._stays = Book([one for one in patterns if _stays(one)], project.slots)
        self._stories = Book(of_stories(project), project.slots)
        self._told = frozenset(
            intent for story in project.stories for step in story.steps if isinstance(step, UserSaid)
            for intent in step.intents
        )  # fmt: skip
        self._fallback = project.config.core_fallback_action or FALLBACK

    def next(self, state: State, ground: Ground) -> Decision:
        """Return what to do."""
        if state.followup is not None:
            return Decision(action=state.followup, policy="Followup", why="an action called for it")
        if state.action == LISTEN and state.intent in DEFAULTS:
            return Decision(action=DEFAULTS[state.intent], policy="RulePolicy", why=f"the intent {state.intent}")
        now = moment(state, ground)
        return (
            _form(state) or self._by_rule(state, now) or self._by_story(state, now) or _after(state)
            or Decision(action=self._fallback, policy="Fallback", why=f"nothing follows {state.intent or 'this'}")
        )  # fmt: skip

    def _by_rule(self, state: State, now: Moment) -> Decision | None:
        moments = (*state.trail, now)
        found = self._rules.best(moments)
        if found is None:
            return None
        if state.loop is not None and found.action == LISTEN and found.wants[-1].loop is None:
            stay = self._stays.best(moments)
            if stay is not None and stay.action == LISTEN:
                return _decided(stay, "RulePolicy", "rule")
            return Decision(
                action=state.loop, policy="RulePolicy", why=f"back to the form after the rule {found.name!r}",
                place=found.place,
            )  # fmt: skip
        return _decided(found, "RulePolicy", "rule", interrupted=found.action == state.loop and now.did == LISTEN)

    def _by_story(self, state: State, now: Moment) -> Decision | None:
        """Turns that only a rule answered are not part of the story."""
        before = (one for one in state.trail if not (one.ruled and one.intent not in self._told))
        found = self._stories.best((*before, now))
        return None if found is None else _decided(found, "MemoizationPolicy", "story")


def _stays(pattern: Pattern) -> bool:
    """Say whether a step does something else than the form although the form is active (Rasa's unhappy paths)."""
    last = pattern.wants[-1]
    return last.loop is not None and last.did != LISTEN and pattern.action != last.loop


def _decided(found: Pattern, policy: str, kind: str, *, interrupted: bool = False) -> Decision:
    return Decision(
        action=found.action, policy=policy, why=f"the {kind} {found.name!r}", place=found.place, interrupted=interrupted
    )


def _form(state: State) -> Decision | None:
    """A form comes before all rules, until it does not want what was said."""
    if state.loop is None or state.rejected:
        return None
    if state.action == state.loop:
        return Decision(action=LISTEN, policy="RulePolicy", why="the form waits for an answer")
    return Decision(action=state.loop, policy="RulePolicy", why="the form is active")


def _after(state: State) -> Decision | None:
    """Something was done, and no flow goes on."""
    if state.action == LISTEN:
        return None
    if state.loop is not None and state.rejected:
        return Decision(action=state.loop, policy="RulePolicy", why="back to the form")
    return Decision(action=LISTEN, policy="Fallback", why="nothing follows")
