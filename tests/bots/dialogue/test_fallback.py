"""Two stages: which did you mean? say it otherwise? then a person."""

from __future__ import annotations

from tests.bots.dialogue.talk import Talk, project

OFFERED = "Which of these do you mean? [/weather, /order, /out_of_scope]"
RANKING = ("weather", "order")


async def confused() -> Talk:
    talk = Talk(project())
    assert await talk.hear("nlu_fallback", "wthr", ranking=RANKING) == [OFFERED]
    assert talk.turned.doubt
    return talk


async def test_the_likeliest_intents_are_offered_by_the_words_of_buttons_and_examples() -> None:
    talk = await confused()
    labels = [choice.label for part in talk.turned.said[0] for choice in getattr(part, "choices", ())]
    assert labels == ["The weather", "an order please", "None of these"]


async def test_the_chosen_one_is_done() -> None:
    talk = await confused()
    assert await talk.hear("weather", "/weather") == ["sunny"]
    assert talk.tracker.state.loop is None


async def test_a_bare_yes_means_the_likeliest() -> None:
    assert await (await confused()).hear("affirm", "yes") == ["sunny"]


async def test_none_of_these_asks_for_other_words_and_they_are_understood() -> None:
    talk = await confused()
    assert "other words" in (await talk.hear("out_of_scope", "/out_of_scope"))[0]
    assert await talk.hear("greet", "good day") == ["hello"]


async def test_not_understood_twice_in_a_row_is_a_person() -> None:
    talk = await confused()
    await talk.hear("nlu_fallback", ranking=RANKING)
    assert talk.turned.handoff is not None
    assert talk.turned.handoff.reason == "doubt"
    assert talk.tracker.state.loop is None


async def test_none_twice_is_a_person() -> None:
    talk = await confused()
    await talk.hear("out_of_scope")
    assert await talk.hear("nlu_fallback", ranking=RANKING) == [OFFERED]
    await talk.hear("out_of_scope")
    assert talk.turned.handoff is not None
    assert talk.turned.handoff.reason == "doubt"


async def test_without_any_likely_intent_other_words_are_asked_for() -> None:
    assert "other words" in (await Talk(project()).hear("nlu_fallback"))[0]
