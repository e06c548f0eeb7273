"""Forms: asked in order, checked, corrected in the middle, interrupted and gone on with, ended."""

from __future__ import annotations

from bots.dialogue.actions import Done
from tests.bots.dialogue.talk import Acting, Talk, project


def slot(name: str, value: object) -> dict[str, object]:
    return {"event": "slot", "name": name, "value": value}


async def asked_for_size(acting: Acting | None = None, *, checks: bool = False) -> Talk:
    talk = Talk(project(checks=checks), acting)
    assert await talk.hear("order") == ["phone?"]
    assert await talk.hear("inform", phone="139") == ["size? (139)"]
    return talk


async def test_a_form_asks_in_order_and_what_follows_it_is_done() -> None:
    talk = await asked_for_size()
    assert await talk.hear("inform", "large") == ["sure?"]
    assert await talk.hear("affirm") == ["done large [/weather]"]
    assert talk.done == ["order_form", "action_place", "utter_done", "action_listen"]
    assert (talk.tracker.state.loop, talk.tracker.state.asked) == (None, None)


async def test_what_the_first_sentence_tells_is_not_asked() -> None:
    talk = Talk(project())
    assert await talk.hear("order", phone="139", size="xl") == ["sure?"]


async def test_a_form_that_is_complete_at_once_goes_on_as_any_other() -> None:
    talk = await asked_for_size()
    await talk.hear("inform", "large")
    await talk.hear("affirm")
    assert await talk.hear("order") == ["done large [/weather]"]


async def test_a_correction_fills_the_other_slot_and_asks_again() -> None:
    talk = await asked_for_size()
    assert await talk.hear("inform", "no, the phone is 158", phone="158") == ["size? (158)"]
    assert (talk.slot("phone"), talk.slot("size")) == ("158", None)


async def test_more_in_one_answer_is_no_correction() -> None:
    talk = await asked_for_size()
    assert await talk.hear("inform", "large, and as I said 139", phone="139") == ["sure?"]
    assert talk.slot("size") == "large, and as I said 139"


async def test_a_digression_is_answered_and_the_question_asked_again() -> None:
    talk = await asked_for_size()
    assert await talk.hear("faq") == ["nine to five", "size? (139)"]
    assert await talk.hear("weather") == ["sunny", "size? (139)"]
    assert await talk.hear("inform", "small") == ["sure?"]


async def test_a_rule_of_the_form_that_does_not_return_leaves_it_waiting() -> None:
    talk = await asked_for_size()
    assert await talk.hear("hurry") == ["quick"]
    assert talk.tracker.state.loop == "order_form"
    assert await talk.hear("inform", "small") == ["sure?"]


async def test_an_ignored_intent_fills_nothing() -> None:
    talk = await asked_for_size()
    assert await talk.hear("thanks", "thank you") == ["welcome", "size? (139)"]


async def test_a_form_is_left_by_its_own_rule() -> None:
    talk = await asked_for_size()
    assert await talk.hear("stop") == ["stopped"]
    assert talk.tracker.state.loop is None
    assert await talk.hear("inform", "large") != ["sure?"]


async def test_nonsense_in_a_form_is_told_and_asked_again() -> None:
    talk = Talk(project())
    await talk.hear("order")
    said = await talk.hear("nlu_fallback")
    assert said[-1] == "phone?"
    assert talk.turned.doubt
    assert talk.tracker.state.loop == "order_form"


async def test_a_value_that_the_check_refuses_is_asked_for_again_with_its_words() -> None:
    refused = Done(events=(slot("phone", None),), responses=({"text": "not a phone"},))
    talk = Talk(project(checks=True), Acting(validate_order_form=refused))
    await talk.hear("order")
    assert await talk.hear("inform", phone="1") == ["not a phone", "phone?"]
    assert talk.slot("phone") is None


async def test_the_check_is_told_the_candidates_last_and_may_change_them() -> None:
    acting = Acting()
    talk = Talk(project(checks=True), acting)
    await talk.hear("order")
    acting.told["validate_order_form"] = Done(events=(slot("phone", "+86139"),))
    assert await talk.hear("inform", phone="139") == ["size? (+86139)"]
    events = acting.called[-1][1]["events"]
    assert events[-1]["event"] == "slot"
    assert (events[-1]["name"], events[-1]["value"]) == ("phone", "139")


async def test_the_check_says_which_slot_is_next_or_that_none_is() -> None:
    acting = Acting(validate_order_form=Done(events=(slot("requested_slot", "sure"),)))
    talk = Talk(project(checks=True), acting)
    assert await talk.hear("order") == ["sure?"]
    acting.told["validate_order_form"] = Done(events=(slot("requested_slot", None),))
    assert (await talk.hear("affirm"))[-1].startswith("done")
    assert talk.tracker.state.loop is None


async def test_a_check_that_lies_changes_nothing_and_a_person_takes_over() -> None:
    talk = await asked_for_size(checks=True)
    talk.acting.told["validate_order_form"] = Done(events=(slot("size", "xl"), slot("unknown", 1)))
    await talk.hear("inform", "large")
    assert talk.turned.handoff is not None
    assert talk.tracker.state.asked == "size"


async def test_every_step_says_why() -> None:
    talk = await asked_for_size()
    whys = [step.why for step in talk.turned.steps]
    assert whys == [
        "RulePolicy: the form is active", "the form asks for size", "RulePolicy: the form waits for an answer",
    ]  # fmt: skip
