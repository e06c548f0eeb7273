"""Rules and stories decide as Rasa's do: conditions, beginnings, interruptions, memory, checkpoints, fallback."""

from __future__ import annotations

import pytest

from bots.dialogue.actions import Done, Failed, Rejected
from tests.bots.dialogue.talk import RULES, Acting, Talk, project

STORY = """\
- story: a, then b
  steps: [{intent: inform}, {action: utter_a}, {intent: inform}, {action: utter_b}]
"""
JOINED = """\
- story: begins
  steps: [{or: [{intent: inform}, {intent: affirm}]}, {action: utter_a}, {checkpoint: middle}]
- story: ends
  steps: [{checkpoint: middle}, {intent: deny}, {action: utter_b}]
"""


@pytest.mark.parametrize(
    ("intent", "said"),
    [("greet", "hello"), ("weather", "sunny"), ("faq", "nine to five"), ("thanks", "the very first")],
)
async def test_a_rule_answers_the_first_word(intent: str, said: str) -> None:
    assert await Talk(project()).hear(intent) == [said]


async def test_a_rule_for_the_beginning_holds_only_there() -> None:
    talk = Talk(project())
    assert await talk.hear("thanks") == ["the very first"]
    assert await talk.hear("thanks") == ["welcome"]


async def test_a_condition_on_a_slot_chooses_the_rule() -> None:
    known = Done(events=({"event": "slot", "name": "vip", "value": True},))
    talk = Talk(project(), Acting(action_quiet=known))
    assert await talk.hear("greet") == ["hello"]
    await talk.hear("secret")
    assert await talk.hear("greet") == ["hello dear"]


async def test_a_rule_that_does_not_wait_lets_the_action_say_what_follows() -> None:
    talk = Talk(project(), Acting(action_quiet=Done(events=({"event": "followup", "name": "utter_b"},))))
    assert await talk.hear("secret") == ["b"]
    assert talk.turned.steps[1].why.startswith("Followup")


async def test_a_story_is_followed_to_the_letter() -> None:
    talk = Talk(project(stories=STORY))
    assert [*await talk.hear("inform"), *await talk.hear("inform")] == ["a", "b"]
    step = talk.turned.steps[0]
    assert (step.why, step.place and step.place.file) == ("MemoizationPolicy: the story 'a, then b'", "stories.yml")


async def test_a_turn_of_a_rule_in_the_middle_does_not_disturb_a_story() -> None:
    talk = Talk(project(stories=STORY))
    said = [*await talk.hear("inform"), *await talk.hear("weather"), *await talk.hear("inform")]
    assert said == ["a", "sunny", "b"]


@pytest.mark.parametrize("first", ["inform", "affirm"])
async def test_stories_join_at_checkpoints_after_either_of_two_intents(first: str) -> None:
    talk = Talk(project(stories=JOINED))
    assert [*await talk.hear(first), *await talk.hear("deny")] == ["a", "b"]


async def test_a_rule_goes_before_a_story() -> None:
    talk = Talk(project(stories="- story: other\n  steps: [{intent: greet}, {action: utter_b}]\n"))
    assert await talk.hear("greet") == ["hello"]


async def test_nothing_follows_is_the_fallback_and_the_sentence_is_taken_back() -> None:
    talk = Talk(project())
    said = await talk.hear("inform", phone="1")
    assert "did not understand" in said[0]
    assert talk.turned.doubt
    assert talk.slot("phone") is None
    assert talk.done == ["action_default_fallback"]


async def test_an_action_that_rejects_gives_way_to_the_fallback() -> None:
    talk = Talk(project(), Acting(action_quiet=Rejected("not now")))
    assert "did not understand" in (await talk.hear("secret"))[0]


async def test_circles_are_cut_and_a_person_takes_over() -> None:
    again = Done(events=({"event": "followup", "name": "action_quiet"},))
    talk = Talk(project(), Acting(action_quiet=again))
    said = await talk.hear("secret")
    assert talk.turned.handoff is not None
    assert talk.turned.handoff.reason == "error"
    assert len(talk.acting.called) == 10
    assert "went wrong" in said[-1]


async def test_an_action_nobody_can_do_hands_over_with_a_word() -> None:
    talk = Talk(project(), Acting(action_quiet=Failed("gone")))
    said = await talk.hear("secret")
    assert talk.turned.handoff is not None
    assert said
    assert await talk.hear("greet") == ["hello"], "and the next turn is like any other"


@pytest.mark.parametrize(
    "bad",
    [
        {"event": "slot", "name": "nobody", "value": 1},
        {"event": "active_loop", "name": "no_form"},
        {"event": "no such event"},
        {"event": "slot", "name": "phone", "value": "x" * 9000},
        {"event": "slot"},
        "slot",
        None,
    ],
)
async def test_events_are_believed_whole_or_not_at_all(bad: object) -> None:
    told = Done(events=({"event": "slot", "name": "vip", "value": True}, bad), responses=({"text": "half"},))
    talk = Talk(project(), Acting(action_quiet=told))
    said = await talk.hear("secret")
    assert talk.turned.handoff is not None
    assert talk.slot("vip") is None
    assert "half" not in said


async def test_restart_and_back() -> None:
    talk = Talk(project())
    await talk.hear("order")
    await talk.hear("inform", phone="139")
    assert talk.slot("phone") == "139"
    said = await talk.hear("back")
    assert said[1:] == ["phone?"]
    assert (talk.slot("phone"), talk.tracker.state.asked) == (None, "phone")
    await talk.hear("restart")
    assert (talk.tracker.state.loop, talk.tracker.state.trail) == (None, ())


async def test_a_bot_without_rules_uses_its_stories_alone() -> None:
    told = RULES[: RULES.index("- rule: greets\n")] + "- rule: none\n  steps: [{intent: stop}, {action: utter_a}]\n"
    talk = Talk(project(stories=STORY, rules=told))
    assert await talk.hear("inform") == ["a"]


async def test_a_story_goes_on_after_a_form_however_many_turns_it_took() -> None:
    start, end = RULES.index("- rule: ordered"), RULES.index("- rule: stops")
    story = """\
- story: an order, then b
  steps: [{intent: order}, {action: order_form}, {active_loop: order_form}, {active_loop: null}, {action: utter_b}]
"""
    talk = Talk(project(stories=story, rules=RULES[:start] + RULES[end:]))
    await talk.hear("order")
    await talk.hear("inform", phone="139")
    await talk.hear("inform", "large")
    assert await talk.hear("affirm") == ["b"]


async def test_a_rule_of_the_form_that_waits_is_not_overruled_by_one_for_everywhere() -> None:
    everywhere = """\
- rule: hurry everywhere
  condition: [{slot_was_set: [{vip: true}]}]
  steps: [{intent: hurry}, {action: utter_hurry}]
"""
    at = RULES.index("- rule: greets\n")
    known = Done(events=({"event": "slot", "name": "vip", "value": True},))
    talk = Talk(project(rules=RULES[:at] + everywhere + RULES[at:]), Acting(action_quiet=known))
    await talk.hear("secret")
    await talk.hear("order")
    assert await talk.hear("hurry") == ["quick"]
    assert talk.tracker.state.loop == "order_form"
