"""Any order of words, repeats, reloads and versions of the bot: the tracker stays valid, and the same says the same."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any

import msgspec
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from bots.dialogue.actions import Done, Failed, Rejected
from bots.dialogue.course import Heard, Turned
from bots.dialogue.dialogue import Dialogue
from bots.dialogue.events import LISTEN
from bots.dialogue.policies import Policies
from bots.dialogue.tracker import LARGEST, Tracker, loops_of, replayed
from tests.bots.dialogue.talk import DOMAIN, RULES, START, Acting, meant, project

INTENTS = (
    "greet", "inform", "deny", "affirm", "stop", "faq", "weather", "order", "out_of_scope", "thanks", "secret",
    "hurry", "nlu_fallback", "back", "restart", "session_start",
)  # fmt: skip
BROUGHT: tuple[Done | Exception, ...] = (
    Done(), Rejected("no"), Failed("gone"), Done(events=({"event": "slot", "name": "size", "value": None},)),
    Done(events=({"event": "slot", "name": "nobody"},)), Done(events=({"event": "rewind"},)),
    Done(events=({"event": "undo"},)), Done(events=({"event": "active_loop", "name": None},)),
    Done(events=({"event": "slot", "name": "requested_slot", "value": None},)),
    Done(events=({"event": "reset_slots"}, {"event": "restart"})),
    Done(events=({"event": "followup", "name": "utter_a"},)),
)  # fmt: skip
PROJECTS = (
    project(), project(checks=True),
    project(domain=DOMAIN.replace("order_form", "new_form"), rules=RULES.replace("order_form", "new_form")),
)  # fmt: skip
POLICIES = tuple(Policies(one) for one in PROJECTS)


class AnyOrder(RuleBasedStateMachine):
    """One conversation through everything."""

    def __init__(self) -> None:
        super().__init__()
        self.version = 0
        self.tracker = Tracker.new("c1", PROJECTS[0])
        self.at = START
        self.number = 0
        self.acting = Acting()

    def said(self, tracker: Tracker, intent: str, text: str, entities: dict[str, str]) -> Turned:
        dialogue = Dialogue(PROJECTS[self.version], self.acting, policies=POLICIES[self.version])
        heard = Heard(at=self.at, channel="web", language="en", number=self.number)
        return asyncio.run(dialogue.turn(tracker, meant(intent, text, ranking=(), **entities), heard))

    @rule(
        intent=st.sampled_from(INTENTS), text=st.sampled_from(["", "no, wrong", "x" * 9000, "{phone}", "/greet"]),
        entities=st.dictionaries(st.sampled_from(["phone", "size", "city"]), st.sampled_from(["1", "二"]), max_size=2),
        twice=st.booleans(),
    )  # fmt: skip
    def speak(self, intent: str, text: str, entities: dict[str, str], twice: bool) -> None:
        self.at += timedelta(seconds=20)
        self.number += 1
        turned = self.said(self.tracker, intent, text, entities)
        again = self.said(Tracker.load(self.tracker.dump(), PROJECTS[self.version]), intent, text, entities)
        assert (again.said, again.steps, again.tracker.state) == (turned.said, turned.steps, turned.tracker.state)
        assert turned.said or turned.handoff, "never silent"
        self.tracker = turned.tracker
        if twice:
            self.tracker = self.said(self.tracker, intent, text, entities).tracker

    @rule(
        brought=st.sampled_from(BROUGHT),
        name=st.sampled_from(["action_quiet", "action_place", "validate_order_form", "validate_new_form"]),
    )
    def act_otherwise(self, brought: Done | Exception, name: str) -> None:
        self.acting.told[name] = brought

    @rule()
    def reload(self) -> None:
        before: Any = self.tracker.state
        self.tracker = Tracker.load(self.tracker.dump(), PROJECTS[self.version])
        assert self.tracker.state == before

    @rule(version=st.sampled_from(range(len(PROJECTS))))
    def switch(self, version: int) -> None:
        self.version = version
        self.tracker = Tracker.load(self.tracker.dump(), PROJECTS[version])

    @rule()
    def be_long_silent(self) -> None:
        self.at += timedelta(hours=2)

    @invariant()
    def valid(self) -> None:
        state, known = self.tracker.state, PROJECTS[self.version]
        assert state.action == LISTEN
        assert state.loop is None or state.loop in loops_of(known)
        assert state.asked is None or state.asked in known.slots
        assert set(state.slots) <= {*known.slots, "requested_slot", "session_started_metadata"}
        assert replayed(self.tracker.base, self.tracker.events, self.tracker.ground) == state
        assert len(self.tracker.dump()) < 2 * LARGEST
        assert msgspec.json.encode(self.tracker.to_rasa())


TestAnyOrder = AnyOrder.TestCase
TestAnyOrder.settings = settings(
    max_examples=40, stateful_step_count=25, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
